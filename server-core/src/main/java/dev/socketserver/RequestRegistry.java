package dev.socketserver;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The requests that are open, and a way to wait until none is. Thread-safe. */
final class RequestRegistry<R extends Request> {
    private final Set<R> open = ConcurrentHashMap.newKeySet();
    private volatile int waiting; // written under this

    void add(R request) {
        open.add(request);
    }

    void remove(R request) {
        open.remove(request);
        if (waiting > 0 && open.isEmpty()) {
            wakeWaiters();
        }
    }

    int size() {
        return open.size();
    }

    void forEach(Consumer<? super R> action) {
        open.forEach(action);
    }

    /** Returns one for which the condition holds, if any. */
    @Nullable
    R find(Predicate<? super R> condition) {
        return open.stream().filter(condition).findAny().orElse(null);
    }

    private synchronized void wakeWaiters() {
        notifyAll();
    }

    /**
     * Waits until no request is open.
     *
     * @return false if one still was when the timeout ended
     */
    synchronized boolean awaitEmpty(Duration timeout) throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        waiting++;
        try {
            while (!open.isEmpty()) {
                long left = deadline - System.nanoTime();
                if (left <= 0) {
                    return false;
                }
                wait(left / 1_000_000, (int) (left % 1_000_000));
            }
            return true;
        } finally {
            waiting--;
        }
    }
}
