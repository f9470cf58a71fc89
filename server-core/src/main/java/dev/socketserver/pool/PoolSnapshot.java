package dev.socketserver.pool;

import java.time.Duration;
import java.util.Map;

/**
 * The metrics of a pool at one moment, consistent with each other. Immutable and thread-safe.
 *
 * @param size workers, including those starting
 * @param starting workers whose thread has been requested but does not run yet
 * @param idle workers waiting for a task
 * @param busy workers running a task
 * @param stuck workers whose task has run longer than {@code stuckAfter}
 * @param peakSize the largest {@code size} so far
 * @param queued tasks waiting in the queue, excluding internal tasks of servers
 * @param peakQueued the largest {@code queued} so far
 * @param oldestWait how long the oldest queued task has waited
 * @param blockedSubmitters threads waiting for room in the queue
 * @param overloaded whether {@link OverloadPolicy#ADAPTIVE} considers the pool overloaded
 * @param handedOff tasks handed directly to an idle worker so far
 * @param enqueued tasks that went through the queue so far
 * @param completed tasks completed so far, normally or exceptionally
 * @param startsByReason workers started so far
 * @param retirementsByReason workers retired so far
 * @param rejectionsByReason tasks rejected or dropped so far
 * @param startFailures failed attempts to start workers so far
 * @param stuckTasks tasks reported as stuck so far
 * @param waitTime time from submission to start
 * @param runTime run time of tasks
 */
public record PoolSnapshot(
        int size,
        int starting,
        int idle,
        int busy,
        int stuck,
        int peakSize,
        int queued,
        int peakQueued,
        Duration oldestWait,
        int blockedSubmitters,
        boolean overloaded,
        long handedOff,
        long enqueued,
        long completed,
        Map<StartReason, Long> startsByReason,
        Map<RetireReason, Long> retirementsByReason,
        Map<RejectionReason, Long> rejectionsByReason,
        long startFailures,
        long stuckTasks,
        TimeDistribution waitTime,
        TimeDistribution runTime) {

    /** Returns the metrics of a pool. Called with its lock held. */
    static PoolSnapshot of(PoolState state, long now, int blockedSubmitters, boolean overloaded) {
        WorkerSet workers = state.workers;
        PoolCounters counters = state.counters;
        PoolCounters.Work work = workers.work();
        work.add(counters.work);
        return new PoolSnapshot(
                workers.size(),
                workers.starting(),
                workers.idle(),
                workers.busy(),
                workers.stuck(),
                workers.peak(),
                state.queue.placed(),
                counters.peakQueued,
                Duration.ofNanos(state.queue.oldestWait(now)),
                blockedSubmitters,
                overloaded,
                counters.handedOff,
                counters.enqueued,
                work.completed,
                counters.starts.toMap(),
                counters.retirements.toMap(),
                counters.rejections.toMap(),
                counters.startFailures,
                counters.stuck,
                work.waits.distribution(),
                work.runs.distribution());
    }

    /** Returns the number of workers started so far, for all reasons. */
    public long started() {
        return sum(startsByReason);
    }

    /** Returns the number of workers retired so far, for all reasons. */
    public long retired() {
        return sum(retirementsByReason);
    }

    /** Returns the number of tasks rejected or dropped so far, for all reasons. */
    public long rejected() {
        return sum(rejectionsByReason);
    }

    private static long sum(Map<?, Long> counts) {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }
}
