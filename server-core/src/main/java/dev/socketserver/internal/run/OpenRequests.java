package dev.socketserver.internal.run;

import dev.socketserver.DrainReport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The requests that are open, by their number, and a way to wait until none is. Thread-safe. */
public final class OpenRequests {
    private final Map<Long, OpenRequest> open = new ConcurrentHashMap<>();
    private final DrainSignal drain;
    private final AtomicInteger endedDraining = new AtomicInteger();
    private volatile int waiting; // written under this

    OpenRequests(DrainSignal drain) {
        this.drain = drain;
    }

    void add(OpenRequest request) {
        open.put(request.key(), request);
    }

    /** Counts a request that ends, before the listener is told, who may begin a drain then. */
    void ends() {
        if (drain.isDraining()) {
            endedDraining.incrementAndGet();
        }
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

    /** Returns the one of that number, if it is open. */
    public @Nullable OpenRequest find(long id) {
        return open.get(id);
    }

    /** Returns those that are open; see {@link #forEach}. */
    public Stream<OpenRequest> stream() {
        return open.values().stream();
    }

    /** Returns one for which the condition holds, if any. */
    @Nullable
    OpenRequest find(Predicate<? super OpenRequest> condition) {
        return stream().filter(condition).findAny().orElse(null);
    }

    /** Returns how many have ended since the drain began. */
    int endedDraining() {
        return endedDraining.get();
    }

    /** Returns whether there is a peer that has just come, and has sent nothing yet. */
    boolean hasFresh() {
        return find(OpenRequest::isFresh) != null;
    }

    /** Ends those that wait for their peer's next message; returns how many those were. */
    int dismissIdle() {
        int[] idle = {0};
        forEach(request -> {
            if (drain.endsIdle(request) && request.dismiss()) {
                idle[0]++;
            }
        });
        return idle[0];
    }

    /** Returns how those stand that are open. */
    List<DrainReport.Forced> standing() {
        List<DrainReport.Forced> standing = new ArrayList<>();
        forEach(request -> standing.add(request.standing()));
        return standing;
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
