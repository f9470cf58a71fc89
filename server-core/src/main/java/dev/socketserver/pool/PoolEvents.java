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

    /**
     * Tells whether there is anybody to tell; if not, the events' classes, and with them all of JFR, stay unloaded, and
     * no lambda is linked while a pool that grows for the first time is locked, which takes milliseconds.
     */
    private static boolean isRecording() {
        return FlightRecorder.isInitialized();
    }

    static FollowUp started(String worker, StartReason why) {
        return isRecording() ? new WorkerStarted(worker, why) : FollowUp.NONE;
    }

    static FollowUp retired(String worker, RetireReason why) {
        return isRecording() ? new WorkerRetired(worker, why) : FollowUp.NONE;
    }

    static FollowUp waited(String pool, long nanos) {
        return isRecording() ? new LongQueueWait(pool, nanos) : FollowUp.NONE;
    }

    static void rejected(String pool, RejectionReason why) {
        if (isRecording()) {
            new TaskRejected(pool, why).commit();
        }
    }

    static void stuck(String worker, String task, long nanos) {
        if (isRecording()) {
            new TaskStuck(worker, task, nanos).commit();
        }
    }

    @Name("dev.socketserver.WorkerStarted")
    @Label("Worker Started")
    @Category(CATEGORY)
    @StackTrace(false)
    private static final class WorkerStarted extends Event implements FollowUp {
        @Label("Worker")
        private final String worker;

        @Label("Reason")
        private final String reason;

        WorkerStarted(String worker, StartReason reason) {
            this.worker = worker;
            this.reason = reason.name();
        }

        @Override
        public void proceed() {
            commit();
        }
    }

    @Name("dev.socketserver.WorkerRetired")
    @Label("Worker Retired")
    @Category(CATEGORY)
    @StackTrace(false)
    private static final class WorkerRetired extends Event implements FollowUp {
        @Label("Worker")
        private final String worker;

        @Label("Reason")
        private final String reason;

        WorkerRetired(String worker, RetireReason reason) {
            this.worker = worker;
            this.reason = reason.name();
        }

        @Override
        public void proceed() {
            commit();
        }
    }

    @Name("dev.socketserver.TaskRejected")
    @Label("Task Rejected")
    @Category(CATEGORY)
    @StackTrace(false)
    private static final class TaskRejected extends Event {
        @Label("Pool")
        private final String pool;

        @Label("Reason")
        private final String reason;

        TaskRejected(String pool, RejectionReason reason) {
            this.pool = pool;
            this.reason = reason.name();
        }
    }

    @Name("dev.socketserver.LongQueueWait")
    @Label("Long Queue Wait")
    @Description("A task waited in the queue longer than maxQueueWait")
    @Category(CATEGORY)
    @StackTrace(false)
    private static final class LongQueueWait extends Event implements FollowUp {
        @Label("Pool")
        private final String pool;

        @Label("Wait")
        @Timespan(Timespan.NANOSECONDS)
        private final long wait;

        LongQueueWait(String pool, long wait) {
            this.pool = pool;
            this.wait = wait;
        }

        @Override
        public void proceed() {
            commit();
        }
    }

    @Name("dev.socketserver.TaskStuck")
    @Label("Task Stuck")
    @Description("A task has run longer than stuckAfter")
    @Category(CATEGORY)
    @StackTrace(false)
    private static final class TaskStuck extends Event {
        @Label("Worker")
        private final String worker;

        @Label("Task")
        private final String task;

        @Label("Running")
        @Timespan(Timespan.NANOSECONDS)
        private final long running;

        TaskStuck(String worker, String task, long running) {
            this.worker = worker;
            this.task = task;
            this.running = running;
        }
    }
}
