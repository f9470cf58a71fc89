package dev.socketserver.internal.buffer;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Caches buffers for reuse by the next connections, so that a request does not use the allocator. Each thread has a
 * slot for one buffer, shared with few other threads: usually the thread that returns a buffer is the next to need one,
 * and has its memory in the processor's cache.
 *
 * <p>Thread-safe, without a lock.
 */
public final class SpareBuffers implements AutoCloseable {
    private static final int SLOTS = 64; // a power of two
    private static final int NO_CAPACITY = -1;

    private final ByteBufAllocator allocator;
    private final int capacity;
    private final boolean checksViews;
    private final AtomicReferenceArray<@Nullable ByteBuf> slots = new AtomicReferenceArray<>(SLOTS);
    private volatile boolean closed;

    private SpareBuffers(ByteBufAllocator allocator, int capacity, boolean checksViews) {
        this.allocator = allocator;
        this.capacity = capacity;
        this.checksViews = checksViews;
    }

    /**
     * Creates an empty cache.
     *
     * @param allocator allocates the buffers
     * @param capacity the size of the cached buffers, in bytes; others are released to the allocator
     */
    public SpareBuffers(ByteBufAllocator allocator, int capacity) {
        this(allocator, capacity, false);
    }

    /**
     * Returns a cache for inputs, of whose buffers handlers have views. With Netty's leak detection at level
     * {@code PARANOID}, it caches nothing, so that the use of an invalid view is detected.
     */
    public static SpareBuffers forInputs(ByteBufAllocator allocator, int capacity) {
        boolean paranoid = ResourceLeakDetector.getLevel() == ResourceLeakDetector.Level.PARANOID;
        return paranoid ? checkingViews(UnpooledByteBufAllocator.DEFAULT) : new SpareBuffers(allocator, capacity);
    }

    /** Returns a cache for inputs that caches nothing, so that the use of an invalid view is always detected. */
    public static SpareBuffers checkingViews(ByteBufAllocator allocator) {
        return new SpareBuffers(allocator, NO_CAPACITY, true);
    }

    /** Returns a cache that caches nothing and need not be closed. */
    public static SpareBuffers none(ByteBufAllocator allocator) {
        return new SpareBuffers(allocator, NO_CAPACITY);
    }

    /** Returns whether an input must release a buffer of which it has returned a view when the view becomes invalid. */
    boolean checksViews() {
        return checksViews;
    }

    /** Returns an empty buffer of the given capacity: a cached one if it fits, otherwise a new one. */
    ByteBuf take(int wanted) {
        ByteBuf spare = wanted == capacity ? slots.getAndSet(slot(), null) : null;
        return spare == null ? allocator.directBuffer(wanted, wanted) : spare.clear();
    }

    /**
     * Caches a buffer for the next connection, or releases it if it cannot be reused: because it was retained, has
     * another size, or the slot is occupied.
     */
    void giveBack(ByteBuf buffer) {
        int slot = slot();
        boolean fits = buffer.capacity() == capacity && buffer.refCnt() == 1;
        if (!fits || !slots.compareAndSet(slot, null, buffer)) {
            buffer.release();
        } else if (closed) {
            empty(slot); // no thread will take it
        }
    }

    private static int slot() {
        return (int) Thread.currentThread().getId() & (SLOTS - 1);
    }

    private void empty(int slot) {
        ByteBuf spare = slots.getAndSet(slot, null);
        if (spare != null) {
            spare.release();
        }
    }

    /** Releases the cached buffers; those in use are released when they are returned. */
    @Override
    public void close() {
        closed = true;
        for (int slot = 0; slot < SLOTS; slot++) {
            empty(slot);
        }
    }
}
