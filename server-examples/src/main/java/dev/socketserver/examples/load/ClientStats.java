package dev.socketserver.examples.load;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** How some clients fared during a part of a run. Not thread-safe. */
public final class ClientStats {
    /** The longest time that is told apart, in nanoseconds. */
    static final long HIGHEST = TimeUnit.HOURS.toNanos(1);
    /** Significant decimal digits of a time. */
    static final int DIGITS = 3;

    private final Histogram latencies = new Histogram(HIGHEST, DIGITS);
    private final Histogram connects = new Histogram(HIGHEST, DIGITS);
    private final Histogram lateness = new Histogram(HIGHEST, DIGITS);
    private final Map<ErrorKind, Long> errors = new EnumMap<>(ErrorKind.class);
    private final Map<ErrorKind, String> examples = new EnumMap<>(ErrorKind.class);
    private long bytesSent;
    private long bytesReceived;

    void add(ClientStats other) {
        latencies.add(other.latencies);
        connects.add(other.connects);
        lateness.add(other.lateness);
        other.errors.forEach(this::addErrors);
        addExamples(other.examples);
        addBytes(other.bytesSent, other.bytesReceived);
    }

    void addErrors(ErrorKind kind, long count) {
        if (count > 0) {
            errors.merge(kind, count, Long::sum);
        }
    }

    void addExamples(Map<ErrorKind, String> more) {
        more.forEach(examples::putIfAbsent);
    }

    void addBytes(long sent, long received) {
        bytesSent += sent;
        bytesReceived += received;
    }

    void clear() {
        latencies.reset();
        connects.reset();
        lateness.reset();
        errors.clear();
        examples.clear();
        bytesSent = 0;
        bytesReceived = 0;
    }

    /** Returns the time of each operation that succeeded, in nanoseconds. */
    public Histogram latencies() {
        return latencies;
    }

    /** Returns the time that each connection took to open, in nanoseconds. */
    public Histogram connects() {
        return connects;
    }

    /** Returns by how many nanoseconds operations began late although a client was free. */
    Histogram lateness() {
        return lateness;
    }

    /** Returns how often each kind of error occurred; kinds that did not are absent. */
    public Map<ErrorKind, Long> errors() {
        return Collections.unmodifiableMap(errors);
    }

    /** Returns the first message of each kind of error. */
    public Map<ErrorKind, String> examples() {
        return Collections.unmodifiableMap(examples);
    }

    /** Returns the number of bytes sent, before encryption. */
    public long bytesSent() {
        return bytesSent;
    }

    /** Returns the number of bytes received, after decryption. */
    public long bytesReceived() {
        return bytesReceived;
    }

    /** Returns the number of operations that succeeded. */
    public long successes() {
        return latencies.getTotalCount();
    }

    /** Returns the number of operations that failed. */
    public long failures() {
        return errors.entrySet().stream()
                .filter(entry -> entry.getKey().isFailure())
                .mapToLong(Map.Entry::getValue)
                .sum();
    }
}
