package dev.socketserver.internal.util;

/**
 * Pauses that double from {@link #FIRST} to {@link #LONGEST}, both in nanoseconds, with each consecutive failure.
 * Allocates nothing, since the failure may be an allocation. Not thread-safe.
 */
public final class Backoff {
    /** The pause after the first failure: 5 ms. */
    public static final long FIRST = 5_000_000;

    /** The longest pause: 1 s. */
    public static final long LONGEST = 1_000_000_000;

    private long next = FIRST;

    /** Records a failure and returns the pause after it, in nanoseconds. */
    public long next() {
        long pause = next;
        next = Math.min(2 * pause, LONGEST);
        return pause;
    }

    /** Returns whether the last attempt failed. */
    public boolean isFailing() {
        return next != FIRST;
    }

    /** Records a success, which resets the pause to the first. */
    public void reset() {
        next = FIRST;
    }
}
