package dev.socketserver.internal.stream;

import java.util.concurrent.TimeUnit;

/**
 * How fast a peer is while a thread waits for it: how long reads or writes have waited, and how much it has sent or
 * taken, since the first one that did. Confined to the connection's turn.
 */
final class PeerPace {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long MOST_SECONDS =
            TimeUnit.DAYS.toSeconds(10_000); // ahead of the rate, as nanoseconds a long

    /** A peer is slow to accept an answer that accepts fewer bytes per second. */
    static final int SLOW_READER = 64 << 10;

    /** A peer is slow to send the rest of a message that sends fewer bytes per second. */
    static final int SLOW_SENDER = 1 << 10;

    /** What a peer does that a thread waits for. */
    enum Way {
        SENDING("sends", "to send the rest of a message", SLOW_SENDER),
        ACCEPTING("accepts", "to accept an answer", SLOW_READER);

        private final String does;
        private final String toDo;
        private final int slowRate; // bytes per second; with less, the peer is slow

        Way(String does, String toDo, int slowRate) {
            this.does = does;
            this.toDo = toDo;
            this.slowRate = slowRate;
        }
    }

    private final Way way;
    private final int least; // bytes per second
    private long waited; // nanoseconds
    private long moved; // bytes
    private long waitedBefore; // nanoseconds, when it was looked at last
    private long movedBefore; // bytes, when it was looked at last
    boolean counted; // the thread's wait is one of those that may last, whoever else needs the thread

    /**
     * Creates one of a peer for which a thread is about to wait.
     *
     * @param way what it has to do meanwhile
     * @param least how many bytes per second it has to send or take; 0 for any number
     */
    PeerPace(Way way, int least) {
        this.way = way;
        this.least = least;
    }

    /** The peer has sent or taken that many bytes. */
    void moved(long bytes) {
        moved += bytes;
    }

    /** The thread has waited that many nanoseconds. */
    void waited(long nanos) {
        waited += nanos;
    }

    /**
     * Returns how many nanoseconds the thread may wait from now on if the peer does nothing; 0 or less if it is too
     * slow.
     *
     * @param grace how long it may wait in any case, in nanoseconds; 0 for as long as it wants
     */
    long left(long grace) {
        if (least == 0 || grace == 0) {
            return Long.MAX_VALUE;
        }
        long counted = Math.min(moved, least * MOST_SECONDS);
        return grace + counted / least * SECOND + counted % least * SECOND / least - waited;
    }

    /** Returns how many nanoseconds the thread may wait before it has waited that long since the last look. */
    long untilLook(long patience) {
        return patience - (waited - waitedBefore);
    }

    /**
     * Returns whether the peer was slow while the thread waited since the last look, which it was not if the thread has
     * not waited long enough to say so.
     *
     * @param patience how long that is, in nanoseconds
     */
    boolean isSlow(long patience) {
        long span = waited - waitedBefore;
        if (span < patience) {
            return false;
        }
        boolean slow = moved - movedBefore < way.slowRate * (double) span / SECOND;
        waitedBefore = waited;
        movedBefore = moved;
        return slow;
    }

    /** Returns what is said of a peer that is behind the minimum rate. */
    String isTooSlow() {
        return "the peer " + way.does + " less than " + least + " bytes per second";
    }

    /** Returns what is said of a slow peer that gives way. */
    String givesWay() {
        return "the peer is slow " + way.toDo + ", and every worker is busy";
    }
}
