package dev.socketserver.internal.pool;

/**
 * A long-running task, of which only individual pieces of work can be stuck. While it waits for work,
 * {@code ElasticThreadPool.join()} does not wait for it, and its run time does not count.
 *
 * <p>A class, not an interface, because the pool checks the type of each task, which is fast only for a class.
 */
public abstract class ServiceTask implements Runnable {
    /** The value of {@link #busySince()} while the task waits for work. */
    public static final long NOT_BUSY = Long.MIN_VALUE;

    /**
     * Returns when the current piece of work began, on the {@code nanoTime} clock, or {@link #NOT_BUSY}. Thread-safe.
     */
    public abstract long busySince();
}
