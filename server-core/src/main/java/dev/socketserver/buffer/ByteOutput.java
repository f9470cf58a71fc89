package dev.socketserver.buffer;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.GatheringByteChannel;
import java.nio.charset.Charset;
import java.util.Objects;

/**
 * An {@code OutputStream} that collects small writes in one pooled direct buffer, so that a reply made of several
 * writes costs one system call; large ones go to the channel together with what was collected, without a copy.
 *
 * <p>Who owns the output decides when it is flushed besides {@link #flush()}; a server flushes before it waits for the
 * peer and when the handler returns, so a conversation cannot dead-lock on bytes left here. With {@link #autoFlush}
 * each write goes out at once.
 *
 * <p>Not thread-safe: confined to the thread that serves the connection.
 */
public final class ByteOutput extends OutputStream {
    /**
     * The most that one system call is asked to take, in bytes, so that a write deadline sees the progress of a large
     * one.
     */
    private static final int MAX_CHUNK = 128 * 1024;

    private final GatheringByteChannel sink;
    private final SpareBuffers buffers;
    private final int bufferSize;

    private ByteBuf buffer = Unpooled.EMPTY_BUFFER;
    private boolean autoFlush;
    private boolean closed;

    /**
     * Makes an output that holds no buffer yet.
     *
     * @param sink where the bytes go; its writes block until they have taken at least one byte
     * @param buffers lends the buffer
     * @param bufferSize how many bytes are collected, at the most
     * @throws IllegalArgumentException if the size is less than {@value FramePrefix#LONGEST}
     */
    public ByteOutput(GatheringByteChannel sink, SpareBuffers buffers, int bufferSize) {
        if (bufferSize < FramePrefix.LONGEST) {
            throw new IllegalArgumentException(
                    "bufferSize must be at least " + FramePrefix.LONGEST + ": " + bufferSize);
        }
        this.sink = sink;
        this.buffers = buffers;
        this.bufferSize = bufferSize;
    }

    /** Says whether each write goes out at once, as Python's {@code wbufsize = 0}; off unless told. */
    public void autoFlush(boolean on) {
        autoFlush = on;
    }

    @Override
    public void write(int value) throws IOException {
        if (!fits(1)) {
            flush();
        }
        buffer.writeByte(value);
        flushIfAuto();
    }

    @Override
    public void write(byte[] source, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, source.length);
        if (fits(length)) {
            buffer.writeBytes(source, offset, length);
            flushIfAuto();
        } else {
            writeThrough(Unpooled.wrappedBuffer(source, offset, length));
        }
    }

    /**
     * Writes the readable bytes of {@code source} and consumes them; the caller keeps its ownership.
     *
     * @throws IOException if writing to the peer fails
     */
    public void write(ByteBuf source) throws IOException {
        int length = source.readableBytes();
        if (fits(length) && length <= bufferSize / 2) {
            buffer.writeBytes(source);
            flushIfAuto();
        } else {
            writeThrough(source);
        }
    }

    /**
     * Writes text.
     *
     * @throws IOException if writing to the peer fails
     */
    public void write(CharSequence text, Charset charset) throws IOException {
        write(text.toString().getBytes(charset));
    }

    /**
     * Writes one frame: the body's length as an unsigned big-endian number of {@code prefixBytes} bytes, then the body,
     * whose readable bytes are consumed.
     *
     * @throws IllegalArgumentException if the prefix is not of 1 to 4 bytes, or too short for the body
     * @throws IOException if writing to the peer fails
     */
    public void writeFrame(int prefixBytes, ByteBuf body) throws IOException {
        FramePrefix.check(prefixBytes);
        if (!fits(prefixBytes)) {
            flush();
        }
        FramePrefix.write(buffer, prefixBytes, body.readableBytes());
        write(body);
    }

    /** Sends what was collected. */
    @Override
    public void flush() throws IOException {
        while (buffer.isReadable()) {
            int length = Math.min(MAX_CHUNK, buffer.readableBytes());
            buffer.skipBytes(sink.write(buffer.internalNioBuffer(buffer.readerIndex(), length)));
        }
        buffer.clear();
    }

    private void flushIfAuto() throws IOException {
        if (autoFlush) {
            flush();
        }
    }

    /** Tells whether the buffer, taken now if there was none, has room for that many bytes. */
    private boolean fits(int length) throws IOException {
        if (closed) {
            throw new IOException("the output is closed");
        }
        if (buffer.capacity() == 0) {
            buffer = buffers.take(bufferSize);
        }
        return buffer.writableBytes() >= length;
    }

    /** Sends what was collected and {@code source} in as few system calls as the peer allows, without a copy. */
    private void writeThrough(ByteBuf source) throws IOException {
        if (buffer.isReadable()) {
            sendBoth(source);
        }
        send(source);
    }

    private void sendBoth(ByteBuf source) throws IOException {
        int first = Math.min(MAX_CHUNK, source.readableBytes());
        ByteBuffer[] parts = {
            buffer.nioBuffer(), source.nioBuffer(source.readerIndex(), first),
        };
        while (parts[0].hasRemaining()) {
            sink.write(parts);
        }
        buffer.clear();
        source.skipBytes(first - parts[1].remaining());
    }

    private void send(ByteBuf source) throws IOException {
        while (source.isReadable()) {
            source.readBytes(sink, Math.min(MAX_CHUNK, source.readableBytes()));
        }
    }

    /** Gives the buffer back if it holds no unsent byte; the next write takes one again. */
    public void trim() {
        if (!buffer.isReadable()) {
            giveBack();
        }
    }

    private void giveBack() {
        buffers.giveBack(buffer);
        buffer = Unpooled.EMPTY_BUFFER;
    }

    /**
     * Sends what was collected, gives the buffer back and ends this output; the channel stays open. Closing twice has
     * no effect.
     */
    @Override
    public void close() throws IOException {
        try {
            flush();
        } finally {
            discard();
        }
    }

    /** Gives the buffer back with all that was not sent, and ends this output. */
    public void discard() {
        closed = true;
        giveBack();
    }
}
