package dev.socketserver;

import dev.socketserver.internal.util.VirtualThreads;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Executors without a pool, for {@link ServerConfig#executor()}; they replace the mix-ins of Python's
 * {@code socketserver}. The default is an elastic pool, which {@link ServerConfig#pool()} configures.
 *
 * <p>These executors need not be closed; all are thread-safe.
 */
public final class RequestExecutors {
    private static final String THREAD_NAME = "request-";

    private RequestExecutors() {}

    /**
     * Returns an executor that runs requests in the accepting thread, one after another, like a Python server without a
     * mix-in. One slow peer blocks all others.
     */
    public static Executor synchronous() {
        return Runnable::run;
    }

    /**
     * Returns an executor that runs each request in a new platform thread, like {@code ThreadingMixIn}; the number of
     * threads is unbounded. They are not daemon threads, so accepted requests are not dropped when {@code main}
     * returns.
     */
    public static Executor threadPerRequest() {
        var number = new AtomicLong();
        return task -> {
            var thread = new Thread(null, task, THREAD_NAME + number.incrementAndGet(), 0, false);
            thread.setDaemon(false);
            thread.start();
        };
    }

    /**
     * Returns an executor that runs each request in a new virtual thread. Recommended from JDK 24 on: in earlier
     * versions, a virtual thread that blocks inside {@code synchronized} pins its carrier.
     *
     * @throws UnsupportedOperationException before JDK 21, which introduced virtual threads
     */
    public static Executor virtualThreadPerRequest() {
        VirtualThreads.require();
        var number = new AtomicLong();
        return task -> VirtualThreads.newThread(THREAD_NAME + number.incrementAndGet(), task)
                .start();
    }
}
