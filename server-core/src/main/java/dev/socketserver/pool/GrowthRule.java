package dev.socketserver.pool;

import dev.socketserver.internal.util.Backoff;

/**
 * Decides how many workers to start. Workers are wanted when more tasks wait than the threshold, or the oldest has
 * waited too long; tasks that a starting worker will take do not count. Workers start in steps of 1, 2, 4 and so on. A
 * step begins only when the first worker of the previous step runs and more are still wanted, so growth is as fast as
 * the machine starts threads, but no faster than demand requires. Not thread-safe: guarded by the pool's lock.
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
        if (!mayStart()) {
            return 0;
        }
        WorkerSet workers = state.workers;
        int room = state.limit() - workers.size();
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

    /** Returns whether a worker may be started now: not soon after that has failed, unless there is none. */
    boolean mayStart() {
        return state.workers.size() < state.limit() && (state.workers.size() == 0 || !isPaused());
    }

    private boolean isShort() {
        return state.phase == PoolState.Phase.RUNNING && state.workers.size() < state.config.minWorkers();
    }

    /** Returns why the workers requested by {@link #wanted} are to start. */
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
     * Returns the time until the next check that no event triggers, {@link Machine#FOREVER} if none is needed. While
     * tasks are queued from time to time, the checks continue, since waking the supervisor for each task would cost
     * more. A submitter that waits although a worker may be added, because the limit was just raised, needs a check at
     * once.
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

    /** Called when a thread could not be started: delays the next attempt, twice as long each time. */
    void startFailed() {
        pausedUntil = state.now + backoff.next();
    }

    void startSucceeded() {
        backoff.reset();
    }

    /** Returns whether starting has failed and the next attempt is not due yet. */
    boolean isPaused() {
        return backoff.isFailing() && state.now - pausedUntil < 0;
    }

    /** Returns when starting may be tried again after a failure. */
    long pausedUntil() {
        return pausedUntil;
    }
}
