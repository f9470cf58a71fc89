package dev.socketserver.pool;

import dev.socketserver.internal.util.Log;
import dev.socketserver.internal.util.RateLimitedLog;

/**
 * Runs code that may throw, and logs any {@link Throwable}, so that a pool's threads survive it. The log is
 * rate-limited by kind: tasks that fail a thousand times a second neither flood the log nor hide other failures. Never
 * throws. Thread-safe.
 */
final class TaskFailures {
    private final RateLimitedLog log;

    TaskFailures(Log log) {
        this.log = new RateLimitedLog(log);
    }

    /** Runs a task. */
    void run(Runnable task) {
        run(task, task);
    }

    /** Runs code that calls methods of a task. A failure is logged under the task's name. */
    void run(Runnable task, Runnable body) {
        try {
            body.run();
        } catch (Throwable failure) {
            report(task, failure);
        }
    }

    /** Logs an exception of a task or of a part of the pool. */
    void report(Object thrower, Throwable failure) {
        try {
            log.error("Task failed: {}", thrower.getClass().getName(), failure);
        } catch (Throwable ignored) {
            // There is no memory even for the name.
        }
    }
}
