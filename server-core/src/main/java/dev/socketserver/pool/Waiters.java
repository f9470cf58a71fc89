package dev.socketserver.pool;

import java.util.ArrayList;
import java.util.List;

/** The threads that wait for one event of the pool. Not thread-safe: guarded by the pool's lock. */
final class Waiters {
    private final Host host;
    private final List<Waiter> waiting = new ArrayList<>();

    Waiters(Host host) {
        this.host = host;
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    /** Adds the current thread, which calls {@link Waiter#await} once the lock is released. */
    Waiter enroll() {
        Waiter waiter = new Waiter(host);
        waiting.add(waiter);
        return waiter;
    }

    void withdraw(Waiter waiter) {
        waiting.remove(waiter);
    }

    /** The event has happened: everybody who waits now is released. */
    FollowUp release() {
        if (waiting.isEmpty()) {
            return FollowUp.NONE;
        }
        List<FollowUp> wakes = List.copyOf(waiting);
        waiting.forEach(Waiter::release);
        waiting.clear();
        return FollowUp.all(wakes);
    }
}
