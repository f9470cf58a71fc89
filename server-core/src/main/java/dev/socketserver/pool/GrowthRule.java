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

    private final PoolState state;
    private final Overload overload;
    private final Backoff backoff = new Backoff();
    private int step = 1;
    private int lastStep;
    private StartReason reason = StartReason.MINIMUM;
    private long pausedUntil;
    private long enqueuedBefore;

    GrowthRule(PoolState state, Overload overload) {
        this.state = state;
        this.overload = overload;
    }

    /** Returns how many workers to start now, for {@link #reason}; the caller starts them all. */
    int wanted() {
        WorkerSet workers = state.workers;
        int room = state.limit() - workers.size();
        if (room <= 0 || (workers.size() > 0 && isPaused())) {
            return 0;
        }
        int missing = isShort() ? state.config.minWorkers() - workers.size() : 0;
        int unserved = state.queue.size() - workers.starting();
        if (unserved <= 0 || workers.idle() > 0 || !isWanted(unserved)) {
            step = 1;
            reason = StartReason.MINIMUM;
            return missing;
        }
        if (workers.starting() > 0 && workers.starting() >= lastStep) {
            return 0;
        }
        int count = Math.max(missing, Math.min(Math.min(step, unserved), room));
        step = Math.min(step * 2, LARGEST_STEP);
        lastStep = count;
        return count;
    }

    private boolean isShort() {
        return state.phase == PoolState.Phase.RUNNING && state.workers.size() < state.config.minWorkers();
    }

    /** Returns why the workers that {@link #wanted} has asked for are to start. */
    StartReason reason() {
        return reason;
    }

    private boolean isWanted(int unserved) {
        if (unserved > state.config.queueThreshold() || state.workers.size() == 0) {
            reason = StartReason.DEPTH;
            return true;
        }
        reason = StartReason.AGE;
        return state.queue.oldestWait(state.now) > state.maxQueueWait;
    }

    /**
     * Returns the time until a look without any event is needed, {@link Machine#FOREVER} if none is. While tasks are
     * queued now and then the looks go on, since to wake the supervisor for each of them would cost more. A submitter
     * that waits although a worker may be added, since the limit has just risen, needs one at once.
     */
    long nextLook() {
        boolean queues = state.counters.enqueued != enqueuedBefore;
        enqueuedBefore = state.counters.enqueued;
        boolean blocks = overload.blocked() > 0;
        boolean growable = (queues || blocks || !state.queue.isEmpty()) && state.workers.size() < state.limit();
        if (isPaused()) {
            return isShort() || growable ? pausedUntil - state.now : Machine.FOREVER;
        }
        if (!growable) {
            return Machine.FOREVER;
        }
        if (blocks) {
            return 0;
        }
        long limit = state.maxQueueWait;
        long left = limit - state.queue.oldestWait(state.now);
        return left >= 0 ? left + 1 : limit;
    }

    /** A thread could not be started: the next attempt waits, twice as long each time. */
    void startFailed() {
        pausedUntil = state.now + backoff.next();
    }

    void startSucceeded() {
        backoff.reset();
    }

    /** Returns whether starting has failed, and the time for the next attempt has not come. */
    boolean isPaused() {
        return backoff.isFailing() && state.now - pausedUntil < 0;
    }

    /** Returns when starting may be tried again after a failure. */
    long pausedUntil() {
        return pausedUntil;
    }
}
