package dev.socketserver.internal.util;

/**
 * A time that runs out. Immutable and thread-safe.
 *
 * @param nanos how long it is; none if negative
 * @param start when it began, on the nanoTime clock
 */
record Countdown(long nanos, long start) {
    /** Returns one that begins now. */
    static Countdown of(long nanos) {
        return new Countdown(Math.max(0, nanos), System.nanoTime());
    }

    /** Returns how many nanoseconds are left; not positive if it has run out. */
    long left() {
        return nanos - (System.nanoTime() - start);
    }
}
