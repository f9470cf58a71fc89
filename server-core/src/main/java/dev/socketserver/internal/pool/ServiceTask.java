package dev.socketserver.internal.pool;

/**
 * A task that serves for as long as it is wanted, and of which only single pieces of work can be stuck. While it waits
 * for work, {@code ElasticThreadPool.join()} does not wait for it, and its run time does not count.
 *
 * <p>A class, not an interface, because the pool tests each task for it, and that test is fast for a class only.
 */
public abstract class ServiceTask implements Runnable {
    /** What {@link #busySince()} returns while the task waits for work, however long that takes. */
    public static final long NOT_BUSY = Long.MIN_VALUE;

    /** Returns since when its piece of work runs, on the {@code nanoTime} clock, or {@link #NOT_BUSY}. Thread-safe. */
    public abstract long busySince();
}
