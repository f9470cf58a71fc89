package dev.socketserver.internal.run;

import dev.socketserver.EndReason;
import dev.socketserver.Rejection;
import dev.socketserver.ServerSnapshot;
import dev.socketserver.ServerState;
import dev.socketserver.internal.util.Classes;
import dev.socketserver.pool.TimeDistribution;
import dev.socketserver.pool.TimeRecorder;
import java.lang.invoke.MethodHandles;
import java.time.Duration;
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
    private final TimeAtLimit atLimit = new TimeAtLimit(System::nanoTime);
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

    /** Returns what measures how long there are as many connections as there may be. */
    TimeAtLimit atLimit() {
        return atLimit;
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

    // ---- read one at a time; ServerSnapshot says what each is

    /** Returns {@link ServerSnapshot#accepted()}. */
    public long acceptedCount() {
        return accepted.sum();
    }

    /** Returns {@link ServerSnapshot#requests()}. */
    public long requestCount() {
        return requests.sum();
    }

    /** Returns {@link ServerSnapshot#failed()}. */
    public long failedCount() {
        return failed.sum();
    }

    /** Returns {@link ServerSnapshot#rejected()}. */
    public long rejectedCount() {
        return rejections.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Returns how many were rejected for that reason. */
    public long rejectedCount(Rejection reason) {
        return rejections.getOrDefault(reason, 0L);
    }

    /** Returns {@link ServerSnapshot#acceptFailures()}. */
    public long acceptFailureCount() {
        return acceptFailures.sum();
    }

    /** Returns {@link ServerSnapshot#limitReached()}. */
    public long limitReachedCount() {
        return atLimit.times();
    }

    /** Returns {@link ServerSnapshot#timeAtLimit()}. */
    public Duration timeAtLimit() {
        return atLimit.total();
    }

    /** Returns {@link ServerSnapshot#messagesDropped()}. */
    public long droppedCount() {
        return dropped.sum();
    }

    /** Returns {@link ServerSnapshot#bytesReceived()}. */
    public long receivedBytes() {
        return received.sum();
    }

    /** Returns {@link ServerSnapshot#bytesSent()}. */
    public long sentBytes() {
        return sent.sum();
    }

    /** Returns {@link ServerSnapshot#requestTime()}. */
    public TimeDistribution requestTime() {
        return requestTimes.distribution();
    }

    /** Returns {@link ServerSnapshot#firstByteWait()}. */
    public TimeDistribution firstByteWait() {
        return firstByteWaits.distribution();
    }

    /** Returns {@link ServerSnapshot#connectionTime()}. */
    public TimeDistribution connectionTime() {
        return connectionTimes.distribution();
    }

    /** Returns how many connections have ended for that reason. */
    public long endedCount(EndReason reason) {
        return ends.getOrDefault(reason, 0L);
    }

    /** Returns the current metrics. */
    public ServerSnapshot snapshot(ServerState state, int open) {
        return new ServerSnapshot(
                state,
                open,
                acceptedCount(),
                requestCount(),
                failedCount(),
                Map.copyOf(rejections),
                acceptFailureCount(),
                limitReachedCount(),
                timeAtLimit(),
                droppedCount(),
                receivedBytes(),
                sentBytes(),
                requestTime(),
                firstByteWait(),
                connectionTime(),
                Map.copyOf(ends));
    }
}
