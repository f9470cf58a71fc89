package dev.socketserver.examples.load;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** The statistics of some clients during a part of a run. Not thread-safe. */
public final class ClientStats {
    /** The longest time that is recorded exactly, in nanoseconds. */
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

    /** Returns the distribution of the times of successful operations, in nanoseconds. */
    public Histogram latencies() {
        return latencies;
    }

    /** Returns the distribution of the times to connect, in nanoseconds. */
    public Histogram connects() {
        return connects;
    }

    /** Returns the distribution of delays of operations although a client was free, in nanoseconds. */
    Histogram lateness() {
        return lateness;
    }

    /** Returns the number of errors of each kind that occurred. */
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
