package dev.socketserver.pool;

import java.time.Duration;

/**
 * The figures of a pool at one moment, consistent with each other. Immutable, so thread-safe.
 *
 * @param size workers, starting ones included
 * @param starting workers whose thread has been asked for and does not run yet
 * @param idle workers that wait for a task
 * @param busy workers that run a task
 * @param peakSize the largest {@code size} so far
 * @param started workers started so far
 * @param retired workers ended so far
 * @param startFailures threads that could not be started so far
 * @param queued tasks that wait
 * @param oldestWait how long the oldest of them has waited
 * @param blockedSubmitters threads that wait for room in the queue
 * @param handedOff tasks given straight to an idle worker so far
 * @param enqueued tasks that went through the queue so far
 * @param completed tasks that ended, by return or by an exception, so far
 * @param rejected tasks refused so far
 */
public record PoolSnapshot(
        int size,
        int starting,
        int idle,
        int busy,
        int peakSize,
        long started,
        long retired,
        long startFailures,
        int queued,
        Duration oldestWait,
        int blockedSubmitters,
        long handedOff,
        long enqueued,
        long completed,
        long rejected) {}
