package dev.socketserver.internal.run;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The requests that are open, by their number, and a way to wait until none is. Thread-safe. */
public final class OpenRequests {
    private final Map<Long, OpenRequest> open = new ConcurrentHashMap<>();
    private volatile int waiting; // written under this

    void add(OpenRequest request) {
        open.put(request.key(), request);
    }

    void remove(OpenRequest request) {
        open.remove(request.key());
        if (waiting > 0 && open.isEmpty()) {
            wakeWaiters();
        }
    }

    /** Returns how many are open. */
    public int size() {
        return open.size();
    }

    /** Runs the action for each that is open; those that come or end meanwhile may be missed or not. */
    public void forEach(Consumer<? super OpenRequest> action) {
        open.values().forEach(action);
    }

    /** Returns one for which the condition holds, if any. */
    @Nullable
    OpenRequest find(Predicate<? super OpenRequest> condition) {
        return open.values().stream().filter(condition).findAny().orElse(null);
    }

    private synchronized void wakeWaiters() {
        notifyAll();
    }

    /**
     * Waits until no request is open.
     *
     * @return false if one still was when the timeout ended
     */
    public synchronized boolean awaitEmpty(Duration timeout) throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        waiting++;
        try {
            while (!open.isEmpty()) {
                long left = deadline - System.nanoTime();
                if (left <= 0) {
                    return false;
                }
                TimeUnit.NANOSECONDS.timedWait(this, left);
            }
            return true;
        } finally {
            waiting--;
        }
    }
}
