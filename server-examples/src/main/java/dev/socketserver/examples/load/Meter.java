package dev.socketserver.examples.load;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.SingleWriterRecorder;
import org.jspecify.annotations.Nullable;

/**
 * What one client loop counts. The loop alone writes, without allocating; one other thread takes the counts of each
 * interval.
 */
final class Meter {
    private final SingleWriterRecorder latencies = new SingleWriterRecorder(Tally.HIGHEST, Tally.DIGITS);
    private final SingleWriterRecorder connects = new SingleWriterRecorder(Tally.HIGHEST, Tally.DIGITS);
    private final SingleWriterRecorder lateness = new SingleWriterRecorder(Tally.HIGHEST, Tally.DIGITS);
    private final Map<ErrorKind, LongAdder> errors = new ConcurrentHashMap<>();
    private final Map<ErrorKind, String> examples = new ConcurrentHashMap<>();
    /** Recycled between intervals; confined to the thread that calls {@link #drainTo}, as are the next two. */
    private @Nullable Histogram spareLatencies;

    private @Nullable Histogram spareConnects;
    private @Nullable Histogram spareLateness;

    void succeeded(long nanos) {
        latencies.recordValue(Math.min(Math.max(nanos, 0), Tally.HIGHEST));
    }

    void connected(long nanos) {
        connects.recordValue(Math.min(Math.max(nanos, 0), Tally.HIGHEST));
    }

    /** A client was free, yet the operation began this much later than it was meant to. */
    void began(long nanosLate) {
        lateness.recordValue(Math.min(Math.max(nanosLate, 0), Tally.HIGHEST));
    }

    void failed(ErrorKind kind, long operations, String example) {
        count(kind, operations);
        examples.putIfAbsent(kind, example);
    }

    void noticed(ErrorKind kind) {
        count(kind, 1);
    }

    private void count(ErrorKind kind, long times) {
        errors.computeIfAbsent(kind, unused -> new LongAdder()).add(times);
    }

    /** Moves what was counted since the last call to {@code tally}. */
    void drainTo(Tally tally) {
        spareLatencies = latencies.getIntervalHistogram(spareLatencies);
        spareConnects = connects.getIntervalHistogram(spareConnects);
        spareLateness = lateness.getIntervalHistogram(spareLateness);
        tally.add(spareLatencies, spareConnects, spareLateness);
        errors.forEach((kind, count) -> tally.add(kind, count.sumThenReset()));
        tally.addExamples(examples);
    }
}
