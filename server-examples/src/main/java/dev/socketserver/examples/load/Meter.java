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
    private final Map<ErrorKind, LongAdder> errors = new ConcurrentHashMap<>();
    private final Map<ErrorKind, String> examples = new ConcurrentHashMap<>();
    /** Recycled between intervals; confined to the thread that calls {@link #drainTo}, as is the next one. */
    private @Nullable Histogram spareLatencies;

    private @Nullable Histogram spareConnects;

    void succeeded(long nanos) {
        latencies.recordValue(Math.min(Math.max(nanos, 0), Tally.HIGHEST));
    }

    void connected(long nanos) {
        connects.recordValue(Math.min(Math.max(nanos, 0), Tally.HIGHEST));
    }

    void failed(ErrorKind kind, int operations, String example) {
        count(kind, operations);
        examples.putIfAbsent(kind, example);
    }

    void noticed(ErrorKind kind) {
        count(kind, 1);
    }

    private void count(ErrorKind kind, int times) {
        errors.computeIfAbsent(kind, unused -> new LongAdder()).add(times);
    }

    /** Moves what was counted since the last call to {@code tally}. */
    void drainTo(Tally tally) {
        spareLatencies = latencies.getIntervalHistogram(spareLatencies);
        spareConnects = connects.getIntervalHistogram(spareConnects);
        tally.add(spareLatencies, spareConnects);
        errors.forEach((kind, count) -> tally.add(kind, count.sumThenReset()));
        tally.addExamples(examples);
    }
}
