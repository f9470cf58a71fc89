package dev.socketserver.pool;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;

/** The distribution of a duration over all measurements so far. Immutable and thread-safe. */
public final class TimeDistribution {
    /** Each power of two is divided into this many buckets. */
    private static final int SUB_BUCKETS = 8;

    private static final int SUB_BITS = 3;

    private final long[] counts;
    private final long count;
    private final long total;
    private final long longest;

    private TimeDistribution(long[] counts, long count, long total, long longest) {
        this.counts = counts;
        this.count = count;
        this.total = total;
        this.longest = longest;
    }

    /** Returns the number of measurements. */
    public long count() {
        return count;
    }

    /** Returns the sum of all durations. */
    public Duration total() {
        return Duration.ofNanos(total);
    }

    /** Returns the longest duration, or zero if there are no measurements. */
    public Duration longest() {
        return Duration.ofNanos(longest);
    }

    /**
     * Returns a percentile, at most 12.5 % too high; zero if there are no measurements.
     *
     * @param percent the percentile, from 0 to 100, such as 99.9
     * @throws IllegalArgumentException if the percentile is out of range
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
                return Duration.ofNanos(Math.min(upperBound(bucket), longest));
            }
        }
        return Duration.ZERO;
    }

    /**
     * Returns the number of durations that are at most the limit; durations up to 12.5 % shorter than the limit may be
     * missing. The count never decreases as the limit grows.
     *
     * @param limit the limit
     */
    public long countUpTo(Duration limit) {
        long nanos = TimeUnit.NANOSECONDS.convert(limit);
        long seen = 0;
        for (int bucket = 0; bucket < counts.length && upperBound(bucket) <= nanos; bucket++) {
            seen += counts[bucket];
        }
        return seen;
    }

    @Override
    public String toString() {
        return "p50 " + percentile(50) + ", p99 " + percentile(99) + ", p99.9 " + percentile(99.9) + " of " + count;
    }

    /** Returns the bucket of a time: its own below 8, else that of its highest four bits. */
    static int bucket(long value) {
        if (value < SUB_BUCKETS) {
            return (int) value;
        }
        int shift = Long.SIZE - 1 - SUB_BITS - Long.numberOfLeadingZeros(value);
        return (shift << SUB_BITS) + (int) (value >>> shift);
    }

    /** Returns the longest time in a bucket. */
    static long upperBound(int bucket) {
        if (bucket < 2 * SUB_BUCKETS) {
            return bucket;
        }
        int shift = (bucket >> SUB_BITS) - 1;
        long lowest = (long) (SUB_BUCKETS + (bucket & (SUB_BUCKETS - 1))) << shift;
        return lowest + (1L << shift) - 1;
    }

    /**
     * Counts times in buckets that are an eighth of their magnitude wide, in constant space and without allocation.
     * Only one thread may write; concurrent readers may miss the last time.
     */
    static final class Recorder {
        private final long[] counts = new long[bucket(Long.MAX_VALUE) + 1];
        private long total;
        private long longest;

        void record(long nanos) {
            long value = Math.max(nanos, 0);
            counts[bucket(value)]++;
            total += value;
            if (value > longest) {
                longest = value;
            }
        }

        /** Adds the counts of another instance. */
        void add(Recorder other) {
            for (int i = 0; i < counts.length; i++) {
                counts[i] += other.counts[i];
            }
            total += other.total;
            longest = Math.max(longest, other.longest);
        }

        TimeDistribution distribution() {
            return new TimeDistribution(counts.clone(), LongStream.of(counts).sum(), total, longest);
        }
    }
}
