package dev.socketserver.internal.buffer;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the buffers that connections are done with for the next ones, so that a request does not have to go to the
 * allocator. Each thread has a slot for one buffer, which it shares with few others: mostly the thread that gave a
 * buffer back is the one that needs the next, and has its memory in the processor's cache.
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
     * Creates one that has no buffer yet.
     *
     * @param allocator lends the buffers
     * @param capacity the size of the buffers that are kept, in bytes; others go back to the allocator
     */
    public SpareBuffers(ByteBufAllocator allocator, int capacity) {
        this(allocator, capacity, false);
    }

    /**
     * Returns one for inputs, whose buffers handlers have views of. With Netty's leak detection at level
     * {@code PARANOID}, it keeps nothing, and a view that is used past its time is detected.
     */
    public static SpareBuffers forInputs(ByteBufAllocator allocator, int capacity) {
        boolean paranoid = ResourceLeakDetector.getLevel() == ResourceLeakDetector.Level.PARANOID;
        return paranoid ? checkingViews(UnpooledByteBufAllocator.DEFAULT) : new SpareBuffers(allocator, capacity);
    }

    /** Returns one for inputs that keeps nothing, and always detects a view that is used past its time. */
    public static SpareBuffers checkingViews(ByteBufAllocator allocator) {
        return new SpareBuffers(allocator, NO_CAPACITY, true);
    }

    /** Returns one that keeps nothing, so that it need not be closed. */
    public static SpareBuffers none(ByteBufAllocator allocator) {
        return new SpareBuffers(allocator, NO_CAPACITY);
    }

    /** Returns whether an input is to give up a buffer of which a view was returned, once the view's time is over. */
    boolean checksViews() {
        return checksViews;
    }

    /** Returns an empty buffer of that capacity: a spare one if it fits, else a new one. */
    ByteBuf take(int wanted) {
        ByteBuf spare = wanted == capacity ? slots.getAndSet(slot(), null) : null;
        return spare == null ? allocator.directBuffer(wanted, wanted) : spare.clear();
    }

    /**
     * Keeps a buffer for the next connection, or releases it if it cannot be used again: it was retained, it has
     * another size, or another one is in its place.
     */
    void giveBack(ByteBuf buffer) {
        int slot = slot();
        boolean fits = buffer.capacity() == capacity && buffer.refCnt() == 1;
        if (!fits || !slots.compareAndSet(slot, null, buffer)) {
            buffer.release();
        } else if (closed) {
            empty(slot); // nobody will come for it
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

    /** Gives the spare buffers back to the allocator; those that are in use follow when they come back. */
    @Override
    public void close() {
        closed = true;
        for (int slot = 0; slot < SLOTS; slot++) {
            empty(slot);
        }
    }
}
