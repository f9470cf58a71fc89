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
 * Reads {@link PoolMetrics} again and again on a thread of its own, one request at a time, so that neither the clients
 * nor the clock of a run ever wait for an answer. Thread-safe.
 */
public final class PoolWatch implements AutoCloseable {
    private final PoolMetrics metrics;
    private final ExecutorService thread = Executors.newSingleThreadExecutor(task -> {
        var made = new Thread(task, "pool-watch");
        made.setDaemon(true);
        return made;
    });
    /** Set by whoever asks, cleared by the thread when the answer is there. */
    private final AtomicBoolean asking = new AtomicBoolean();
    /** Set by the thread, taken by {@link #next}. */
    private final AtomicReference<@Nullable PoolSample> answer = new AtomicReference<>();

    private final AtomicInteger failures = new AtomicInteger();
    private final AtomicReference<@Nullable String> firstFailure = new AtomicReference<>();

    /** Asks at once for the first time. */
    public PoolWatch(PoolMetrics metrics) {
        this.metrics = metrics;
        ask();
    }

    /** Returns what has been answered since the last call, and asks again; null if nothing has been. Never blocks. */
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

    /** What went wrong so far, in one line; empty if every request was answered. */
    public Optional<String> failure() {
        String first = firstFailure.get();
        return first == null
                ? Optional.empty()
                : Optional.of(Text.format("%,d requests failed, the first: %s", failures.get(), first));
    }

    /** Asks no more; a request that is under way ends by itself, within a few seconds. */
    @Override
    public void close() {
        thread.shutdownNow();
    }
}
