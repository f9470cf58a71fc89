package dev.socketserver.internal.run;

import dev.socketserver.EndReason;
import dev.socketserver.Rejection;
import dev.socketserver.ServerSnapshot;
import dev.socketserver.ServerState;
import dev.socketserver.internal.util.Classes;
import dev.socketserver.pool.TimeRecorder;
import java.lang.invoke.MethodHandles;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** The counters of a server, over all its runs. Thread-safe. */
public final class ServerCounters {
    static {
        Classes.initialize(MethodHandles.lookup(), Rejection.class, EndReason.class);
    }

    private final LongAdder accepted = new LongAdder();
    private final LongAdder requests = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder acceptFailures = new LongAdder();
    private final LongAdder dropped = new LongAdder();
    private final Map<Rejection, Long> rejections = new ConcurrentHashMap<>();
    private final LongAdder received = new LongAdder();
    private final LongAdder sent = new LongAdder();
    private final TimeRecorder requestTimes = new TimeRecorder();
    private final TimeRecorder firstByteWaits = new TimeRecorder();
    private final TimeRecorder connectionTimes = new TimeRecorder();
    private final Map<EndReason, Long> ends = new ConcurrentHashMap<>();

    void accepted() {
        accepted.increment();
    }

    /** Counts a message that a handler is about to handle. */
    void handling() {
        requests.increment();
    }

    void failed() {
        failed.increment();
    }

    void rejected(Rejection reason) {
        rejections.merge(reason, 1L, Long::sum);
    }

    void dropped(int messages) {
        dropped.add(messages);
    }

    void acceptFailed() {
        acceptFailures.increment();
    }

    void handled(long nanos) {
        requestTimes.record(nanos);
    }

    void received(long bytes) {
        received.add(bytes);
    }

    void sent(long bytes) {
        sent.add(bytes);
    }

    /** Counts a connection whose peer has sent its first byte. */
    void firstByte(long waitNanos) {
        firstByteWaits.record(waitNanos);
    }

    /** Counts a connection that has ended. */
    void ended(EndReason reason, long nanos) {
        connectionTimes.record(nanos);
        ends.merge(reason, 1L, Long::sum);
    }

    /** Returns the current metrics. */
    public ServerSnapshot snapshot(ServerState state, int open) {
        return new ServerSnapshot(
                state,
                open,
                accepted.sum(),
                requests.sum(),
                failed.sum(),
                Map.copyOf(rejections),
                acceptFailures.sum(),
                dropped.sum(),
                received.sum(),
                sent.sum(),
                requestTimes.distribution(),
                firstByteWaits.distribution(),
                connectionTimes.distribution(),
                Map.copyOf(ends));
    }
}
