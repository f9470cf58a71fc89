package dev.socketserver.examples.load;

/**
 * What happened in one short stretch of a run.
 *
 * @param at when the stretch ended, in seconds from the start of the measurement; negative while warming up
 * @param seconds how long it was
 * @param operations operations that succeeded
 * @param errors operations that failed
 * @param p50 the median latency in nanoseconds, 0 without operations
 * @param p99 the 99th percentile
 * @param max the longest
 */
public record Sample(double at, double seconds, long operations, long errors, long p50, long p99, long max) {
    /** Operations per second. */
    public double rate() {
        return operations / seconds;
    }

    static Sample of(Tally tally, double at, double seconds) {
        var latencies = tally.latencies();
        boolean any = latencies.getTotalCount() > 0;
        return new Sample(
                at,
                seconds,
                latencies.getTotalCount(),
                tally.failures(),
                any ? latencies.getValueAtPercentile(50) : 0,
                any ? latencies.getValueAtPercentile(99) : 0,
                any ? latencies.getMaxValue() : 0);
    }
}
