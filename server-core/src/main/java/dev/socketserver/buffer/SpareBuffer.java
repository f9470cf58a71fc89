package dev.socketserver.buffer;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;

/**
 * Keeps the buffer that one connection is done with for the next that the same thread serves, so that a request costs
 * no way to the allocator and back. It holds one buffer at the most.
 *
 * <p>Not thread-safe: confined to the thread that serves the connections.
 */
public final class SpareBuffer implements AutoCloseable {
    private ByteBuf spare = Unpooled.EMPTY_BUFFER;

    /** Makes one that has no buffer yet. */
    public SpareBuffer() {}

    /** Returns an empty buffer of that capacity: the spare one if it fits, else one of the allocator's. */
    ByteBuf take(ByteBufAllocator allocator, int capacity) {
        ByteBuf taken = spare;
        if (taken.capacity() != capacity) {
            return allocator.directBuffer(capacity, capacity);
        }
        spare = Unpooled.EMPTY_BUFFER;
        return taken.clear();
    }

    /**
     * Keeps a buffer for the next, or releases it if it cannot be used again: somebody retained it, or there is one.
     */
    void giveBack(ByteBuf buffer) {
        if (buffer.refCnt() == 1 && buffer.capacity() > 0 && spare.capacity() == 0) {
            spare = buffer;
        } else {
            buffer.release();
        }
    }

    /** Gives the spare buffer back to its allocator. */
    @Override
    public void close() {
        spare.release();
        spare = Unpooled.EMPTY_BUFFER;
    }
}
