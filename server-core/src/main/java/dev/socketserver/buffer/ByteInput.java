package dev.socketserver.buffer;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.Charset;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * An {@code InputStream} over a blocking channel that reads straight into one pooled direct buffer.
 *
 * <p>The buffer is taken from the allocator when bytes are first wanted, grows only as bytes arrive (a peer that
 * announces a large frame costs nothing until it sends it) and goes back with {@link #trim()} or {@link #close()}.
 *
 * <p>{@link #buffer()}, {@link #readSlice} and {@link #readFrame} return views of that buffer, without a copy. A view
 * is good until the next read from this input; whoever needs it longer calls {@link ByteBuf#retain()} on it, and
 * releases it when done: the input then goes on in another buffer and leaves the retained bytes alone.
 *
 * <p>Not thread-safe: confined to the thread that serves the connection.
 */
public final class ByteInput extends InputStream {
    private static final int LINE_FEED = '\n';

    private final ReadableByteChannel source;
    private final SpareBuffers buffers;
    private final int bufferSize;

    private ByteBuf buffer = Unpooled.EMPTY_BUFFER;
    private boolean ended;
    private boolean closed;
    private BooleanSupplier betweenMessages = () -> true;

    /**
     * Makes an input that holds no buffer yet.
     *
     * @param source where the bytes come from; its reads block, and −1 ends the input
     * @param buffers lends the buffer
     * @param bufferSize the buffer's first size in bytes; it grows for a longer message
     * @throws IllegalArgumentException if the size is not positive
     */
    public ByteInput(ReadableByteChannel source, SpareBuffers buffers, int bufferSize) {
        if (bufferSize < 1) {
            throw new IllegalArgumentException("bufferSize must be positive: " + bufferSize);
        }
        this.source = source;
        this.buffers = buffers;
        this.bufferSize = bufferSize;
    }

    /**
     * Returns the bytes received and not yet consumed, waiting for some if there are none; it is empty only at the end
     * of the stream. Reading from the returned buffer consumes the bytes; it must not be released or written to.
     *
     * @throws IOException if reading from the peer fails
     */
    public ByteBuf buffer() throws IOException {
        await(1);
        return buffer;
    }

    /** Returns the number of bytes that can be read without touching the channel. */
    @Override
    public int available() {
        return buffer.readableBytes();
    }

    @Override
    public int read() throws IOException {
        return await(1) ? buffer.readUnsignedByte() : -1;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, target.length);
        if (length == 0) {
            return 0;
        }
        if (!await(1)) {
            return -1;
        }
        int count = Math.min(length, buffer.readableBytes());
        buffer.readBytes(target, offset, count);
        return count;
    }

    /**
     * Fills the whole array.
     *
     * @throws EOFException if the stream ends before
     * @throws IOException if reading from the peer fails
     */
    public void readFully(byte[] target) throws IOException {
        if (readNBytes(target, 0, target.length) < target.length) {
            throw new EOFException("the peer closed inside a message of " + target.length + " bytes");
        }
    }

    /**
     * Waits for exactly {@code length} bytes and returns them as a view of the buffer (see the class comment on how
     * long it is good).
     *
     * @throws EOFException if the stream ends before
     * @throws IOException if reading from the peer fails
     */
    public ByteBuf readSlice(int length) throws IOException {
        if (!await(length)) {
            throw new EOFException("the peer closed inside a message of " + length + " bytes");
        }
        return buffer.readSlice(length);
    }

    /**
     * Reads one line, ended by LF or CR LF (or, the last one, by the end of the stream), without its end.
     *
     * @param charset how the bytes are text
     * @param maxBytes the longest line allowed, its end not counted
     * @return the line, or null at the end of the stream
     * @throws MessageTooLongException if no line end comes within the limit
     * @throws IOException if reading from the peer fails
     */
    public @Nullable String readLine(Charset charset, int maxBytes) throws IOException {
        int searched = 0;
        while (true) {
            int readable = buffer.readableBytes();
            int end = buffer.indexOf(buffer.readerIndex() + searched, buffer.writerIndex(), (byte) LINE_FEED);
            if (end >= 0) {
                return line(end - buffer.readerIndex(), 1, charset, maxBytes);
            }
            textLength(readable, maxBytes);
            searched = readable;
            if (!await(readable + 1)) {
                return readable == 0 ? null : line(readable, 0, charset, maxBytes);
            }
        }
    }

    private String line(int length, int endLength, Charset charset, int maxBytes) throws IOException {
        String text = buffer.toString(buffer.readerIndex(), textLength(length, maxBytes), charset);
        buffer.skipBytes(length + endLength);
        return text;
    }

    /** Returns how long the line is that the next {@code length} bytes are, or begin, without a CR at their end. */
    private int textLength(int length, int maxBytes) throws IOException {
        boolean carriageReturn = length > 0 && buffer.getByte(buffer.readerIndex() + length - 1) == '\r';
        int textLength = carriageReturn ? length - 1 : length;
        if (textLength > maxBytes) {
            throw new MessageTooLongException("line", maxBytes);
        }
        return textLength;
    }

    /**
     * Reads one frame: an unsigned big-endian length of 1 to 4 bytes, then that many bytes, which are returned as a
     * view of the buffer (see the class comment on how long it is good).
     *
     * @param prefixBytes the length of the prefix: 1, 2, 3 or 4
     * @param maxBytes the longest body allowed
     * @return the body, or null if the stream ended before a new frame began
     * @throws MessageTooLongException if the peer announces a longer body
     * @throws EOFException if the stream ends inside a frame
     * @throws IOException if reading from the peer fails
     */
    public @Nullable ByteBuf readFrame(int prefixBytes, int maxBytes) throws IOException {
        FramePrefix.check(prefixBytes);
        if (!await(1)) {
            return null;
        }
        long length = FramePrefix.read(readSlice(prefixBytes), prefixBytes);
        if (length > maxBytes) {
            throw new MessageTooLongException("frame", maxBytes);
        }
        return readSlice((int) length);
    }

    /** Passes on everything up to the end of the stream; towards a {@link ByteOutput} without an array in between. */
    @Override
    public long transferTo(OutputStream target) throws IOException {
        long total = 0;
        while (await(1)) {
            int count = buffer.readableBytes();
            if (target instanceof ByteOutput output) {
                output.write(buffer);
            } else {
                buffer.readBytes(target, count);
            }
            total += count;
        }
        return total;
    }

    /**
     * Waits until {@code count} bytes can be read from the buffer.
     *
     * @return false if the stream ended before
     * @throws IOException if reading from the peer fails
     */
    public boolean await(int count) throws IOException {
        if (closed) {
            throw new IOException("the input is closed");
        }
        while (buffer.readableBytes() < count) {
            if (ended) {
                return false;
            }
            makeRoom(count);
            ended = fill() < 0;
        }
        return true;
    }

    /** Reads once; not through {@link ByteBuf#writeBytes}, which takes a channel closed under it for an end. */
    private int fill() throws IOException {
        int count = source.read(buffer.internalNioBuffer(buffer.writerIndex(), buffer.writableBytes()));
        if (count > 0) {
            buffer.writerIndex(buffer.writerIndex() + count);
        }
        return count;
    }

    /**
     * Waits for the peer's next message: the boundary between messages for a handler that serves a whole conversation
     * in one {@code handle()}. Here the server may let the peer be idle, for {@code idleTimeout}, and may end the
     * conversation; inside a message neither happens.
     *
     * @return false if there is no further message: the peer has ended, was idle for too long, or the server drains
     * @throws IOException if reading from the peer fails
     */
    public boolean awaitMessage() throws IOException {
        return buffer.isReadable() || (betweenMessages.getAsBoolean() && await(1));
    }

    /** Says how to wait between two messages: true if there is something to read; at first, like for any byte. */
    public void betweenMessages(BooleanSupplier wait) {
        betweenMessages = wait;
    }

    /**
     * Reads once from the channel, whatever it has.
     *
     * @return how many bytes came; 0 if the channel does not block and had none; -1 at the end of the stream
     * @throws IOException if reading from the peer fails
     */
    public int receive() throws IOException {
        makeRoom(buffer.readableBytes() + 1);
        int count = fill();
        ended = count < 0;
        return count;
    }

    /** Makes at least one byte writable; doubles the capacity at most, so that memory follows what really arrived. */
    private void makeRoom(int wanted) {
        int unread = buffer.readableBytes();
        if (buffer.refCnt() > 1 || buffer.capacity() == 0) {
            replace(Math.max(bufferSize, unread + 1));
        } else if (unread == 0) {
            buffer.clear();
        } else if (buffer.readerIndex() > 0 && buffer.writableBytes() < wanted - unread) {
            buffer.discardReadBytes();
        }
        if (!buffer.isWritable()) {
            replace((int) Math.min(Integer.MAX_VALUE, Math.max(bufferSize, 2L * unread)));
        }
    }

    private void replace(int capacity) {
        ByteBuf larger = buffers.take(capacity);
        if (buffer.isReadable()) {
            larger.writeBytes(buffer);
        }
        buffer.release();
        buffer = larger;
    }

    /** Gives the buffer back if it holds no unread byte; the next read takes one again. */
    public void trim() {
        if (!buffer.isReadable()) {
            giveBack();
        }
    }

    private void giveBack() {
        buffers.giveBack(buffer);
        buffer = Unpooled.EMPTY_BUFFER;
    }

    /** Gives the buffer back and ends this input; the channel stays open. Closing twice has no effect. */
    @Override
    public void close() {
        closed = true;
        giveBack();
    }
}
