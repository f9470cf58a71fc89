package dev.socketserver;

import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
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
     * Runs each request in the accepting thread, one after the other: the plain server without a mix-in. One slow peer
     * keeps all others waiting.
     */
    public static Executor synchronous() {
        return Runnable::run;
    }

    /**
     * Runs each request in a new platform thread, as {@code ThreadingMixIn} does: as many threads as there are
     * requests. They are not daemons, so what was accepted is not dropped when {@code main} returns.
     */
    public static Executor threadPerRequest() {
        var number = new AtomicLong();
        return startingEach(task -> new Thread(null, task, THREAD_NAME + number.incrementAndGet(), 0, false));
    }

    /**
     * Runs each request in a new virtual thread. Advised from JDK 24 on: before that, one that blocks inside
     * {@code synchronized} holds on to its carrier.
     *
     * @throws UnsupportedOperationException before JDK 21, which has no virtual threads
     */
    public static Executor virtualThreadPerRequest() {
        return startingEach(virtualThreads());
    }

    private static Executor startingEach(ThreadFactory threads) {
        return task -> threads.newThread(task).start();
    }

    /** Calls {@code Thread.ofVirtual().name(THREAD_NAME, 1).factory()}, which JDK 17 cannot compile. */
    private static ThreadFactory virtualThreads() {
        try {
            Class<?> builder = Class.forName("java.lang.Thread$Builder");
            Object virtual = Thread.class.getMethod("ofVirtual").invoke(null);
            Object named = builder.getMethod("name", String.class, long.class).invoke(virtual, THREAD_NAME, 1);
            return (ThreadFactory) builder.getMethod("factory").invoke(named);
        } catch (ReflectiveOperationException e) {
            throw new UnsupportedOperationException(
                    "virtual threads need JDK 21 or later: " + Runtime.version().feature(), e);
        }
    }
}
