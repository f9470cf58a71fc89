package dev.socketserver.internal.buffer;

import dev.socketserver.buffer.ByteInput;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.IllegalReferenceCountException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import org.jspecify.annotations.Nullable;

/**
 * What an input has received and its handler has not read, in one buffer, and how more gets there. A read
 * {@linkplain #beginRead begins}, {@linkplain #fill fills} the buffer as far as it needs, and takes its bytes from it.
 * Confined to the thread that has the connection's turn.
 */
abstract class BufferedInput extends ByteInput {
    private final SpareBuffers buffers;
    private final int bufferSize;
    final StreamOwner owner;

    private ReadableByteChannel source;
    ByteBuf buffer = Unpooled.EMPTY_BUFFER;
    private long received; // bytes, since the connection was opened
    private long begin; // how many bytes were consumed before the message that is unread, as far as is known
    private long seen; // how many bytes had been received when the handler last looked at all that were unread
    private long takenBefore; // how many bytes it had consumed when it was last told of a message
    private boolean told; // since the handler was called, it was told of a message that it has awaited
    private boolean ended;
    private boolean closed;
    private boolean viewed; // a view of the buffer was returned, and is valid until the next read

    /**
     * Creates an input that holds no buffer yet.
     *
     * @param source where the bytes come from; its reads return 0 only in {@link #receive}, and -1 ends the input
     * @param buffers lends the buffer
     * @param bufferSize the initial size of the buffer in bytes, at least 1; it grows for a longer message
     */
    BufferedInput(ReadableByteChannel source, SpareBuffers buffers, int bufferSize, StreamOwner owner) {
        this.source = source;
        this.buffers = buffers;
        this.bufferSize = bufferSize;
        this.owner = owner;
    }

    // ---- for reads

    final void beginRead() throws IOException {
        beginRead(Reading.ANYTHING, null, 0);
    }

    final void beginRead(Reading reading, @Nullable Object mark, int bytes) throws IOException {
        owner.beforeRead(reading, mark, bytes);
        if (closed) {
            throw new IOException("the input is closed");
        }
        endView();
    }

    /** What is waited for next is the rest of a message. */
    final void goOnWithMessage() {
        goOnWith(Inside.MESSAGE);
    }

    /** What is waited for next is the rest of that. */
    final void goOnWith(Inside what) {
        owner.inside(what);
    }

    /** Nothing has begun that has not ended: what is waited for next may never come. */
    final void endMessage() {
        owner.inside(Inside.NOTHING);
    }

    /** A read begins that consumes nothing itself: what is unread is another message, if bytes were consumed since. */
    final void goOnWithUnread() {
        long consumed = taken();
        if (consumed != begin) {
            begin = consumed;
            endMessage();
        }
    }

    /** The handler looks at all that is unread. */
    final void look() {
        seen = received;
    }

    /** Waits for a message; the handler says "not yet" to the last one if it has looked at it and consumed nothing. */
    final boolean awaitNext() throws IOException {
        told = owner.awaitMessage(told && takenBefore == taken() ? seen : 0);
        seen = 0;
        takenBefore = taken();
        return told;
    }

    /** The views that were returned end here. Where views are checked, a use of one fails from now on. */
    final void endView() {
        if (viewed && buffers.checksViews()) {
            viewed = false;
            replace(Math.max(1, buffer.capacity()));
        }
    }

    final ByteBuf viewed(ByteBuf view) {
        viewed = true;
        return view;
    }

    final int readByte() throws IOException {
        return fill(1) ? buffer.readUnsignedByte() : -1;
    }

    final int readSome(byte[] target, int offset, int length) throws IOException {
        if (!fill(1)) {
            return -1;
        }
        int count = Math.min(length, buffer.readableBytes());
        buffer.readBytes(target, offset, count);
        return count;
    }

    final EOFException endedInside(long length) {
        return owner.fault(new EOFException("the peer closed inside a message of " + length + " bytes"));
    }

    /** Returns how many bytes were consumed since the connection was opened. */
    final long consumed() {
        owner.beforeUse();
        return taken();
    }

    /** Reads a byte of something of known length; returns -1 at the end of the stream. */
    final int readOn() throws IOException {
        beginRead();
        goOnWith(Inside.LENGTH);
        return readByte();
    }

    /** Reads at least one byte of something of known length; returns how many, -1 at the end of the stream. */
    final int readOn(byte[] target, int offset, int length) throws IOException {
        beginRead();
        goOnWith(Inside.LENGTH);
        return readSome(target, offset, length);
    }

    /** Consumes the rest of a message of that length. */
    final void skipTo(long end, long length) throws IOException {
        beginRead();
        while (consumed() < end) {
            goOnWithMessage();
            if (!fill(1)) {
                throw endedInside(length);
            }
            buffer.skipBytes((int) Math.min(end - consumed(), buffer.readableBytes()));
        }
        endMessage();
    }

    // ---- for the engine

    /** Has the bytes come from there from now on, as the constructor's source. */
    public final void source(ReadableByteChannel other) {
        source = other;
    }

    /** The handler is called: what is unread is the message, or the part of it, that it is called for. */
    public final void handling() {
        begin = taken();
        told = false;
    }

    /** Returns how many bytes were received and consumed. */
    public final long taken() {
        return received - buffer.readableBytes();
    }

    /** Returns how many bytes were received and not consumed. */
    public final int unread() {
        return buffer.readableBytes();
    }

    /** Returns how many bytes were received since the connection was opened. */
    public final long received() {
        return received;
    }

    /** Returns whether the end of the stream was received. */
    public final boolean hasEnded() {
        return ended;
    }

    /** Returns the unread bytes, without waiting for any; reading from the buffer consumes them. */
    public final ByteBuf unreadBytes() {
        return buffer;
    }

    /**
     * Reads once from the channel.
     *
     * @return how many bytes came; 0 if there were none; -1 at the end of the stream
     * @throws IOException if reading from the peer fails
     */
    public final int receive() throws IOException {
        endView();
        makeRoom(buffer.readableBytes() + 1);
        int count = readOnce();
        ended = count < 0;
        return count;
    }

    /** Waits until that many bytes are unread; returns false if the stream ended before. */
    final boolean fill(int count) throws IOException {
        if (buffer.readableBytes() < count) {
            owner.beforeFill();
        }
        while (buffer.readableBytes() < count) {
            if (ended) {
                return false;
            }
            if (buffer.isReadable()) {
                goOnWithMessage();
            }
            makeRoom(count);
            ended = readOnce() < 0;
        }
        return true;
    }

    /** Reads once; not by {@link ByteBuf#writeBytes}, which takes a channel that is closed meanwhile for an end. */
    private int readOnce() throws IOException {
        int count;
        try {
            count = source.read(buffer.internalNioBuffer(buffer.writerIndex(), buffer.writableBytes()));
        } catch (IOException e) {
            throw owner.fault(e);
        }
        if (count > 0) {
            buffer.writerIndex(buffer.writerIndex() + count);
            received += count;
        }
        return count;
    }

    /** Makes at least one byte writable; doubles the capacity at most, so that memory follows what has arrived. */
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
        ByteBuf other = buffers.take(capacity);
        try {
            if (buffer.isReadable()) {
                other.writeBytes(buffer);
            }
            buffer.release();
        } catch (IllegalReferenceCountException e) { // a handler has released what was not its own
            other.release();
            throw e;
        }
        buffer = other;
    }

    /** Gives the buffer back if it holds no unread byte; the next read takes one again. */
    public final void trim() {
        if (!buffer.isReadable()) {
            giveBack();
        }
    }

    final void giveBack() {
        ByteBuf done = buffer;
        buffer = Unpooled.EMPTY_BUFFER;
        viewed = false;
        buffers.giveBack(done);
    }

    /** Gives the buffer back with what was not read, and ends this input. */
    public final void discard() {
        closed = true;
        giveBack();
    }
}
