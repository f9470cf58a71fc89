package dev.socketserver.pool;

import org.jspecify.annotations.Nullable;

/**
 * Makes platform workers. They are not daemons, so that accepted work is not dropped when {@code main} returns, and
 * they take nothing from the thread that happens to start them: no inheritable thread-locals, and the class loader of
 * whoever made the pool.
 */
final class PlatformThreads implements WorkerThreads {
    private final @Nullable ClassLoader contextClassLoader =
            Thread.currentThread().getContextClassLoader();

    @Override
    public Thread newThread(String name, Runnable body) {
        Thread thread = new Thread(null, body, name, 0, false);
        thread.setDaemon(false);
        thread.setContextClassLoader(contextClassLoader);
        return thread;
    }
}
