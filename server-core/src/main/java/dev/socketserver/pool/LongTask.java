package dev.socketserver.pool;

/**
 * A task that runs for as long as it is wanted, and of which only some pieces of work can be stuck. While it waits for
 * work, {@link ElasticThreadPool#join()} does not wait for it.
 */
public interface LongTask extends Runnable {
    /** What {@link #busySince()} returns while the task waits for work, however long that is. */
    long NOT_BUSY = Long.MIN_VALUE;

    /** Returns since when its piece of work runs, on the {@code nanoTime} clock, or {@link #NOT_BUSY}. Thread-safe. */
    long busySince();
}
