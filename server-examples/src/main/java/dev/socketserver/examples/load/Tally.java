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
    private final Histogram lateness = new Histogram(HIGHEST, DIGITS);
    private final Map<ErrorKind, Long> errors = new EnumMap<>(ErrorKind.class);
    private final Map<ErrorKind, String> examples = new EnumMap<>(ErrorKind.class);

    void add(Histogram moreLatencies, Histogram moreConnects, Histogram moreLateness) {
        latencies.add(moreLatencies);
        connects.add(moreConnects);
        lateness.add(moreLateness);
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
        add(other.latencies, other.connects, other.lateness);
        other.errors.forEach(this::add);
        addExamples(other.examples);
    }

    void clear() {
        latencies.reset();
        connects.reset();
        lateness.reset();
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

    /** Nanoseconds by which operations began later than meant, although a client was free. */
    Histogram lateness() {
        return lateness;
    }

    Outcome outcome() {
        return new Outcome(latencies, connects, errors, examples);
    }

    long failures() {
        return outcome().failures();
    }
}
