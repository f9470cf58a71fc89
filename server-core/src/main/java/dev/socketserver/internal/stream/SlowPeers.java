package dev.socketserver.internal.stream;

import dev.socketserver.internal.pool.ServicePool;
import dev.socketserver.internal.util.Log;
import dev.socketserver.internal.util.RateLimitedLog;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Decides for which peers a worker waits no longer when every worker is taken. Half of the workers may wait for peers
 * that are slow to take an answer, or to send the rest of a message, as long as the timeouts allow. A peer beyond that
 * half that has been slow for the {@linkplain #patience() patience} gives way if a task waits for a worker. So peers
 * that do not read, or stop in the middle of a message, cannot hold every worker for the length of a timeout.
 *
 * <p>The patience is {@link #LONGEST} at first. While peers have to give way, it halves each time it has passed, down
 * to {@link #SHORTEST}; {@link #RECOVERY} after the last one gave way, it is the longest again.
 *
 * <p>Thread-safe.
 */
final class SlowPeers {
    /** The patience with the first peers that may have to give way. */
    static final Duration LONGEST = Duration.ofSeconds(1);

    /** The patience during an attack: longer than it takes TCP to send again what was lost. */
    static final Duration SHORTEST = LONGEST.dividedBy(4);

    /** How long after the last peer gave way the patience is the longest again. */
    static final Duration RECOVERY = LONGEST.multipliedBy(10);

    private final @Nullable ServicePool pool;
    private final String server;
    private final LongSupplier nanoTime;
    private final RateLimitedLog log = new RateLimitedLog(Log.of(SlowPeers.class));
    private long patience = LONGEST.toNanos(); // guarded by this
    private long shortened; // when the patience was set last; guarded by this
    private long gaveWay; // when the last peer gave way; guarded by this

    /**
     * Creates one for a server.
     *
     * @param pool runs the handlers; null if nothing is known of the threads that do
     */
    SlowPeers(@Nullable ServicePool pool, String server) {
        this(pool, server, System::nanoTime);
    }

    SlowPeers(@Nullable ServicePool pool, String server, LongSupplier nanoTime) {
        this.pool = pool;
        this.server = server;
        this.nanoTime = nanoTime;
        gaveWay = nanoTime.getAsLong() - RECOVERY.toNanos();
        shortened = gaveWay;
    }

    /**
     * Counts a worker that waits for a slow peer, until {@link #endWait}.
     *
     * @return false, without counting it, if half of the workers are counted
     */
    boolean beginWait() {
        return pool == null || pool.beginWait();
    }

    /** Counts no more a worker that was counted. */
    void endWait() {
        if (pool != null) {
            pool.endWait();
        }
    }

    /**
     * Returns how many nanoseconds a thread may wait for a peer from now on before it asks again; its wait lasts until
     * {@link #end}.
     *
     * @param pace how fast the peer is
     * @param grace how long the thread may wait in any case, in nanoseconds; 0 for as long as it wants
     * @param mayGiveWay whether the wait ends if it is not one of those that may last, and others need the thread
     * @throws SocketTimeoutException if the peer is behind the minimum rate, or gives way to others
     */
    long limit(PeerPace pace, Object peer, long grace, boolean mayGiveWay) throws SocketTimeoutException {
        long most = pace.left(grace);
        if (most <= 0) {
            throw new SocketTimeoutException(pace.isTooSlow());
        }
        if (!mayGiveWay || mayLast(pace)) {
            return most;
        }
        long patience = patience();
        if (pace.isSlow(patience) && isCrowded()) {
            var why = new SocketTimeoutException(pace.givesWay());
            givesWay(peer, why);
            throw why;
        }
        return Math.min(most, pace.untilLook(patience));
    }

    /** Returns whether it is one of the waits that may last, which it becomes if there is room for one more. */
    private boolean mayLast(PeerPace pace) {
        pace.counted = pace.counted || beginWait();
        return pace.counted;
    }

    /** The thread waits no more. */
    void end(PeerPace pace) {
        if (pace.counted) {
            pace.counted = false;
            endWait();
        }
    }

    /** Returns after how many nanoseconds a slow peer whose worker is not counted may have to give way. */
    synchronized long patience() {
        if (nanoTime.getAsLong() - gaveWay >= RECOVERY.toNanos()) {
            patience = LONGEST.toNanos();
        }
        return patience;
    }

    /** Returns whether a task waits for a worker, so that a peer that has been slow for the patience gives way. */
    boolean isCrowded() {
        return pool != null && pool.isSaturated();
    }

    /** Notes that a peer gives way. */
    void givesWay(Object peer, IOException why) {
        shorten();
        log.warn(server + " waits no longer for {}", peer, why);
    }

    private synchronized void shorten() {
        long before = patience();
        long now = nanoTime.getAsLong();
        gaveWay = now;
        if (now - shortened >= before) {
            shortened = now;
            patience = Math.max(before / 2, SHORTEST.toNanos());
        }
    }
}
