package dev.socketserver.pool;

import java.time.Duration;

/** How long something took, over all times that it happened so far. Immutable, so thread-safe. */
public final class TimeDistribution {
    private final long[] counts;
    private final long count;
    private final long total;
    private final long longest;

    TimeDistribution(long[] counts, long count, long total, long longest) {
        this.counts = counts;
        this.count = count;
        this.total = total;
        this.longest = longest;
    }

    /**
     * How often it happened.
     *
     * @return the count
     */
    public long count() {
        return count;
    }

    /**
     * The sum of all.
     *
     * @return the total time
     */
    public Duration total() {
        return Duration.ofNanos(total);
    }

    /**
     * The longest of all, zero if there is none.
     *
     * @return the longest time
     */
    public Duration longest() {
        return Duration.ofNanos(longest);
    }

    /**
     * The time that a share of all did not exceed, at most 12.5 % too high; zero if there is none.
     *
     * @param percent the share, from 0 to 100, such as 99.9
     * @return the time
     * @throws IllegalArgumentException if the share is out of range
     */
    public Duration percentile(double percent) {
        if (!(percent >= 0 && percent <= 100)) {
            throw new IllegalArgumentException("percent must be between 0 and 100: " + percent);
        }
        long wanted = Math.max(1, (long) Math.ceil(count * percent / 100));
        long seen = 0;
        for (int bucket = 0; bucket < counts.length; bucket++) {
            seen += counts[bucket];
            if (seen >= wanted) {
                return Duration.ofNanos(Math.min(TimeHistogram.upperBound(bucket), longest));
            }
        }
        return Duration.ZERO;
    }

    /**
     * How many were not longer than a limit; those that took up to 12.5 % less than the limit may be left out.
     *
     * @param limit the limit
     * @return the count, which never falls from a limit to a longer one
     */
    public long countUpTo(Duration limit) {
        long nanos = limit.toNanos();
        long seen = 0;
        for (int bucket = 0; bucket < counts.length && TimeHistogram.upperBound(bucket) <= nanos; bucket++) {
            seen += counts[bucket];
        }
        return seen;
    }

    @Override
    public String toString() {
        return "p50 " + percentile(50) + ", p99 " + percentile(99) + ", p99.9 " + percentile(99.9) + " of " + count;
    }
}
