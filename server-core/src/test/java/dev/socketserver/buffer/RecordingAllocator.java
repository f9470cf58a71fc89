package dev.socketserver.buffer;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.List;

/** Lends buffers of the default allocator and remembers their sizes. */
final class RecordingAllocator extends AbstractByteBufAllocator {
    private final List<Integer> sizes = new ArrayList<>();

    /** Returns how many buffers were lent. */
    int count() {
        return sizes.size();
    }

    /** Returns the size of the largest one. */
    int largest() {
        return sizes.stream().mapToInt(Integer::intValue).max().orElse(0);
    }

    @Override
    public ByteBuf directBuffer(int initialCapacity, int maxCapacity) {
        sizes.add(initialCapacity);
        return ByteBufAllocator.DEFAULT.directBuffer(initialCapacity, maxCapacity);
    }

    @Override
    protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
        return ByteBufAllocator.DEFAULT.heapBuffer(initialCapacity, maxCapacity);
    }

    @Override
    protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
        return ByteBufAllocator.DEFAULT.directBuffer(initialCapacity, maxCapacity);
    }

    @Override
    public boolean isDirectBufferPooled() {
        return true;
    }
}
