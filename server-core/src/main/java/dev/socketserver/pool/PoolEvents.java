package dev.socketserver.pool;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** The pool's events in the JDK Flight Recorder, category "Elastic Thread Pool". */
@SuppressWarnings("UnusedVariable") // the recorder reads the fields
final class PoolEvents {
    private static final String CATEGORY = "Elastic Thread Pool";

    private PoolEvents() {}

    /** If there is nobody to tell, the events' classes, and with them all of JFR, stay unloaded. */
    private static FollowUp ifRecording(FollowUp telling) {
        return FlightRecorder.isInitialized() ? telling : FollowUp.NONE;
    }

    static FollowUp started(String worker, StartReason why) {
        return ifRecording(() -> {
            WorkerStarted event = new WorkerStarted();
            event.worker = worker;
            event.reason = why.name();
            event.commit();
        });
    }

    static FollowUp retired(String worker, RetireReason why) {
        return ifRecording(() -> {
            WorkerRetired event = new WorkerRetired();
            event.worker = worker;
            event.reason = why.name();
            event.commit();
        });
    }

    static void rejected(String pool, RejectionReason why) {
        ifRecording(() -> {
                    TaskRejected event = new TaskRejected();
                    event.pool = pool;
                    event.reason = why.name();
                    event.commit();
                })
                .proceed();
    }

    static FollowUp waited(String pool, long nanos) {
        return ifRecording(() -> {
            LongQueueWait event = new LongQueueWait();
            event.pool = pool;
            event.wait = nanos;
            event.commit();
        });
    }

    static void stuck(String worker, String task, long nanos) {
        ifRecording(() -> {
                    TaskStuck event = new TaskStuck();
                    event.worker = worker;
                    event.task = task;
                    event.running = nanos;
                    event.commit();
                })
                .proceed();
    }

    @Name("dev.socketserver.WorkerStarted")
    @Label("Worker Started")
    @Category(CATEGORY)
    @StackTrace(false)
    private static final class WorkerStarted extends Event {
        @Label("Worker")
        String worker = "";

        @Label("Reason")
        String reason = "";
    }

    @Name("dev.socketserver.WorkerRetired")
    @Label("Worker Retired")
    @Category(CATEGORY)
    @StackTrace(false)
    private static final class WorkerRetired extends Event {
        @Label("Worker")
        String worker = "";

        @Label("Reason")
        String reason = "";
    }

    @Name("dev.socketserver.TaskRejected")
    @Label("Task Rejected")
    @Category(CATEGORY)
    @StackTrace(false)
    private static final class TaskRejected extends Event {
        @Label("Pool")
        String pool = "";

        @Label("Reason")
        String reason = "";
    }

    @Name("dev.socketserver.LongQueueWait")
    @Label("Long Queue Wait")
    @Description("A task waited in the queue longer than maxQueueWait")
    @Category(CATEGORY)
    @StackTrace(false)
    private static final class LongQueueWait extends Event {
        @Label("Pool")
        String pool = "";

        @Label("Wait")
        @Timespan(Timespan.NANOSECONDS)
        long wait;
    }

    @Name("dev.socketserver.TaskStuck")
    @Label("Task Stuck")
    @Description("A task has run longer than stuckAfter")
    @Category(CATEGORY)
    @StackTrace(false)
    private static final class TaskStuck extends Event {
        @Label("Worker")
        String worker = "";

        @Label("Task")
        String task = "";

        @Label("Running")
        @Timespan(Timespan.NANOSECONDS)
        long running;
    }
}
