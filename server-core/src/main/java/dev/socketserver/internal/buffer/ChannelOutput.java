package dev.socketserver.internal.buffer;

import dev.socketserver.buffer.ByteOutput;
import dev.socketserver.buffer.LengthPrefix;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.GatheringByteChannel;
import java.nio.charset.Charset;
import java.util.Objects;

/**
 * An output that collects small writes in one pooled direct buffer, and writes large ones to the channel together with
 * what was collected, without a copy.
 *
 * <p>What handlers call asks the owner first; what the engine calls ({@link #send}, {@link #trim}, {@link #discard})
 * does not. Confined to the thread that has the connection's turn.
 */
public final class ChannelOutput extends ByteOutput {
    /** How many bytes one system call is asked to take at most: the JDK copies from a heap buffer what it is asked. */
    private static final int MAX_CHUNK = 128 * 1024;

    private final SpareBuffers buffers;
    private final int bufferSize;
    private final StreamOwner owner;

    private GatheringByteChannel sink;
    private ByteBuf buffer = Unpooled.EMPTY_BUFFER;
    private boolean autoFlush;
    private boolean written; // something, since the connection was opened
    private boolean closed;

    /**
     * Creates an output that holds no buffer yet.
     *
     * @param sink where the bytes go; its writes wait until they have taken at least one byte
     * @param buffers lends the buffer
     * @param bufferSize how many bytes are collected at most; at least {@link LengthPrefix#MOST_WRITTEN}
     */
    public ChannelOutput(GatheringByteChannel sink, SpareBuffers buffers, int bufferSize, StreamOwner owner) {
        this.sink = sink;
        this.buffers = buffers;
        this.bufferSize = bufferSize;
        this.owner = owner;
    }

    // ---- for handlers

    private void beginWrite() throws IOException {
        owner.beforeWrite();
        if (closed) {
            throw new IOException("the output is closed");
        }
        owner.beforeCollect();
        written = true;
    }

    @Override
    public void autoFlush(boolean on) {
        owner.beforeUse();
        autoFlush = on;
    }

    @Override
    public void write(int value) throws IOException {
        beginWrite();
        if (!fits(1)) {
            send();
        }
        buffer.writeByte(value);
        sendIfAuto();
    }

    @Override
    public void write(byte[] source, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, source.length);
        beginWrite();
        if (fits(length)) {
            buffer.writeBytes(source, offset, length);
            sendIfAuto();
        } else {
            writeThrough(Unpooled.wrappedBuffer(source, offset, length));
        }
    }

    @Override
    public void write(ByteBuf source) throws IOException {
        beginWrite();
        writeOrCollect(source);
    }

    private void writeOrCollect(ByteBuf source) throws IOException {
        int length = source.readableBytes();
        if (fits(length) && length <= bufferSize / 2) {
            buffer.writeBytes(source);
            sendIfAuto();
        } else {
            writeThrough(source);
        }
    }

    @Override
    public void write(CharSequence text, Charset charset) throws IOException {
        write(text.toString().getBytes(charset));
    }

    @Override
    public void writeFrame(LengthPrefix prefix, ByteBuf frame) throws IOException {
        beginWrite();
        if (!fits(LengthPrefix.MOST_WRITTEN)) {
            send();
        }
        prefix.writeLength(frame, buffer);
        writeOrCollect(frame);
    }

    @Override
    public void flush() throws IOException {
        owner.beforeUse();
        send();
    }

    private void sendIfAuto() throws IOException {
        if (autoFlush) {
            send();
        }
    }

    /** Returns whether the buffer, taken now if there was none, has room for that many bytes. */
    private boolean fits(int length) {
        if (buffer.capacity() == 0) {
            buffer = buffers.take(bufferSize);
        }
        return buffer.writableBytes() >= length;
    }

    /** Sends what was collected and the source in as few system calls as the peer allows, without a copy. */
    private void writeThrough(ByteBuf source) throws IOException {
        try {
            if (buffer.isReadable()) {
                sendBoth(source);
            }
            while (source.isReadable()) {
                source.readBytes(sink, Math.min(MAX_CHUNK, source.readableBytes()));
            }
        } catch (IOException e) {
            throw owner.fault(e);
        }
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

    /** Sends what was collected, gives the buffer back and ends this output; closing twice has no effect. */
    @Override
    public void close() throws IOException {
        owner.beforeUse();
        try {
            send();
        } finally {
            discard();
        }
    }

    // ---- for the engine

    /** Has the bytes go there from now on, as to the constructor's sink. Those that were collected go there, too. */
    public void sink(GatheringByteChannel other) {
        sink = other;
    }

    /** Returns whether anything was written since the connection was opened. */
    public boolean hasWritten() {
        return written;
    }

    /** Returns how many bytes were collected and not sent. */
    public int unsent() {
        return buffer.readableBytes();
    }

    /** Returns whether more than half of what may be collected is. */
    public boolean isHalfFull() {
        return buffer.readableBytes() > bufferSize / 2;
    }

    /** Sends what was collected; returns whether that was all, as it is unless the sink's writes do not wait now. */
    public boolean send() throws IOException {
        int count = 1;
        try {
            while (buffer.isReadable() && count > 0) {
                int length = Math.min(MAX_CHUNK, buffer.readableBytes());
                count = sink.write(buffer.internalNioBuffer(buffer.readerIndex(), length));
                buffer.skipBytes(count);
            }
        } catch (IOException e) {
            throw owner.fault(e);
        }
        if (buffer.isReadable()) {
            buffer.discardReadBytes();
            return false;
        }
        buffer.clear();
        return true;
    }

    /** Gives the buffer back if it holds no unsent byte; the next write takes one again. */
    public void trim() {
        if (!buffer.isReadable()) {
            giveBack();
        }
    }

    private void giveBack() {
        ByteBuf done = buffer;
        buffer = Unpooled.EMPTY_BUFFER;
        buffers.giveBack(done);
    }

    /** Returns whether this output has ended. */
    public boolean isClosed() {
        return closed;
    }

    /** Gives the buffer back with everything that was not sent, and ends this output. */
    public void discard() {
        closed = true;
        giveBack();
    }
}
