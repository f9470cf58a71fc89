package dev.socketserver.internal.stream;

import java.net.SocketTimeoutException;

/**
 * A thread's wait for a slow peer, which is limited by the minimum rate, and, if others need the thread, by what is
 * fair; see {@link SlowPeers}. Confined to the connection's turn.
 */
final class SlowWait {
    private final SlowPeers slowPeers;
    private final Object peer;
    private boolean counted; // it is one of those that may last, whoever else needs the thread

    SlowWait(SlowPeers slowPeers, Object peer) {
        this.slowPeers = slowPeers;
        this.peer = peer;
    }

    /**
     * Returns how many nanoseconds the thread may wait from now on before it asks again.
     *
     * @param grace how long it may wait in any case, in nanoseconds; 0 for as long as it wants
     * @param mayGiveWay whether the wait ends if it is not one of those that may last, and others need the thread
     * @throws SocketTimeoutException if the peer is behind the minimum rate, or gives way to others
     */
    long limit(PeerPace pace, long grace, boolean mayGiveWay) throws SocketTimeoutException {
        long most = pace.left(grace);
        if (most <= 0) {
            throw new SocketTimeoutException(pace.isTooSlow());
        }
        if (!mayGiveWay || mayLast()) {
            return most;
        }
        long patience = slowPeers.patience();
        if (pace.isSlow(patience) && slowPeers.isCrowded()) {
            var why = new SocketTimeoutException(pace.givesWay());
            slowPeers.givesWay(peer, why);
            throw why;
        }
        return Math.min(most, pace.untilLook(patience));
    }

    /** Returns whether it is one of the waits that may last, which it becomes if there is room for one more. */
    private boolean mayLast() {
        counted = counted || slowPeers.beginWait();
        return counted;
    }

    /** The thread waits no more. */
    void end() {
        if (counted) {
            counted = false;
            slowPeers.endWait();
        }
    }
}
