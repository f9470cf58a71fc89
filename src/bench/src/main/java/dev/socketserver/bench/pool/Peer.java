package dev.socketserver.bench.pool;

import java.util.concurrent.Executor;
import java.util.function.LongSupplier;

/**
 * A running pool under measurement.
 *
 * @param executor runs the tasks
 * @param size how many threads it has now
 * @param started how many threads it has started so far
 * @param closer ends it, with what is queued
 */
record Peer(Executor executor, LongSupplier size, LongSupplier started, Runnable closer) implements AutoCloseable {
    @Override
    public void close() {
        closer.run();
    }
}
