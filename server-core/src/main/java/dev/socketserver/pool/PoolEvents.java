package dev.socketserver.pool;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/**
 * The pool's events in the JDK Flight Recorder, category "Elastic Thread Pool". Unless a recording runs, the event
 * classes, and with them all of JFR, are not loaded. Thread-safe; never called with the pool's lock held.
 */
@SuppressWarnings("UnusedVariable") // the recorder reads the fields
final class PoolEvents {
    /**
     * A wait is an event only if it is longer, in nanoseconds; a pool that grows by {@code maxQueueWait} exceeds that
     * all the time.
     */
    static final long LONG_WAIT = 20_000_000;

    private PoolEvents() {}

    private static boolean isRecording() {
        return FlightRecorder.isInitialized();
    }

    static void started(String worker, StartReason why) {
        if (isRecording()) {
            new WorkerStarted().record(worker, why);
        }
    }

    static void retired(String worker, RetireReason why) {
        if (isRecording()) {
            new WorkerRetired().record(worker, why);
        }
    }

    static void rejected(String pool, RejectionReason why) {
        if (isRecording()) {
            TaskRejected event = new TaskRejected();
            event.pool = pool;
            event.reason = why.name();
            event.commit();
        }
    }

    static void waited(String pool, long nanos) {
        if (isRecording()) {
            LongQueueWait event = new LongQueueWait();
            event.pool = pool;
            event.wait = nanos;
            event.commit();
        }
    }

    static void stuck(String worker, String task, long nanos) {
        if (isRecording()) {
            TaskStuck event = new TaskStuck();
            event.worker = worker;
            event.task = task;
            event.running = nanos;
            event.commit();
        }
    }

    /** An event of a pool. */
    @Category("Elastic Thread Pool")
    @StackTrace(false)
    private abstract static class PoolEvent extends Event {}

    /** A worker starts or retires. */
    private abstract static class WorkerEvent extends PoolEvent {
        @Label("Worker")
        String worker = "";

        @Label("Reason")
        String reason = "";

        final void record(String name, Enum<?> why) {
            worker = name;
            reason = why.name();
            commit();
        }
    }

    @Name("dev.socketserver.WorkerStarted")
    @Label("Worker Started")
    private static final class WorkerStarted extends WorkerEvent {}

    @Name("dev.socketserver.WorkerRetired")
    @Label("Worker Retired")
    private static final class WorkerRetired extends WorkerEvent {}

    @Name("dev.socketserver.TaskRejected")
    @Label("Task Rejected")
    private static final class TaskRejected extends PoolEvent {
        @Label("Pool")
        String pool = "";

        @Label("Reason")
        String reason = "";
    }

    @Name("dev.socketserver.LongQueueWait")
    @Label("Long Queue Wait")
    @Description("A task waited in the queue longer than 20 ms and than maxQueueWait")
    private static final class LongQueueWait extends PoolEvent {
        @Label("Pool")
        String pool = "";

        @Label("Wait")
        @Timespan(Timespan.NANOSECONDS)
        long wait;
    }

    @Name("dev.socketserver.TaskStuck")
    @Label("Task Stuck")
    @Description("A task has run longer than stuckAfter")
    private static final class TaskStuck extends PoolEvent {
        @Label("Worker")
        String worker = "";

        @Label("Task")
        String task = "";

        @Label("Running")
        @Timespan(Timespan.NANOSECONDS)
        long running;
    }
}
