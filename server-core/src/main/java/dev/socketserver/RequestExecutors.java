package dev.socketserver;

import dev.socketserver.internal.util.VirtualThreads;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The ways to run requests that need no pool, for {@link ServerConfig#executor()}. What Python's {@code socketserver}
 * mixes into a server class is chosen here. The elastic pool is the default; {@link ServerConfig#pool()} sets it up.
 *
 * <p>None of these executors has to be closed; all are thread-safe.
 */
public final class RequestExecutors {
    private static final String THREAD_NAME = "request-";

    private RequestExecutors() {}

    /**
     * Runs each request in the accepting thread, one after another: the plain server without a mix-in. One slow peer
     * keeps all others waiting.
     */
    public static Executor synchronous() {
        return Runnable::run;
    }

    /**
     * Runs each request in a new platform thread, as {@code ThreadingMixIn} does: there are as many threads as
     * requests. They are not daemons, so what was accepted is not dropped when {@code main} returns.
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
     * Runs each request in a new virtual thread. Advised from JDK 24 on: before that, a virtual thread that blocks
     * inside {@code synchronized} holds on to its carrier.
     *
     * @throws UnsupportedOperationException before JDK 21, which has no virtual threads
     */
    public static Executor virtualThreadPerRequest() {
        VirtualThreads.require();
        var number = new AtomicLong();
        return task -> VirtualThreads.newThread(THREAD_NAME + number.incrementAndGet(), task)
                .start();
    }
}
