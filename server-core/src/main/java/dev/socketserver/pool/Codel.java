package dev.socketserver.pool;

import java.time.Duration;

/**
 * Tells a standing queue from a burst: controlled delay as in "Controlling Queue Delay" (Nichols and Jacobson, 2012),
 * in the form that Facebook's folly uses for servers ("Fail at Scale", 2015). The pool is overloaded when the shortest
 * wait within an interval is above the target, since then the queue was never nearly empty. Not thread-safe: guarded by
 * the pool's lock.
 */
final class Codel {
    private boolean overloaded;
    private boolean begun;
    private long shortest;
    private long intervalEnd;

    /** Notes how long the oldest task has waited at this moment, 0 if none waits. */
    void observe(long wait, long now, Duration target, Duration interval) {
        if (begun && now - intervalEnd < 0) {
            shortest = Math.min(shortest, wait);
            return;
        }
        overloaded = begun && shortest > PoolConfig.nanos(target);
        begun = true;
        shortest = wait;
        intervalEnd = now + PoolConfig.nanos(interval);
    }

    boolean isOverloaded() {
        return overloaded;
    }

    /** How long a task may wait while the pool is overloaded. */
    static long longestWait(Duration target) {
        return 2 * PoolConfig.nanos(target);
    }
}
