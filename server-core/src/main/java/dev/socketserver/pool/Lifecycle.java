package dev.socketserver.pool;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/** Ends a pool, and lets others wait for its end or for a quiet moment. Thread-safe. */
final class Lifecycle {
    private final PoolState state;

    Lifecycle(PoolState state) {
        this.state = state;
    }

    void shutdown() {
        state.decide(this::drain);
    }

    /** Gives up the queued tasks, which are returned, and interrupts the running ones. */
    List<Runnable> stop() {
        List<Runnable> givenUp = new ArrayList<>();
        state.decide(() -> {
            FollowUp after = drain();
            givenUp.addAll(state.queue.drain());
            List<FollowUp> tells = new ArrayList<>(givenUp.size());
            givenUp.forEach(task -> tells.add(state.giveUp(task, RejectionReason.SHUTDOWN)));
            if (state.phase == Phase.DRAINING) {
                state.phase = Phase.STOPPING;
                state.crew.members().forEach(Worker::interrupt);
            }
            return after.then(state.terminateIfDone())
                    .then(state.releaseIfQuiet())
                    .then(FollowUp.all(tells));
        });
        return givenUp;
    }

    private FollowUp drain() {
        if (state.phase != Phase.RUNNING) {
            return FollowUp.NONE;
        }
        state.phase = Phase.DRAINING;
        state.tally.rejected(RejectionReason.SHUTDOWN, state.blocked.size());
        return state.retire(state.crew.idle().size(), RetireReason.SHUTDOWN)
                .then(state.blocked.refuseAll(RejectionReason.SHUTDOWN))
                .then(state.terminateIfDone());
    }

    boolean awaitQuiet(long nanos) throws InterruptedException {
        return await(state.joiners, state::isQuiet, nanos);
    }

    boolean awaitTermination(long nanos) throws InterruptedException {
        return await(state.terminationWaiters, () -> state.phase == Phase.TERMINATED, nanos);
    }

    private boolean await(Waiters waiters, BooleanSupplier holdsAlready, long nanos) throws InterruptedException {
        Waiter waiter = state.read(() -> holdsAlready.getAsBoolean() ? null : enroll(waiters));
        if (waiter == null) {
            return true;
        }
        try {
            return waiter.await(nanos);
        } finally {
            state.decide(() -> {
                waiters.withdraw(waiter);
                return FollowUp.NONE;
            });
        }
    }

    private Waiter enroll(Waiters waiters) {
        if (state.crew.isCurrentThreadMember()) {
            throw new IllegalStateException("a task of pool " + state.config.name() + " would wait for itself");
        }
        return waiters.enroll();
    }

    boolean isCurrentThreadMember() {
        return state.read(state.crew::isCurrentThreadMember);
    }
}
