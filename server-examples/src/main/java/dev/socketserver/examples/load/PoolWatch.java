package dev.socketserver.examples.load;

import dev.socketserver.examples.cli.Text;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Polls {@link PoolMetrics} in a separate thread, one request at a time, so that neither the clients nor the clock of a
 * run ever wait for an answer. Thread-safe.
 */
public final class PoolWatch implements AutoCloseable {
    private final PoolMetrics metrics;
    private final ExecutorService thread = Executors.newSingleThreadExecutor(task -> {
        var made = new Thread(task, "pool-watch");
        made.setDaemon(true);
        return made;
    });
    /** Set by the requesting thread, cleared by the polling thread when the answer has arrived. */
    private final AtomicBoolean asking = new AtomicBoolean();
    /** Set by the polling thread, taken by {@link #next}. */
    private final AtomicReference<@Nullable PoolSample> answer = new AtomicReference<>();

    private final AtomicInteger failures = new AtomicInteger();
    private final AtomicReference<@Nullable String> firstFailure = new AtomicReference<>();

    /** Sends the first request at once. */
    public PoolWatch(PoolMetrics metrics) {
        this.metrics = metrics;
        ask();
    }

    /**
     * Returns the answer that has arrived since the last call, and sends the next request; null if there is none. Never
     * blocks.
     */
    public @Nullable PoolSample next() {
        PoolSample state = answer.getAndSet(null);
        ask();
        return state;
    }

    private void ask() {
        if (asking.compareAndSet(false, true)) {
            thread.execute(() -> {
                try {
                    answer.set(metrics.read());
                } catch (IOException e) {
                    failures.incrementAndGet();
                    firstFailure.compareAndSet(null, e.getMessage());
                } finally {
                    asking.set(false);
                }
            });
        }
    }

    /** Returns a one-line summary of failures so far; empty if every request was answered. */
    public Optional<String> failure() {
        String first = firstFailure.get();
        return first == null
                ? Optional.empty()
                : Optional.of(Text.format("%,d requests failed, the first: %s", failures.get(), first));
    }

    /** Stops polling; a request in progress ends by itself within a few seconds. */
    @Override
    public void close() {
        thread.shutdownNow();
    }
}
