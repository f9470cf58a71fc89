package dev.socketserver.examples.load;

import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * A sampling interval of a run. The component names are those of {@code load --json}.
 *
 * @param at the end of the interval, in seconds since the beginning of the warm-up or the measurement
 * @param seconds the length of the interval
 * @param operations operations that succeeded
 * @param errors operations that failed
 * @param p50Nanos the median latency; like the next two, 0 if there were no operations
 * @param p99Nanos the 99th percentile
 * @param maxNanos the longest latency
 * @param pool the state of the server's pool at the beginning of the interval; null if unknown
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

    /** Returns a rate; a number even if no time has passed. */
    public static double perSecond(long count, double seconds) {
        return seconds > 0 ? count / seconds : 0;
    }
}
