package dev.socketserver.examples.load;

import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * What a load run measured.
 *
 * @param plan what was to be done
 * @param seconds how long it was measured
 * @param operations operations that succeeded in that time
 * @param latencies nanoseconds of each operation, those that were still under way at the end included
 * @param connects nanoseconds that each connection took to open
 * @param errors how often each kind of error occurred; a kind that did not is absent
 * @param examples the first message of each kind of error
 * @param samples the run in short stretches, without the warm-up
 * @param endedEarly whether it was stopped before its time
 */
public record LoadResult(
        LoadPlan plan,
        double seconds,
        long operations,
        Histogram latencies,
        Histogram connects,
        Map<ErrorKind, Long> errors,
        Map<ErrorKind, String> examples,
        List<Sample> samples,
        boolean endedEarly) {
    /** Operations per second. */
    public double rate() {
        return operations / seconds;
    }

    /** Operations that failed. */
    public long failures() {
        return errors.entrySet().stream()
                .filter(entry -> entry.getKey().isFailure())
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    /** The share of operations that failed, 0 to 1; 1 if there was none at all. */
    public double errorRate() {
        long failures = failures();
        long all = latencies.getTotalCount() + failures;
        return all == 0 ? 1 : (double) failures / all;
    }
}
