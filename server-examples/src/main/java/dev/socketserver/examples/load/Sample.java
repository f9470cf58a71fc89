package dev.socketserver.examples.load;

import org.jspecify.annotations.Nullable;

/**
 * What happened in one short stretch of a run.
 *
 * @param warmup whether it was before the measurement
 * @param at when it ended, in seconds from the beginning of the warm-up or of the measurement
 * @param seconds how long it was
 * @param operations operations that succeeded
 * @param errors operations that failed
 * @param p50 the median latency in nanoseconds, 0 without operations
 * @param p99 the 99th percentile
 * @param max the longest
 * @param pool how the server's pool was when it began; null if that is not known
 */
public record Sample(
        boolean warmup,
        double at,
        double seconds,
        long operations,
        long errors,
        long p50,
        long p99,
        long max,
        @Nullable PoolState pool) {
    /** Operations per second. */
    public double rate() {
        return LoadResult.perSecond(operations, seconds);
    }

    static Sample of(Tally tally, boolean warmup, double at, double seconds, @Nullable PoolState pool) {
        var latencies = tally.latencies();
        boolean any = latencies.getTotalCount() > 0;
        return new Sample(
                warmup,
                at,
                seconds,
                latencies.getTotalCount(),
                tally.failures(),
                any ? latencies.getValueAtPercentile(50) : 0,
                any ? latencies.getValueAtPercentile(99) : 0,
                any ? latencies.getMaxValue() : 0,
                pool);
    }
}
