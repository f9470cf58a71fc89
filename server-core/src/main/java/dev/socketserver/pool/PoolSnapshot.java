package dev.socketserver.pool;

import java.time.Duration;
import java.util.Map;

/**
 * The figures of a pool at one moment, consistent with each other. Immutable, so thread-safe.
 *
 * @param size workers, including starting ones
 * @param starting workers whose thread has been requested and does not run yet
 * @param idle workers that wait for a task
 * @param busy workers that run a task
 * @param stuck workers that run a task for longer than {@code stuckAfter}
 * @param peakSize the largest {@code size} so far
 * @param queued tasks that wait, besides those of the servers themselves
 * @param peakQueued the largest {@code queued} so far
 * @param oldestWait how long the oldest of the queued tasks has waited
 * @param blockedSubmitters threads that wait for room in the queue
 * @param overloaded whether the pool is overloaded by the standards of {@link OverloadPolicy#ADAPTIVE}
 * @param handedOff tasks that were given straight to an idle worker so far
 * @param enqueued tasks that went through the queue so far
 * @param completed tasks that have ended so far, normally or with an exception
 * @param startsByReason workers started so far
 * @param retirementsByReason workers ended so far
 * @param rejectionsByReason tasks not run so far
 * @param startFailures failed attempts to start workers so far
 * @param stuckTasks tasks that were reported as stuck so far
 * @param waitTime how long tasks waited from submission to start
 * @param runTime how long tasks ran
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

    /** Returns the figures of a pool, whose lock is held. */
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

    /** Returns how many workers were started so far, for whatever reason. */
    public long started() {
        return sum(startsByReason);
    }

    /** Returns how many workers have ended so far, for whatever reason. */
    public long retired() {
        return sum(retirementsByReason);
    }

    /** Returns how many tasks were not run so far, for whatever reason. */
    public long rejected() {
        return sum(rejectionsByReason);
    }

    private static long sum(Map<?, Long> counts) {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }
}
