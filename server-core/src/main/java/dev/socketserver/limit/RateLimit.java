package dev.socketserver.limit;

import dev.socketserver.internal.util.Check;
import java.time.Duration;

/**
 * A maximum rate of events: a number of events per period, and up to {@code burst} events at once after a pause.
 * Immutable and thread-safe.
 *
 * <p>This is a token bucket that holds {@code burst} permits and gains {@code permits} in each period. Its state is one
 * number, the time at which it will be full again, as in the generic cell rate algorithm (GCRA, ITU-T I.371).
 *
 * @param permits the number of events per period; at least 1, and at most one per nanosecond of the period
 * @param period a positive time
 * @param burst the maximum number of events at once; at least 1
 */
public record RateLimit(long permits, Duration period, long burst) {
    private static final Duration LONGEST_REFILL = Duration.ofNanos(Long.MAX_VALUE / 4);

    /**
     * Checks that all values are positive, and that a nanosecond clock can represent the time at which the bucket is
     * full.
     */
    public RateLimit {
        Check.atLeast("permits", 1, permits);
        Check.atLeast("burst", 1, burst);
        Check.positive("period", period);
        Duration interval = period.dividedBy(permits);
        if (interval.isZero()) {
            throw new IllegalArgumentException(
                    "permits must be at most one per nanosecond of the period: " + permits + " in " + period);
        }
        if (interval.compareTo(LONGEST_REFILL.dividedBy(burst)) > 0) {
            throw new IllegalArgumentException("burst must be worth less than 73 years: " + burst);
        }
    }

    /** Returns a limit of that many events per second, spread out or in one burst. */
    public static RateLimit perSecond(long permits) {
        return new RateLimit(permits, Duration.ofSeconds(1), permits);
    }

    /** Returns the same rate with another burst. */
    public RateLimit withBurst(long most) {
        return new RateLimit(permits, period, most);
    }

    /**
     * Returns the time in which one permit is gained, rounded up, so that a period never gains more than
     * {@code permits}.
     */
    long intervalNanos() {
        Duration interval = period.dividedBy(permits);
        return interval.multipliedBy(permits).equals(period) ? interval.toNanos() : interval.toNanos() + 1;
    }

    /** Returns the time in which an empty bucket becomes full. */
    long refillNanos() {
        return burst * intervalNanos();
    }
}
