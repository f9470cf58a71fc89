package dev.socketserver.internal.stream;

import dev.socketserver.ServerConfig;
import dev.socketserver.internal.util.FreeDescriptors;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts and limits the connections of one run of a server. A connection counts from accept until its socket is closed,
 * including the time in which it waits for its PROXY header or a worker, or lingers. Thread-safe; only the accepting
 * thread calls {@link #enter}, so the limit is never exceeded.
 */
final class ConnectionLimit {
    /** One in this many of the descriptors that are free when the server is bound is reserved. */
    private static final int SHARE_OF_OTHERS = 10;

    /** The minimum reserve: a process opens files as it loads classes, and selectors as its threads wait. */
    private static final int LEAST_FOR_OTHERS = 64;

    /** Idle connections are closed in the last of this many parts of the limit. */
    private static final int PARTS = 10;

    private final int most;
    private final int easy;
    private final AtomicInteger count = new AtomicInteger();
    private volatile boolean awaited; // the accepting thread waits until a connection leaves
    private final Runnable wake;

    /**
     * Creates a limit.
     *
     * @param most at least 1
     * @param wake wakes the accepting thread
     */
    ConnectionLimit(int most, Runnable wake) {
        this.most = most;
        easy = most - most / PARTS;
        this.wake = wake;
    }

    /** Returns the default limit of a server that is bound now. */
    static int most(ServerConfig config) {
        if (config.maxConnections() > 0) {
            return config.maxConnections();
        }
        OptionalLong free = FreeDescriptors.count();
        return free.isPresent() ? most(free.getAsLong()) : ServerConfig.MAX_CONNECTIONS_IF_UNKNOWN;
    }

    /** Returns the default limit for a number of free descriptors. */
    static int most(long free) {
        long others = Math.max(LEAST_FOR_OTHERS, free / SHARE_OF_OTHERS);
        return (int) Math.min(Integer.MAX_VALUE, Math.max(1, free - others));
    }

    /** Returns the limit. */
    int most() {
        return most;
    }

    /** Returns the number of connections. */
    int count() {
        return count.get();
    }

    /** Returns whether the limit is reached. */
    boolean isReached() {
        return count.get() >= most;
    }

    /** Returns the number of connections beyond the first nine tenths of the limit. */
    int beyondEasy() {
        return Math.max(0, count.get() - easy);
    }

    /** Counts a new connection. */
    void enter() {
        count.incrementAndGet();
    }

    /** Counts a closed connection. */
    void leave() {
        count.decrementAndGet();
        if (awaited) { // read after the count was changed; the accepting thread uses the opposite order
            wake.run();
        }
    }

    /**
     * If the limit is reached, requests that the accepting thread be woken when a connection leaves; returns whether it
     * is.
     */
    boolean isAwaited() {
        if (isReached()) {
            awaited = true; // set before the second check; a leaving connection uses the opposite order
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
