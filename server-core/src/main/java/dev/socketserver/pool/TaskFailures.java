package dev.socketserver.pool;

import dev.socketserver.internal.util.Log;
import dev.socketserver.internal.util.RateLimitedLog;

/**
 * Runs what may throw, and logs whatever it throws: a pool's threads survive any Throwable. Limited by kind, so that
 * tasks that fail a thousand times a second neither flood the log nor hide another failure. Never throws. Thread-safe.
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

    /** Runs something that calls methods of a task, under whose name a failure is logged. */
    void run(Runnable task, Runnable body) {
        try {
            body.run();
        } catch (Throwable failure) {
            report(task, failure);
        }
    }

    /** Logs what a task, or a part of the pool, threw. */
    void report(Object thrower, Throwable failure) {
        try {
            log.error("Task failed: {}", thrower.getClass().getName(), failure);
        } catch (Throwable ignored) {
            // No memory even for the name.
        }
    }
}
