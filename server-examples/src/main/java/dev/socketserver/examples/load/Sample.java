package dev.socketserver.examples.load;

import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * A short part of a run. {@code load --json} writes these names.
 *
 * @param at when it ended, in seconds since the beginning of the warm-up or of the measurement
 * @param seconds how long it was
 * @param operations operations that succeeded
 * @param errors operations that failed
 * @param p50Nanos the median latency; 0 without operations, as the next two
 * @param p99Nanos the 99th percentile
 * @param maxNanos the longest latency
 * @param pool the state of the server's pool when the part began; null if it is not known
 */
public record Sample(
        double at,
        double seconds,
        long operations,
        long errors,
        long p50Nanos,
        long p99Nanos,
        long maxNanos,
        @Nullable PoolSample pool) {
    static Sample of(ClientStats stats, double at, double seconds, @Nullable PoolSample pool) {
        Histogram latencies = stats.latencies();
        return new Sample(
                at,
                seconds,
                stats.successes(),
                stats.failures(),
                latencies.getValueAtPercentile(50),
                latencies.getValueAtPercentile(99),
                latencies.getMaxValue(),
                pool);
    }

    /** Returns operations per second. */
    public double rate() {
        return perSecond(operations, seconds);
    }

    /** Returns a rate that is a number even if no time has passed. */
    public static double perSecond(long count, double seconds) {
        return seconds > 0 ? count / seconds : 0;
    }
}
