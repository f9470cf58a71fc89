package dev.socketserver.pool;

import java.util.ArrayList;
import java.util.List;

/** The threads that wait for one event of a pool. Not thread-safe: guarded by the pool's lock. */
final class Waiters {
    private final List<Waiter> waiting = new ArrayList<>();

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    /** Adds a thread, which calls {@link Waiter#await} once the lock is released. */
    void add(Waiter waiter) {
        waiting.add(waiter);
    }

    void remove(Waiter waiter) {
        waiting.remove(waiter);
    }

    /** Releases all waiting threads, because the event has happened. */
    void releaseAll(FollowUp.Chain followUps) {
        for (int i = 0; i < waiting.size(); i++) {
            waiting.get(i).release(followUps);
        }
        waiting.clear();
    }

    /** A thread that waits until the pool releases it. Created by the thread that waits. */
    static class Waiter extends FollowUp {
        private final Machine machine;
        private final Thread thread = Thread.currentThread();

        /** Written under the pool's lock. */
        private volatile boolean released;

        Waiter(Machine machine) {
            this.machine = machine;
        }

        /** Ends the wait. Called with the lock held. */
        final void release(FollowUp.Chain followUps) {
            released = true;
            followUps.add(this);
        }

        @Override
        final void proceed() {
            machine.unpark(thread);
        }

        /**
         * Waits until released or until the timeout expires. Called without the lock.
         *
         * @return false if the timeout expired first
         */
        final boolean await(long nanos) throws InterruptedException {
            long start = machine.nanoTime();
            while (!released) {
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                long left = nanos == Machine.FOREVER ? Machine.FOREVER : nanos - (machine.nanoTime() - start);
                if (left <= 0) {
                    return false;
                }
                machine.park(this, left);
            }
            return true;
        }
    }
}
