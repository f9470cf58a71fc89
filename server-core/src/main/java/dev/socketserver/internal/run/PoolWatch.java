package dev.socketserver.internal.run;

import dev.socketserver.internal.pool.ServicePool;
import dev.socketserver.pool.ElasticThreadPool;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Watches the elastic pool that runs a server's requests, for it must outlive the server: a pool that is shut down has
 * no workers for it. Any other executor is not watched. Thread-safe.
 */
final class PoolWatch {
    private final String server;
    private final String executor;
    private final @Nullable ServicePool pool;
    private final Runnable lost;

    /**
     * Creates a watch that has not begun.
     *
     * @param lost is run if the pool is shut down before the watch has ended, by the thread that does so
     */
    PoolWatch(String server, Executor executor, Runnable lost) {
        this.server = server;
        this.executor = executor instanceof ElasticThreadPool elastic
                ? "its pool " + elastic.config().name()
                : "its executor";
        this.pool = ServicePool.of(executor);
        this.lost = lost;
    }

    /**
     * Begins.
     *
     * @throws IllegalStateException if the pool is shut down already
     */
    void begin() {
        if (pool != null && !pool.onShutdown(lost)) {
            throw new IllegalStateException(server + " cannot start: " + this + " is shut down");
        }
    }

    /** Ends. Further calls do nothing. */
    void end() {
        if (pool != null) {
            pool.offShutdown(lost);
        }
    }

    @Override
    public String toString() {
        return executor;
    }
}
