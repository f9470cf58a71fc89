package dev.socketserver.examples.load;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** Counts of any stretch of a run. Not thread-safe. */
final class Tally {
    /** The longest latency that is told apart, in nanoseconds. */
    static final long HIGHEST = TimeUnit.HOURS.toNanos(1);
    /** Significant decimal digits of a latency. */
    static final int DIGITS = 3;

    private final Histogram latencies = new Histogram(HIGHEST, DIGITS);
    private final Histogram connects = new Histogram(HIGHEST, DIGITS);
    private final Map<ErrorKind, Long> errors = new EnumMap<>(ErrorKind.class);
    private final Map<ErrorKind, String> examples = new EnumMap<>(ErrorKind.class);

    void add(Histogram moreLatencies, Histogram moreConnects) {
        latencies.add(moreLatencies);
        connects.add(moreConnects);
    }

    void add(ErrorKind kind, long count) {
        if (count > 0) {
            errors.merge(kind, count, Long::sum);
        }
    }

    void addExamples(Map<ErrorKind, String> more) {
        more.forEach(examples::putIfAbsent);
    }

    void add(Tally other) {
        add(other.latencies, other.connects);
        other.errors.forEach(this::add);
        addExamples(other.examples);
    }

    void clear() {
        latencies.reset();
        connects.reset();
        errors.clear();
        examples.clear();
    }

    /** Nanoseconds of each operation that succeeded. */
    Histogram latencies() {
        return latencies;
    }

    /** Nanoseconds that each connection took to open. */
    Histogram connects() {
        return connects;
    }

    /** How often each kind occurred; a kind that did not is absent. */
    Map<ErrorKind, Long> errors() {
        return errors;
    }

    /** The first message of each kind. */
    Map<ErrorKind, String> examples() {
        return examples;
    }

    /** Operations that failed. */
    long failures() {
        return errors.entrySet().stream()
                .filter(entry -> entry.getKey().isFailure())
                .mapToLong(Map.Entry::getValue)
                .sum();
    }
}
