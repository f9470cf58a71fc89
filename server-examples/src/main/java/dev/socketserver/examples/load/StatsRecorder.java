package dev.socketserver.examples.load;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.SingleWriterRecorder;
import org.jspecify.annotations.Nullable;

/**
 * Counts the operations of one loop's clients of one population. Only the loop writes, without allocating; one other
 * thread collects the counts of each interval with {@link #drainTo}.
 */
final class StatsRecorder {
    private final Times latencies = new Times();
    private final Times connects = new Times();
    private final Times lateness = new Times();
    private final Map<ErrorKind, LongAdder> errors = new ConcurrentHashMap<>();
    private final Map<ErrorKind, String> examples = new ConcurrentHashMap<>();
    private final Total bytesSent = new Total();
    private final Total bytesReceived = new Total();
    /** Operations in progress; confined to the loop. */
    private int underWay;

    /** Times of one kind. */
    private static final class Times {
        private final SingleWriterRecorder recorder = new SingleWriterRecorder(ClientStats.HIGHEST, ClientStats.DIGITS);
        /** Recycled between intervals; confined to the thread that drains. */
        private @Nullable Histogram spare;

        void record(long nanos) {
            recorder.recordValue(Math.min(Math.max(nanos, 0), ClientStats.HIGHEST));
        }

        void drainTo(Histogram target) {
            spare = recorder.getIntervalHistogram(spare);
            target.add(spare);
        }
    }

    /** A sum. */
    private static final class Total {
        private final AtomicLong sum = new AtomicLong();
        /** The amount already collected; confined to the draining thread. */
        private long taken;

        void add(long more) {
            sum.setRelease(sum.getPlain() + more); // there is only one writer
        }

        long take() {
            long before = taken;
            taken = sum.getAcquire();
            return taken - before;
        }
    }

    /** Counts operations that begin. */
    void began(int operations) {
        underWay += operations;
    }

    /** Counts an operation that begins this long after its scheduled time although a client was free. */
    void beganLate(long nanos) {
        underWay++;
        lateness.record(nanos);
    }

    void succeeded(long nanos) {
        underWay--;
        latencies.record(nanos);
    }

    /** Counts {@code operations} that failed, or a failure outside of any operation. */
    void failed(ErrorKind kind, int operations, String example) {
        underWay -= operations;
        count(kind, Math.max(1, operations));
        examples.putIfAbsent(kind, example);
    }

    /** Counts operations that never began. */
    void notBegun(long operations, String example) {
        count(ErrorKind.NOT_BEGUN, operations);
        examples.putIfAbsent(ErrorKind.NOT_BEGUN, example);
    }

    /** Counts an event that is not a failure. */
    void noticed(ErrorKind kind) {
        count(kind, 1);
    }

    private void count(ErrorKind kind, long times) {
        errors.computeIfAbsent(kind, unused -> new LongAdder()).add(times);
    }

    void connected(long nanos) {
        connects.record(nanos);
    }

    void sent(long bytes) {
        bytesSent.add(bytes);
    }

    void received(long bytes) {
        bytesReceived.add(bytes);
    }

    int underWay() {
        return underWay;
    }

    /** Moves the counts since the last call to {@code stats}. */
    void drainTo(ClientStats stats) {
        latencies.drainTo(stats.latencies());
        connects.drainTo(stats.connects());
        lateness.drainTo(stats.lateness());
        errors.forEach((kind, count) -> stats.addErrors(kind, count.sumThenReset()));
        stats.addExamples(examples);
        stats.addBytes(bytesSent.take(), bytesReceived.take());
    }
}
