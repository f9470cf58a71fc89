package dev.socketserver.pool;

/**
 * Counts durations in buckets that are an eighth of their magnitude wide, so that a percentile is at most 12.5 % too
 * high, in constant space and without allocation. Not thread-safe: guarded by the pool's lock.
 */
final class TimeHistogram {
    /** Each power of two is divided into this many buckets. */
    static final int SUB_BUCKETS = 8;

    private static final int SUB_BITS = 3;

    private final long[] counts = new long[bucket(Long.MAX_VALUE) + 1];
    private long count;
    private long total;
    private long longest;

    void record(long nanos) {
        long value = Math.max(nanos, 0);
        counts[bucket(value)]++;
        count++;
        total += value;
        longest = Math.max(longest, value);
    }

    TimeDistribution distribution() {
        return new TimeDistribution(counts.clone(), count, total, longest);
    }

    /** The bucket of a value: its own below 8, else by its highest four bits. */
    static int bucket(long value) {
        if (value < SUB_BUCKETS) {
            return (int) value;
        }
        int shift = Long.SIZE - 1 - SUB_BITS - Long.numberOfLeadingZeros(value);
        return (shift << SUB_BITS) + (int) (value >>> shift);
    }

    /** The largest value in a bucket. */
    static long upperBound(int bucket) {
        if (bucket < 2 * SUB_BUCKETS) {
            return bucket;
        }
        int shift = (bucket >> SUB_BITS) - 1;
        long lowest = (long) (SUB_BUCKETS + (bucket & (SUB_BUCKETS - 1))) << shift;
        return lowest + (1L << shift) - 1;
    }
}
