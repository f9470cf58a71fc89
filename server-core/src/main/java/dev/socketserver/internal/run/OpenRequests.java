package dev.socketserver.internal.run;

import dev.socketserver.DrainReport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The open requests; also waits until there are none. Thread-safe.
 *
 * <p>A {@linkplain OpenRequest#isBrief() brief} request is not registered by number when it is accepted, but kept in
 * {@link #latest} until it ends. If the next one comes first, that one registers it.
 */
public final class OpenRequests {
    private final Map<Long, OpenRequest> open = new ConcurrentHashMap<>();
    private final AtomicReference<@Nullable OpenRequest> latest = new AtomicReference<>();
    private final DrainSignal drain;
    private final AtomicInteger endedDraining = new AtomicInteger();
    private volatile int waiting; // written under this

    OpenRequests(DrainSignal drain) {
        this.drain = drain;
    }

    /** Adds a request. Only one thread at a time may add brief ones. */
    void add(OpenRequest request) {
        if (request.isBrief()) {
            addBrief(request);
        } else {
            open.put(request.key(), request);
        }
    }

    private void addBrief(OpenRequest request) {
        OpenRequest before = latest.get();
        if (before != null) {
            open.put(before.key(), before); // first: it must be found at any time
            if (latest.compareAndSet(before, request)) {
                return;
            }
            open.remove(before.key()); // it has ended meanwhile
        }
        latest.set(request);
    }

    /** Counts a request that ends, before the listener is notified, which may begin a drain. */
    void ends() {
        if (drain.isDraining()) {
            endedDraining.incrementAndGet();
        }
    }

    void remove(OpenRequest request) {
        if (!request.isBrief() || !latest.compareAndSet(request, null)) {
            open.remove(request.key());
        }
        if (waiting > 0 && isEmpty()) {
            wakeWaiters();
        }
    }

    private boolean isEmpty() {
        return latest.get() == null && open.isEmpty(); // in this order: requests go from the first to the second
    }

    /** Returns the number of open requests; one that is just being registered may count twice. */
    public int size() {
        int brief = latest.get() == null ? 0 : 1;
        return brief + open.size();
    }

    /** Runs the action for each open request; those that are opened or closed concurrently may be missed. */
    public void forEach(Consumer<? super OpenRequest> action) {
        stream().forEach(action);
    }

    /** Returns the request with that number, if it is open. */
    public @Nullable OpenRequest find(long id) {
        return open.get(id);
    }

    /** Returns the open requests; see {@link #forEach}. */
    public Stream<OpenRequest> stream() {
        OpenRequest brief = latest.get();
        Stream<OpenRequest> registered = open.values().stream();
        return brief == null
                ? registered
                : Stream.concat(Stream.of(brief), registered.filter(request -> request != brief));
    }

    /** Returns a request that satisfies the condition, if any. */
    @Nullable
    OpenRequest find(Predicate<? super OpenRequest> condition) {
        return stream().filter(condition).findAny().orElse(null);
    }

    /** Returns the number of requests that have ended since the drain began. */
    int endedDraining() {
        return endedDraining.get();
    }

    /** Returns whether there is a peer that has just connected and not sent anything yet. */
    boolean hasFresh() {
        return find(OpenRequest::isFresh) != null;
    }

    /** Ends the requests that wait for their peer's next message; returns how many there were. */
    int dismissIdle() {
        int[] idle = {0};
        forEach(request -> {
            if (drain.endsIdle(request) && request.dismiss()) {
                idle[0]++;
            }
        });
        return idle[0];
    }

    /** Returns the state of each open request. */
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
     * @return false if the timeout expired first
     */
    public synchronized boolean awaitEmpty(Duration timeout) throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        waiting++;
        try {
            while (!isEmpty()) {
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
