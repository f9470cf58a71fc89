package dev.socketserver.internal.util;

/**
 * Pauses that double from {@link #FIRST} to {@link #LONGEST}, both in nanoseconds, while failures follow one another.
 * Allocates nothing, since what failed may be an allocation. Not thread-safe.
 */
public final class Backoff {
    /** The pause after the first failure: 5 ms. */
    public static final long FIRST = 5_000_000;

    /** The longest pause: 1 s. */
    public static final long LONGEST = 1_000_000_000;

    private long next = FIRST;

    /** Returns the pause after one more failure, in nanoseconds. */
    public long next() {
        long pause = next;
        next = Math.min(2 * pause, LONGEST);
        return pause;
    }

    /** Returns whether the last attempt failed. */
    public boolean isFailing() {
        return next != FIRST;
    }

    /** Notes a success: the next pause is the first again. */
    public void reset() {
        next = FIRST;
    }
}
