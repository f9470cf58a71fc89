package dev.socketserver.pool;

import dev.socketserver.internal.util.Backoff;

/**
 * Decides how many workers to start. Workers are wanted when more tasks than the threshold wait, or the oldest has
 * waited too long; not counting tasks that a starting worker will take. They start in steps of 1, 2, 4 and so on, each
 * only when the first of the last step has arrived and more are still wanted: so growth is as fast as the machine
 * starts threads, and no faster than they turn out to be needed. Not thread-safe: guarded by the pool's lock.
 */
final class GrowthRule {
    private static final int LARGEST_STEP = 32;

    private int step = 1;
    private int lastStep;
    private StartReason reason = StartReason.MINIMUM;
    private final Backoff backoff = new Backoff();
    private long pausedUntil;
    private long enqueuedBefore;

    /** How many workers to start now, for {@link #reason}. The caller starts them all. */
    int recruits(PoolState state, long now) {
        Crew crew = state.crew;
        int room = state.limit() - crew.size();
        if (room <= 0 || (crew.size() > 0 && isPaused(now))) {
            return 0;
        }
        int missing = isShort(state) ? state.config.minWorkers() - crew.size() : 0;
        int unserved = state.queue.size() - crew.starting();
        if (unserved <= 0 || !crew.idle().isEmpty() || !isWanted(state, unserved, now)) {
            step = 1;
            reason = StartReason.MINIMUM;
            return missing;
        }
        if (crew.starting() > 0 && crew.starting() >= lastStep) {
            return 0;
        }
        int recruits = Math.max(missing, Math.min(Math.min(step, unserved), room));
        step = Math.min(step * 2, LARGEST_STEP);
        lastStep = recruits;
        return recruits;
    }

    private static boolean isShort(PoolState state) {
        return state.phase == Phase.RUNNING && state.crew.size() < state.config.minWorkers();
    }

    /** Why the workers that were asked for last are to start. */
    StartReason reason() {
        return reason;
    }

    private boolean isWanted(PoolState state, int unserved, long now) {
        if (unserved > state.config.queueThreshold() || state.crew.size() == 0) {
            reason = StartReason.DEPTH;
            return true;
        }
        reason = StartReason.AGE;
        return state.queue.oldestWait(now) > state.config.maxQueueWait().toNanos();
    }

    /**
     * The time until a look without any event is needed, {@link Host#FOREVER} if none is. While tasks are queued now
     * and then the looks go on, since to wake the supervisor for each of them would cost more.
     */
    long nextLook(PoolState state, long now) {
        boolean queues = state.tally.enqueued != enqueuedBefore;
        enqueuedBefore = state.tally.enqueued;
        boolean growable = (queues || !state.queue.isEmpty()) && state.crew.size() < state.limit();
        if (isPaused(now)) {
            return isShort(state) || growable ? pausedUntil - now : Host.FOREVER;
        }
        if (!growable) {
            return Host.FOREVER;
        }
        long limit = state.config.maxQueueWait().toNanos();
        long left = limit - state.queue.oldestWait(now);
        return left >= 0 ? left + 1 : limit;
    }

    /** A thread could not be started: wait before the next try, twice as long each time. */
    void startFailed(long now) {
        pausedUntil = now + backoff.next();
    }

    void startSucceeded() {
        backoff.reset();
    }

    boolean isPaused(long now) {
        return backoff.isFailing() && now - pausedUntil < 0;
    }

    /** When starting may be tried again after a failure. */
    long pausedUntil() {
        return pausedUntil;
    }
}
