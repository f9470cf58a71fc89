package dev.socketserver.pool;

import dev.socketserver.internal.pool.ServiceTask;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Implements the {@link OverloadPolicy}: decides what happens to a task for which there is neither a worker nor room,
 * and which queued task is next. Called with the lock held unless stated otherwise.
 */
final class Overload {
    private final PoolState state;
    private final Codel codel = new Codel();

    // The submitters that wait for room, in order of arrival; the pool queues their tasks, so none can overtake.
    private @Nullable Submitter firstBlocked;
    private @Nullable Submitter lastBlocked;
    private int blocked;

    Overload(PoolState state) {
        this.state = state;
    }

    /** Returns how many submitters wait for room. */
    int blocked() {
        return blocked;
    }

    /** Returns whether the adaptive policy considers the pool overloaded. */
    boolean isOverloaded(long now) {
        return codel.isOverloaded(now, state.config.adaptiveTarget());
    }

    /** Called when the configuration has changed: what the adaptive policy has seen is of no use to a later one. */
    void configured() {
        if (!isAdaptive()) {
            codel.forget();
        }
    }

    // ---- A task is rejected or dropped

    /**
     * Counts a rejected task; returns an action for the submitter that throws the exception once the lock is released.
     */
    Runnable refuse(RejectionReason why, @Nullable Throwable cause) {
        Runnable refusal = () -> {
            throw rejected(why, cause);
        };
        state.counters.rejections.add(why, 1);
        return refusal;
    }

    /** Returns the exception that tells a submitter that its task is rejected. Without the lock. */
    TaskRejectedException rejected(RejectionReason why, @Nullable Throwable cause) {
        String pool = state.config.name();
        PoolEvents.rejected(pool, why);
        return new TaskRejectedException(pool, why, cause);
    }

    /** Counts a dropped task, and defers its notification. */
    void giveUp(GivenUp task) {
        state.counters.rejections.add(task.why, 1);
        state.followUps.add(task);
    }

    /** A task that was accepted and is dropped; notifies it. Thread-safe. */
    final class GivenUp extends FollowUp {
        private final Runnable task;
        private final RejectionReason why;

        GivenUp(Runnable task, RejectionReason why) {
            this.task = task;
            this.why = why;
        }

        @Override
        void proceed() {
            PoolEvents.rejected(state.config.name(), why);
            if (task instanceof RejectableTask rejectable) {
                try {
                    rejectable.rejected(why);
                } catch (Throwable failure) {
                    state.failures.report(task, failure);
                }
            }
        }
    }

    // ---- The queue is full

    /**
     * Decides what happens to a task when the queue is full and no worker may be added.
     *
     * @param nanos how long its submitter waits for room at most, if the policy lets it wait
     * @return what the submitter must do once the lock is released; null if the task was accepted
     */
    @Nullable
    Runnable overflow(Runnable task, long nanos) {
        return switch (state.config.overloadPolicy()) {
            case BLOCK -> {
                Worker caller = state.workers.current();
                yield caller == null ? waitForRoom(task, nanos) : () -> runOn(caller, task);
            }
            case REJECT -> refuse(RejectionReason.QUEUE_FULL, null);
            case SHED_OLDEST, ADAPTIVE -> replaceOldest(task);
        };
    }

    /** Runs a task inside that of the worker that submits it, which must not wait. Without the lock. */
    private void runOn(Worker caller, Runnable task) {
        long start = state.machine.nanoTime();
        caller.performInside(task);
        caller.work.completed++;
        caller.work.waits.record(0);
        caller.work.runs.record(state.machine.nanoTime() - start);
    }

    private @Nullable Runnable replaceOldest(Runnable task) {
        Runnable oldest = state.queue.oldestPlaced();
        if (oldest == null) {
            return refuse(RejectionReason.QUEUE_FULL, null);
        }
        GivenUp shed = new GivenUp(oldest, RejectionReason.SHED_OLDEST);
        state.queue.removeOldestPlaced();
        state.enqueue(task);
        giveUp(shed);
        return null;
    }

    private Runnable waitForRoom(Runnable task, long nanos) {
        Submitter submitter = new Submitter(state.machine, task);
        Runnable wait = () -> awaitRoom(submitter, nanos);
        addBlocked(submitter);
        return wait;
    }

    /** Waits until the task is queued or rejected. Without the lock. */
    private void awaitRoom(Submitter submitter, long nanos) {
        Exception cause = null;
        try {
            if (!submitter.await(nanos)) {
                withdraw(submitter, RejectionReason.QUEUE_FULL);
                cause = new TimeoutException();
            }
        } catch (InterruptedException e) {
            cause = e;
            Thread.currentThread().interrupt();
            withdraw(submitter, RejectionReason.INTERRUPTED);
        }
        RejectionReason refusal = submitter.refusal;
        if (refusal != null) {
            throw rejected(refusal, cause);
        }
    }

    /** Ends the wait of a submitter that no longer waits, unless its task has just been queued or rejected. */
    private void withdraw(Submitter submitter, RejectionReason why) {
        state.lock();
        try {
            if (removeBlocked(submitter)) {
                state.counters.rejections.add(why, 1);
                submitter.refusal = why;
            }
        } finally {
            state.unlock();
        }
    }

    /** A submitter that waits for room, and its task. */
    private static final class Submitter extends Waiters.Waiter {
        private final Runnable task;

        /** Why the task is rejected; guarded by the pool's lock until the submitter is released. */
        private @Nullable RejectionReason refusal;

        /** The next submitter in order of arrival; guarded by the pool's lock. */
        private @Nullable Submitter next;

        Submitter(Machine machine, Runnable task) {
            super(machine);
            this.task = task;
        }
    }

    private void addBlocked(Submitter submitter) {
        if (lastBlocked == null) {
            firstBlocked = submitter;
        } else {
            lastBlocked.next = submitter;
        }
        lastBlocked = submitter;
        blocked++;
    }

    /** Removes a waiting submitter; returns false if it no longer waits. */
    private boolean removeBlocked(Submitter submitter) {
        Submitter before = null;
        for (Submitter current = firstBlocked; current != submitter; current = current.next) {
            if (current == null) {
                return false;
            }
            before = current;
        }
        if (before == null) {
            firstBlocked = submitter.next;
        } else {
            before.next = submitter.next;
        }
        if (lastBlocked == submitter) {
            lastBlocked = before;
        }
        submitter.next = null;
        blocked--;
        return true;
    }

    /**
     * Queues the tasks of blocked submitters when a worker is about to take a task and the queue is half empty. Not
     * sooner: waking a submitter for each free slot would cost more than most tasks. A worker that takes a service task
     * counts as well: otherwise service tasks, which occupy no slot, could make a submitter wait forever.
     */
    void admitBlocked() {
        int capacity = state.config.queueCapacity();
        if (blocked > 0 && state.queue.placed() - 1 <= capacity / 2) {
            admitBlocked(capacity + 1L - state.queue.placed());
        }
    }

    /** Queues the tasks of blocked submitters, as many as there are free slots. */
    void admitBlocked(long places) {
        for (long i = 0; i < places && firstBlocked != null; i++) {
            Submitter submitter = firstBlocked;
            state.enqueue(submitter.task);
            removeBlocked(submitter);
            submitter.release(state.followUps);
        }
    }

    /** Ends the wait of every blocked submitter without accepting its task. */
    void refuseBlocked(RejectionReason why) {
        state.counters.rejections.add(why, blocked);
        while (firstBlocked != null) {
            Submitter submitter = firstBlocked;
            removeBlocked(submitter);
            submitter.refusal = why;
            submitter.release(state.followUps);
        }
    }

    // ---- A worker is free

    /** Removes and returns the task to run next: the oldest, or the newest under overload; null if there is none. */
    @Nullable
    Runnable pollNext() {
        return isAdaptive() && codel.isOverloaded() ? state.queue.pollNewest() : state.queue.pollOldest();
    }

    /**
     * Records how long tasks wait, and drops those that have waited too long if the pool is overloaded; returns whether
     * there were any.
     */
    boolean dropsLateOnes() {
        if (!isAdaptive()) {
            return false;
        }
        record();
        boolean dropped = false;
        if (codel.isOverloaded()) {
            dropped = shedLateOnes(Codel.longestWait(state.config.adaptiveTarget()));
            if (state.queue.isEmpty()) {
                record(); // the pool may be idle now, and record nothing else for long
            }
        }
        return dropped;
    }

    private void record() {
        PoolConfig config = state.config;
        codel.observe(state.queue.oldestWait(state.now), state.now, config.adaptiveTarget(), config.adaptiveInterval());
    }

    /**
     * Drops the tasks that have waited too long, but no service task: that becomes the newest, which is next. Returns
     * whether any was dropped.
     */
    private boolean shedLateOnes(long longest) {
        boolean dropped = false;
        while (state.queue.oldestWait(state.now) > longest) {
            Runnable late = Objects.requireNonNull(state.queue.oldest(), "no task, and yet one has waited");
            if (late instanceof ServiceTask) {
                state.queue.pollOldest();
                state.queue.add(late, state.now);
            } else {
                GivenUp shed = new GivenUp(late, RejectionReason.WAITED_TOO_LONG);
                state.queue.pollOldest();
                giveUp(shed);
                dropped = true;
            }
        }
        return dropped;
    }

    private boolean isAdaptive() {
        return state.config.overloadPolicy() == OverloadPolicy.ADAPTIVE;
    }

    /**
     * Distinguishes a standing queue from a burst: controlled delay as in "Controlling Queue Delay" (Nichols and
     * Jacobson, 2012), in the form that Facebook's folly uses for servers ("Fail at Scale", 2015). The pool is
     * overloaded when the shortest wait within an interval is above the target, since then the queue was never nearly
     * empty.
     */
    static final class Codel {
        private boolean overloaded;
        private boolean begun;
        private long shortest;
        private long intervalEnd;

        /** Records how long the oldest task has waited so far, 0 if none waits. */
        void observe(long wait, long now, Duration target, Duration interval) {
            if (begun && now - intervalEnd < 0) {
                shortest = Math.min(shortest, wait);
                return;
            }
            overloaded = isOverloaded(now, target);
            begun = true;
            shortest = wait;
            intervalEnd = now + PoolConfig.nanos(interval);
        }

        /** Starts anew. */
        void forget() {
            overloaded = false;
            begun = false;
        }

        /** Returns whether the pool was overloaded when a wait was recorded last. */
        boolean isOverloaded() {
            return overloaded;
        }

        /** Returns whether the pool is overloaded now: once an interval has ended, what it has seen decides. */
        boolean isOverloaded(long now, Duration target) {
            return (begun && now - intervalEnd >= 0) ? shortest > PoolConfig.nanos(target) : overloaded;
        }

        /** How long a task may wait while the pool is overloaded. */
        static long longestWait(Duration target) {
            return 2 * PoolConfig.nanos(target);
        }
    }
}
