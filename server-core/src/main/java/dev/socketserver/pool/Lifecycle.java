package dev.socketserver.pool;

import dev.socketserver.pool.Overload.GivenUp;
import dev.socketserver.pool.PoolState.Phase;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;

/** Shuts a pool down, and lets threads wait for its termination or until it is quiet. Thread-safe. */
final class Lifecycle {
    private final PoolState state;
    private final Overload overload;

    // Guarded by the pool's lock.
    private final Waiters joiners = new Waiters();
    private final Waiters terminationWaiters = new Waiters();
    private final List<Runnable> onShutdown = new CopyOnWriteArrayList<>(); // read without the lock

    /** Made once: shutting down must not fail for want of memory. */
    private final FollowUp announcement = new FollowUp() {
        @Override
        void proceed() {
            onShutdown.forEach(Runnable::run);
        }
    };

    Lifecycle(PoolState state, Overload overload) {
        this.state = state;
        this.overload = overload;
    }

    void shutdown() {
        state.lock();
        try {
            drain();
        } finally {
            state.unlock();
        }
    }

    /** Drops and returns the queued tasks, and interrupts the running ones. */
    List<Runnable> stop() {
        state.lock();
        try {
            List<Runnable> queued = state.queue.toList();
            List<GivenUp> givenUp = new ArrayList<>(queued.size());
            for (Runnable task : queued) {
                givenUp.add(overload.new GivenUp(task, RejectionReason.SHUTDOWN));
            }
            drain();
            state.queue.clear();
            for (int i = 0; i < givenUp.size(); i++) {
                overload.giveUp(givenUp.get(i));
            }
            if (state.phase == Phase.DRAINING) {
                state.phase = Phase.STOPPING;
                for (int i = 0; i < state.workers.size(); i++) {
                    state.workers.get(i).interrupt();
                }
            }
            return queued;
        } finally {
            state.unlock();
        }
    }

    /** Shuts down and waits; see {@link ElasticThreadPool#close}. */
    void close() {
        shutdown();
        if (isCurrentThreadMember()) {
            return;
        }
        boolean interrupted = false;
        boolean terminated = false;
        while (!terminated) {
            try {
                terminated = awaitTermination(Machine.FOREVER);
            } catch (InterruptedException e) {
                interrupted = true;
                stop();
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void drain() {
        if (state.phase == Phase.RUNNING) {
            state.phase = Phase.DRAINING;
            state.followUps.add(announcement);
            overload.refuseBlocked(RejectionReason.SHUTDOWN);
        }
    }

    /** Adds an action that is run when the pool is shut down; returns false, without adding it, if it is already. */
    boolean onShutdown(Runnable action) {
        state.acquire();
        try {
            return !isShutdown() && onShutdown.add(action);
        } finally {
            state.release();
        }
    }

    void offShutdown(Runnable action) {
        onShutdown.remove(action);
    }

    /**
     * Waits until no task is queued or running.
     *
     * @return false if the time was up first
     */
    boolean awaitQuiet(long nanos) throws InterruptedException {
        return await(joiners, this::isQuiet, nanos);
    }

    /**
     * Waits until the pool has terminated.
     *
     * @return false if the time was up first
     */
    boolean awaitTermination(long nanos) throws InterruptedException {
        return await(terminationWaiters, this::isTerminated, nanos);
    }

    private boolean await(Waiters waiters, BooleanSupplier holdsAlready, long nanos) throws InterruptedException {
        Waiters.Waiter waiter = new Waiters.Waiter(state.machine);
        state.acquire();
        try {
            if (holdsAlready.getAsBoolean()) {
                return true;
            }
            if (state.workers.isCurrentThreadMember()) {
                throw new IllegalStateException(
                        "a task of pool " + state.config.name() + " must not wait for its own pool");
            }
            waiters.add(waiter);
        } finally {
            state.release();
        }
        try {
            return waiter.await(Math.max(0, nanos));
        } finally {
            state.acquire();
            try {
                waiters.remove(waiter);
            } finally {
                state.release();
            }
        }
    }

    boolean isShutdown() {
        return state.phase != Phase.RUNNING;
    }

    boolean isTerminated() {
        return state.phase == Phase.TERMINATED;
    }

    boolean isCurrentThreadMember() {
        state.acquire();
        try {
            return state.workers.isCurrentThreadMember();
        } finally {
            state.release();
        }
    }

    // ---- With the lock held

    /** Called at the end of each decision: ends the workers and the pool if nothing is left, and releases threads. */
    void settle() {
        if (state.phase != Phase.RUNNING && state.phase != Phase.TERMINATED) {
            endIfDone();
        }
        if (!joiners.isEmpty() && isQuiet()) {
            joiners.releaseAll(state.followUps);
        }
    }

    /** Ends the idle workers, and the pool with the last one. While tasks wait, workers that wake up wake idle ones. */
    private void endIfDone() {
        if (!state.queue.isEmpty()) {
            return;
        }
        state.retireIdle(state.workers.idle(), RetireReason.SHUTDOWN);
        if (state.workers.size() == 0) {
            state.phase = Phase.TERMINATED;
            terminationWaiters.releaseAll(state.followUps);
            state.supervisor.end();
        }
    }

    /** Returns whether no task is queued or running, except service tasks that wait for work. */
    private boolean isQuiet() {
        int busy = state.workers.busy();
        return state.queue.isEmpty() && overload.blocked() == 0 && (busy == 0 || busy == state.workers.waiting());
    }
}
