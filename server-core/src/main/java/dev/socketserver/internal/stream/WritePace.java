package dev.socketserver.internal.stream;

import java.util.concurrent.TimeUnit;

/**
 * How fast a peer takes what is written to it: how long writes have waited, and how much it took, since the first one
 * that did. Confined to the connection's turn.
 */
final class WritePace {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long MOST_SECONDS =
            TimeUnit.DAYS.toSeconds(10_000); // ahead of the rate, as nanoseconds a long

    private final int least; // bytes per second
    private long waited; // nanoseconds
    private long taken; // bytes

    /**
     * Creates one of a peer for which a write is about to wait.
     *
     * @param least how many bytes per second it has to take, at least 1
     */
    WritePace(int least) {
        this.least = least;
    }

    /** The peer has taken that many bytes. */
    void taken(long bytes) {
        taken = Math.min(taken + bytes, least * MOST_SECONDS);
    }

    /** A write has waited that many nanoseconds. */
    void waited(long nanos) {
        waited += nanos;
    }

    /**
     * Returns how many nanoseconds writes may wait from now on if the peer takes nothing; 0 or less if it is too slow.
     *
     * @param grace how long they may wait in any case, in nanoseconds
     */
    long left(long grace) {
        return grace + taken / least * SECOND + taken % least * SECOND / least - waited;
    }
}
