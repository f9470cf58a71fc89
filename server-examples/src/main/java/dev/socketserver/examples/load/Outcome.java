package dev.socketserver.examples.load;

import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * How the operations of some clients ended.
 *
 * @param latencies nanoseconds of each operation that succeeded
 * @param connects nanoseconds that each connection took to open
 * @param errors how often each kind of error occurred; a kind that did not is absent
 * @param examples the first message of each kind of error
 */
public record Outcome(
        Histogram latencies, Histogram connects, Map<ErrorKind, Long> errors, Map<ErrorKind, String> examples) {
    /** Operations that failed. */
    public long failures() {
        return errors.entrySet().stream()
                .filter(entry -> entry.getKey().isFailure())
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    /** Operations that succeeded. */
    public long successes() {
        return latencies.getTotalCount();
    }
}
