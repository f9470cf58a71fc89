package dev.socketserver.internal.buffer;

import dev.socketserver.buffer.ByteOutput;
import dev.socketserver.buffer.LengthPrefix;
import dev.socketserver.buffer.MessageTooLongException;
import io.netty.buffer.ByteBuf;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.Charset;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An input that reads from a channel straight into one pooled direct buffer, which it takes when bytes are first wanted
 * and gives back with {@link #trim()}, {@link #close()} or {@link #discard()}.
 *
 * <p>What handlers call asks the owner first; what the engine calls ({@link #unread}, {@link #received},
 * {@link #receive}, {@link #trim}, {@link #discard}) does not. Confined to the thread that has the connection's turn.
 */
public final class ChannelInput extends BufferedInput {
    /**
     * Creates an input that holds no buffer yet.
     *
     * @param source where the bytes come from; its reads return 0 only in {@link #receive}, and -1 ends the input
     * @param buffers lends the buffer
     * @param bufferSize the initial size of the buffer in bytes, at least 1; it grows for a longer message
     */
    public ChannelInput(ReadableByteChannel source, SpareBuffers buffers, int bufferSize, StreamOwner owner) {
        super(source, buffers, bufferSize, owner);
    }

    @Override
    public ByteBuf buffer() throws IOException {
        beginRead();
        goOnWithUnread();
        fill(1);
        look();
        return viewed(buffer);
    }

    @Override
    public int available() {
        owner.beforeUse();
        look();
        return buffer.readableBytes();
    }

    @Override
    public int read() throws IOException {
        beginRead();
        endMessage();
        return readByte();
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, target.length);
        beginRead();
        if (length == 0) {
            return 0;
        }
        endMessage();
        return readSome(target, offset, length);
    }

    @Override
    public void readFully(byte[] target) throws IOException {
        beginRead(Reading.BYTES, null, target.length);
        int done = 0;
        while (done < target.length) {
            if (!fill(1)) {
                throw endedInside(target.length);
            }
            int count = Math.min(target.length - done, buffer.readableBytes());
            buffer.readBytes(target, done, count);
            done += count;
            if (done < target.length) {
                goOnWithMessage();
            }
        }
        endMessage();
    }

    @Override
    public ByteBuf readSlice(int length) throws IOException {
        beginRead(Reading.BYTES, null, length);
        ByteBuf message = slice(length);
        endMessage();
        return viewed(message);
    }

    private ByteBuf slice(int length) throws IOException {
        if (!fill(length)) {
            throw endedInside(length);
        }
        return buffer.readSlice(length);
    }

    @Override
    public @Nullable String readLine(Charset charset, int maxBytes) throws IOException {
        beginRead(Reading.LINE, null, maxBytes);
        int searched = 0;
        while (true) {
            int readable = buffer.readableBytes();
            int end = buffer.indexOf(buffer.readerIndex() + searched, buffer.writerIndex(), (byte) '\n');
            if (end >= 0) {
                return line(end - buffer.readerIndex(), 1, charset, maxBytes);
            }
            textLength(readable, maxBytes);
            searched = readable;
            if (!fill(readable + 1)) {
                return readable == 0 ? null : line(readable, 0, charset, maxBytes);
            }
        }
    }

    private String line(int length, int endLength, Charset charset, int maxBytes) throws IOException {
        String text = buffer.toString(buffer.readerIndex(), textLength(length, maxBytes), charset);
        buffer.skipBytes(length + endLength);
        endMessage();
        return text;
    }

    /** Returns how long the line is that the next {@code length} bytes are, or begin, without a CR at their end. */
    private int textLength(int length, int maxBytes) throws IOException {
        boolean carriageReturn = length > 0 && buffer.getByte(buffer.readerIndex() + length - 1) == '\r';
        int textLength = carriageReturn ? length - 1 : length;
        if (textLength > maxBytes) {
            throw owner.fault(new MessageTooLongException("line", maxBytes));
        }
        return textLength;
    }

    @Override
    public @Nullable ByteBuf readUntil(byte[] delimiter, int maxBytes) throws IOException {
        Delimiter.check(delimiter);
        beginRead(Reading.DELIMITED, delimiter, maxBytes);
        int length = 0; // of the message, at least
        while (true) {
            int readable = buffer.readableBytes();
            length = Delimiter.indexOf(delimiter, buffer, length);
            if (length > maxBytes) {
                throw owner.fault(new MessageTooLongException("message", maxBytes));
            } else if (length + delimiter.length <= readable) {
                ByteBuf message = buffer.readSlice(length);
                buffer.skipBytes(delimiter.length);
                endMessage();
                return viewed(message);
            } else if (!fill(readable + 1)) {
                if (readable == 0) {
                    return null;
                }
                throw owner.fault(new EOFException("the peer closed inside a message, after " + readable + " bytes"));
            }
        }
    }

    @Override
    public @Nullable ByteBuf readFrame(LengthPrefix prefix, int maxBytes) throws IOException {
        beginRead(Reading.FRAME, prefix, maxBytes);
        if (!fill(1)) {
            return null;
        }
        int length = readLength(prefix, maxBytes);
        while (length < 0) {
            if (!fill(buffer.readableBytes() + 1)) {
                throw owner.fault(new EOFException("the peer closed inside the length of a message"));
            }
            length = readLength(prefix, maxBytes);
        }
        goOnWithMessage();
        ByteBuf frame = slice(length);
        endMessage();
        return viewed(frame);
    }

    private int readLength(LengthPrefix prefix, int maxBytes) throws IOException {
        try {
            return prefix.readLength(buffer, maxBytes);
        } catch (IOException e) {
            throw owner.fault(e);
        }
    }

    /** Passes on everything up to the end of the stream; to a {@link ByteOutput} without an array in between. */
    @Override
    public long transferTo(OutputStream target) throws IOException {
        return transferAtMost(target, Long.MAX_VALUE);
    }

    @Override
    public void transferTo(OutputStream target, long length) throws IOException {
        if (transferAtMost(target, checkLength(length)) < length) {
            throw endedInside(length);
        }
    }

    private static long checkLength(long length) {
        if (length < 0) {
            throw new IllegalArgumentException("length must be at least 0: " + length);
        }
        return length;
    }

    private long transferAtMost(OutputStream target, long most) throws IOException {
        beginRead();
        endMessage();
        long total = 0;
        while (total < most && fillOn(most)) {
            int count = (int) Math.min(most - total, buffer.readableBytes());
            if (target instanceof ByteOutput output) {
                output.write(count == buffer.readableBytes() ? buffer : buffer.readSlice(count));
            } else {
                buffer.readBytes(target, count);
            }
            total += count;
            owner.beforeRead();
        }
        endMessage();
        return total;
    }

    private boolean fillOn(long most) throws IOException {
        if (most < Long.MAX_VALUE) {
            goOnWith(Inside.LENGTH);
        }
        return fill(1);
    }

    @Override
    public InputStream limit(long length) {
        return new LimitedInput(this, checkLength(length));
    }

    @Override
    public boolean await(int count) throws IOException {
        beginRead(Reading.BYTES, null, count);
        goOnWithUnread();
        boolean enough = fill(count);
        if (!enough) {
            look();
        }
        return enough;
    }

    @Override
    public boolean awaitMessage() throws IOException {
        beginRead();
        goOnWithUnread();
        return awaitNext();
    }

    /** Gives the buffer back and ends this input; the channel stays open. Closing twice has no effect. */
    @Override
    public void close() {
        owner.beforeUse();
        discard();
    }
}
