package dev.socketserver.internal.stream;

import dev.socketserver.ServerConfig;
import dev.socketserver.internal.util.FreeDescriptors;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many connections one run of a server has, and may have. A connection counts from the moment when it is accepted
 * until its socket is closed; so also while it waits for its PROXY header, for a worker, or lingers. Thread-safe;
 * {@link #enter} is for the accepting thread, so the limit is never exceeded.
 */
final class ConnectionLimit {
    /** Of the descriptors that are free when the server is bound, one in so many is left to others. */
    private static final int SHARE_OF_OTHERS = 10;

    /** So many at least: a process opens files as it loads classes, and selectors as its threads wait. */
    private static final int LEAST_FOR_OTHERS = 64;

    /** The last of this many parts is the one in which connections are closed that have long been idle. */
    private static final int PARTS = 10;

    private final int most;
    private final int easy;
    private final AtomicInteger count = new AtomicInteger();
    private volatile boolean awaited; // the accepting thread waits until one leaves
    private final Runnable wake;

    /**
     * Creates one.
     *
     * @param most at least 1
     * @param wake wakes the accepting thread
     */
    ConnectionLimit(int most, Runnable wake) {
        this.most = most;
        easy = most - most / PARTS;
        this.wake = wake;
    }

    /** Returns how many connections a server may have that is bound now. */
    static int most(ServerConfig config) {
        if (config.maxConnections() > 0) {
            return config.maxConnections();
        }
        OptionalLong free = FreeDescriptors.count();
        return free.isPresent() ? most(free.getAsLong()) : ServerConfig.MAX_CONNECTIONS_IF_UNKNOWN;
    }

    /** Returns how many connections there may be by default, with so many descriptors that are free. */
    static int most(long free) {
        long others = Math.max(LEAST_FOR_OTHERS, free / SHARE_OF_OTHERS);
        return (int) Math.min(Integer.MAX_VALUE, Math.max(1, free - others));
    }

    /** Returns the limit. */
    int most() {
        return most;
    }

    /** Returns how many there are. */
    int count() {
        return count.get();
    }

    /** Returns whether there are as many as there may be. */
    boolean isReached() {
        return count.get() >= most;
    }

    /** Returns how many there are beyond the first nine tenths of the limit. */
    int beyondEasy() {
        return Math.max(0, count.get() - easy);
    }

    /** Counts one more. */
    void enter() {
        count.incrementAndGet();
    }

    /** Counts one less. */
    void leave() {
        count.decrementAndGet();
        if (awaited) { // read after the count was changed, as the accepting thread does it in the opposite order
            wake.run();
        }
    }

    /** Has the accepting thread woken when a connection leaves, if the limit is reached; returns whether it is. */
    boolean isAwaited() {
        if (isReached()) {
            awaited = true; // before looking again, as who leaves does it in the opposite order
            if (isReached()) {
                return true;
            }
        }
        if (awaited) {
            awaited = false;
        }
        return false;
    }
}
