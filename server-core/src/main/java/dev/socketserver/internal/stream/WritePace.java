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
    private long waitedBefore; // nanoseconds, when it was looked at last
    private long takenBefore; // bytes, when it was looked at last

    /**
     * Creates one of a peer for which a write is about to wait.
     *
     * @param least how many bytes per second it has to take; 0 for any number
     */
    WritePace(int least) {
        this.least = least;
    }

    /** The peer has taken that many bytes. */
    void taken(long bytes) {
        taken += bytes;
    }

    /** A write has waited that many nanoseconds. */
    void waited(long nanos) {
        waited += nanos;
    }

    /**
     * Returns how many nanoseconds writes may wait from now on if the peer takes nothing; 0 or less if it is too slow.
     *
     * @param grace how long they may wait in any case, in nanoseconds; 0 for as long as they want
     */
    long left(long grace) {
        if (least == 0 || grace == 0) {
            return Long.MAX_VALUE;
        }
        long counted = Math.min(taken, least * MOST_SECONDS);
        return grace + counted / least * SECOND + counted % least * SECOND / least - waited;
    }

    /**
     * Returns how many nanoseconds writes may wait from now on before they have waited that long since the last look.
     */
    long untilLook(long patience) {
        return patience - (waited - waitedBefore);
    }

    /**
     * Returns whether the peer was slow while writes waited since the last look, which it was not if they have not
     * waited long enough to say so.
     *
     * @param patience how long that is, in nanoseconds
     * @param rate how many bytes per second a peer takes that is not slow
     */
    boolean isSlow(long patience, int rate) {
        long span = waited - waitedBefore;
        if (span < patience) {
            return false;
        }
        boolean slow = taken - takenBefore < rate * (double) span / SECOND;
        waitedBefore = waited;
        takenBefore = taken;
        return slow;
    }
}
