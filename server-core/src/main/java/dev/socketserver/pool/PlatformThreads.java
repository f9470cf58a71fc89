package dev.socketserver.pool;

import org.jspecify.annotations.Nullable;

/**
 * Makes platform workers. They take nothing from the thread that happens to start them: no inheritable thread-locals,
 * not whether it is a daemon, and the class loader is that of whoever made the pool.
 */
final class PlatformThreads implements WorkerThreads {
    private final @Nullable ClassLoader contextClassLoader =
            Thread.currentThread().getContextClassLoader();
    private final boolean daemon;

    /** Makes threads that let the virtual machine exit, if {@code daemon}, or keep it until they have ended. */
    PlatformThreads(boolean daemon) {
        this.daemon = daemon;
    }

    @Override
    public Thread newThread(String name, Runnable body) {
        Thread thread = new Thread(null, body, name, 0, false);
        thread.setDaemon(daemon);
        thread.setContextClassLoader(contextClassLoader);
        return thread;
    }
}
