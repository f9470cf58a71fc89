package dev.socketserver.internal.util;

/** Starts threads that keep the JVM running, whatever thread starts them. */
public final class UserThread {
    private UserThread() {}

    /**
     * Runs the task in a new thread of that name, which is not a daemon, nor inherits thread-locals. If the system has
     * no thread left, runs it in the calling one.
     */
    public static Thread begin(Runnable task, String name) {
        var thread = new Thread(null, task, name, 0, false);
        thread.setDaemon(false);
        try {
            thread.start();
        } catch (OutOfMemoryError e) {
            task.run();
        }
        return thread;
    }
}
