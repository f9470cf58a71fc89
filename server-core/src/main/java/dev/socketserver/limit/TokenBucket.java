package dev.socketserver.limit;

import dev.socketserver.internal.util.Check;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** A rate limiter: a token bucket that is initially full. Thread-safe, lock-free, and allocation-free. */
public final class TokenBucket {
    private final long interval;
    private final long refill;
    private final LongSupplier nanoTime;

    /** The time on the clock at which the bucket will be, or was, full. */
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

    /** Takes a permit if one is available; returns whether it did. */
    public boolean tryAcquire() {
        return tryAcquire(1);
    }

    /**
     * Takes that many permits if they are available, otherwise none; returns whether it did.
     *
     * @throws IllegalArgumentException if the number is not positive
     */
    public boolean tryAcquire(long permits) {
        Check.atLeast("permits", 1, permits);
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

    /** Returns when a bucket will be full after taking as much as it gains in {@code cost} nanoseconds. */
    static long after(long fullAt, long now, long cost) {
        return now + Math.max(0, fullAt - now) + cost;
    }

    /** Returns the nanoseconds until {@link #tryAcquire()} can succeed; 0 if it can succeed now. */
    public long nanosToWait() {
        long now = nanoTime.getAsLong();
        return Math.max(0, after(fullAt.get(), now, interval) - now - refill);
    }
}
