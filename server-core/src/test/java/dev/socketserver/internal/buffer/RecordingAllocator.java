package dev.socketserver.internal.buffer;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/** Lends buffers of the default allocator and remembers them. Thread-safe where it lends direct buffers. */
final class RecordingAllocator extends AbstractByteBufAllocator {
    private final List<Integer> sizes = new ArrayList<>(); // guarded by this
    private final Set<ByteBuf> lent = Collections.newSetFromMap(new IdentityHashMap<>()); // guarded by this

    /** Returns how many buffers were lent. */
    synchronized int count() {
        return sizes.size();
    }

    /** Returns the size of the largest one. */
    synchronized int largest() {
        return sizes.stream().mapToInt(Integer::intValue).max().orElse(0);
    }

    /** Returns how many of the buffers have not been given back. */
    synchronized long unreleased() {
        return lent.stream().filter(buffer -> buffer.refCnt() > 0).count();
    }

    @Override
    public synchronized ByteBuf directBuffer(int initialCapacity, int maxCapacity) {
        ByteBuf buffer = ByteBufAllocator.DEFAULT.directBuffer(initialCapacity, maxCapacity);
        sizes.add(initialCapacity);
        lent.add(buffer);
        return buffer;
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
