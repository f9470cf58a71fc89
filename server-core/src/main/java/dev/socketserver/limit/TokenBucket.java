package dev.socketserver.limit;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** A rate limiter: a token bucket, full at first. Thread-safe, lock-free, and free of garbage. */
public final class TokenBucket {
    private final long interval;
    private final long refill;
    private final LongSupplier nanoTime;

    /** When the bucket will be full, or was, on the clock. */
    private final AtomicLong fullAt;

    /** Creates a full bucket. */
    public TokenBucket(RateLimit limit) {
        this(limit, System::nanoTime);
    }

    /**
     * Creates a full bucket.
     *
     * @param nanoTime the clock, as {@link System#nanoTime}
     */
    public TokenBucket(RateLimit limit, LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        interval = limit.intervalNanos();
        refill = limit.refillNanos();
        fullAt = new AtomicLong(nanoTime.getAsLong());
    }

    /** Takes a permit if there is one; returns whether there was. */
    public boolean tryAcquire() {
        return tryAcquire(1);
    }

    /**
     * Takes so many permits if there are, or none; returns whether there were.
     *
     * @throws IllegalArgumentException if the number is not positive
     */
    public boolean tryAcquire(long permits) {
        if (permits < 1) {
            throw new IllegalArgumentException("permits must be at least 1: " + permits);
        }
        if (permits > refill / interval) {
            return false;
        }
        while (true) {
            long now = nanoTime.getAsLong();
            long before = fullAt.get();
            long after = after(before, now, permits * interval);
            if (after - now > refill) {
                return false;
            }
            if (fullAt.compareAndSet(before, after)) {
                return true;
            }
        }
    }

    /** Returns when a bucket will be full from which as much is taken as comes in {@code cost} nanoseconds. */
    static long after(long fullAt, long now, long cost) {
        return now + Math.max(0, fullAt - now) + cost;
    }

    /** Returns the nanoseconds until {@link #tryAcquire()} can succeed; 0 if it can now. */
    public long nanosToWait() {
        long now = nanoTime.getAsLong();
        return Math.max(0, after(fullAt.get(), now, interval) - now - refill);
    }
}
