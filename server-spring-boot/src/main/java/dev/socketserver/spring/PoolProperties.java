package dev.socketserver.spring;

import static dev.socketserver.spring.SocketServerProperties.set;

import dev.socketserver.pool.OverloadPolicy;
import dev.socketserver.pool.PoolConfig;
import dev.socketserver.pool.StuckAction;
import dev.socketserver.pool.WorkerKind;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The properties of a server's own pool, each named after an option of {@link PoolConfig}. Immutable.
 *
 * @param name the prefix of the threads' names
 * @param minWorkers the minimum number of workers
 * @param maxWorkers the maximum number of workers
 * @param minSpareWorkers the number of idle workers kept when the pool shrinks
 * @param queueThreshold the number of waiting tasks above which a worker is added
 * @param maxQueueWait the wait of a task after which a worker is added
 * @param queueCapacity the maximum number of waiting tasks before the overload policy applies
 * @param idleWindow the time after which idle workers beyond the spare ones retire
 * @param overloadPolicy what happens to a new task when the queue is full
 * @param adaptiveTarget the wait that the overload policy "adaptive" considers normal
 * @param adaptiveInterval the time for which every wait must exceed adaptive-target to count as overload
 * @param stuckAfter the time after which a running task is reported as stuck
 * @param stuckAction what is done about a stuck task
 * @param stuckCompensation the number of workers beyond max-workers that may replace stuck ones
 * @param workerKind the kind of threads; virtual if spring.threads.virtual.enabled is set, otherwise platform
 * @param daemon whether platform workers are daemon threads
 */
record PoolProperties(
        @Nullable String name,
        @Nullable Integer minWorkers,
        @Nullable Integer maxWorkers,
        @Nullable Integer minSpareWorkers,
        @Nullable Integer queueThreshold,
        @Nullable Duration maxQueueWait,
        @Nullable Integer queueCapacity,
        @Nullable Duration idleWindow,
        @Nullable OverloadPolicy overloadPolicy,
        @Nullable Duration adaptiveTarget,
        @Nullable Duration adaptiveInterval,
        @Nullable Duration stuckAfter,
        @Nullable StuckAction stuckAction,
        @Nullable Integer stuckCompensation,
        @Nullable WorkerKind workerKind,
        @Nullable Boolean daemon) {
    /** Sets the options that have a property here. */
    void applyTo(PoolConfig.Builder options) {
        set(name, options::name);
        set(minWorkers, options::minWorkers);
        set(maxWorkers, options::maxWorkers);
        set(minSpareWorkers, options::minSpareWorkers);
        set(queueThreshold, options::queueThreshold);
        set(maxQueueWait, options::maxQueueWait);
        set(queueCapacity, options::queueCapacity);
        set(idleWindow, options::idleWindow);
        set(overloadPolicy, options::overloadPolicy);
        set(adaptiveTarget, options::adaptiveTarget);
        set(adaptiveInterval, options::adaptiveInterval);
        set(stuckAfter, options::stuckAfter);
        set(stuckAction, options::stuckAction);
        set(stuckCompensation, options::stuckCompensation);
        set(workerKind, options::workerKind);
        set(daemon, options::daemon);
    }
}
