package dev.socketserver.pool;

import java.util.Map;

/**
 * An {@link ElasticThreadPool} as JMX shows it. The attributes that can be set change the configuration at once, as
 * {@link ElasticThreadPool#reconfigure} does; a value that does not fit the others is refused.
 */
public interface ElasticThreadPoolMXBean {

    /**
     * See {@link PoolConfig#minWorkers()}.
     *
     * @return the value in force
     */
    int getMinWorkers();

    /**
     * Sets {@link PoolConfig#minWorkers()}.
     *
     * @param value the new value
     */
    void setMinWorkers(int value);

    /**
     * See {@link PoolConfig#maxWorkers()}.
     *
     * @return the value in force
     */
    int getMaxWorkers();

    /**
     * Sets {@link PoolConfig#maxWorkers()}.
     *
     * @param value the new value
     */
    void setMaxWorkers(int value);

    /**
     * See {@link PoolConfig#minSpareWorkers()}.
     *
     * @return the value in force
     */
    int getMinSpareWorkers();

    /**
     * Sets {@link PoolConfig#minSpareWorkers()}.
     *
     * @param value the new value
     */
    void setMinSpareWorkers(int value);

    /**
     * See {@link PoolConfig#queueThreshold()}.
     *
     * @return the value in force
     */
    int getQueueThreshold();

    /**
     * Sets {@link PoolConfig#queueThreshold()}.
     *
     * @param value the new value
     */
    void setQueueThreshold(int value);

    /**
     * See {@link PoolConfig#queueCapacity()}.
     *
     * @return the value in force
     */
    int getQueueCapacity();

    /**
     * Sets {@link PoolConfig#queueCapacity()}.
     *
     * @param value the new value
     */
    void setQueueCapacity(int value);

    /**
     * See {@link PoolConfig#stuckCompensation()}.
     *
     * @return the value in force
     */
    int getStuckCompensation();

    /**
     * Sets {@link PoolConfig#stuckCompensation()}.
     *
     * @param value the new value
     */
    void setStuckCompensation(int value);

    /**
     * See {@link PoolConfig#maxQueueWait()}.
     *
     * @return the value in force, in milliseconds
     */
    long getMaxQueueWaitMillis();

    /**
     * Sets {@link PoolConfig#maxQueueWait()}.
     *
     * @param value the new value, in milliseconds
     */
    void setMaxQueueWaitMillis(long value);

    /**
     * See {@link PoolConfig#idleWindow()}.
     *
     * @return the value in force, in milliseconds
     */
    long getIdleWindowMillis();

    /**
     * Sets {@link PoolConfig#idleWindow()}.
     *
     * @param value the new value, in milliseconds
     */
    void setIdleWindowMillis(long value);

    /**
     * See {@link PoolConfig#adaptiveTarget()}.
     *
     * @return the value in force, in milliseconds
     */
    long getAdaptiveTargetMillis();

    /**
     * Sets {@link PoolConfig#adaptiveTarget()}.
     *
     * @param value the new value, in milliseconds
     */
    void setAdaptiveTargetMillis(long value);

    /**
     * See {@link PoolConfig#adaptiveInterval()}.
     *
     * @return the value in force, in milliseconds
     */
    long getAdaptiveIntervalMillis();

    /**
     * Sets {@link PoolConfig#adaptiveInterval()}.
     *
     * @param value the new value, in milliseconds
     */
    void setAdaptiveIntervalMillis(long value);

    /**
     * See {@link PoolConfig#stuckAfter()}.
     *
     * @return the value in force, in milliseconds
     */
    long getStuckAfterMillis();

    /**
     * Sets {@link PoolConfig#stuckAfter()}.
     *
     * @param value the new value, in milliseconds
     */
    void setStuckAfterMillis(long value);

    /**
     * See {@link PoolConfig#overloadPolicy()}.
     *
     * @return the policy in force
     */
    OverloadPolicy getOverloadPolicy();

    /**
     * Sets {@link PoolConfig#overloadPolicy()}.
     *
     * @param value the new policy
     */
    void setOverloadPolicy(OverloadPolicy value);

    /**
     * Whether the adaptive policy holds the pool for overloaded.
     *
     * @return true under overload
     */
    boolean isOverloaded();

    /**
     * Workers, starting ones included.
     *
     * @return the figure
     */
    int getSize();

    /**
     * Workers that are being started.
     *
     * @return the figure
     */
    int getStarting();

    /**
     * Idle workers.
     *
     * @return the figure
     */
    int getIdle();

    /**
     * Busy workers.
     *
     * @return the figure
     */
    int getBusy();

    /**
     * Workers with a stuck task.
     *
     * @return the figure
     */
    int getStuck();

    /**
     * The largest size so far.
     *
     * @return the figure
     */
    int getPeakSize();

    /**
     * Tasks that wait.
     *
     * @return the figure
     */
    int getQueued();

    /**
     * The largest number of waiting tasks so far.
     *
     * @return the figure
     */
    int getPeakQueued();

    /**
     * How long the oldest task has waited.
     *
     * @return the figure
     */
    long getOldestWaitMillis();

    /**
     * Threads that wait for room in the queue.
     *
     * @return the figure
     */
    int getBlockedSubmitters();

    /**
     * Tasks given straight to an idle worker.
     *
     * @return the figure
     */
    long getHandedOff();

    /**
     * Tasks that went through the queue.
     *
     * @return the figure
     */
    long getEnqueued();

    /**
     * Tasks that ended.
     *
     * @return the figure
     */
    long getCompleted();

    /**
     * Failed attempts to start workers.
     *
     * @return the figure
     */
    long getStartFailures();

    /**
     * Tasks reported as stuck.
     *
     * @return the figure
     */
    long getStuckTasks();

    /**
     * Workers started so far, by reason.
     *
     * @return the figures
     */
    Map<String, Long> getStartsByReason();

    /**
     * Workers ended so far, by reason.
     *
     * @return the figures
     */
    Map<String, Long> getRetirementsByReason();

    /**
     * Tasks not run so far, by reason.
     *
     * @return the figures
     */
    Map<String, Long> getRejectionsByReason();

    /**
     * How long tasks waited for their start, in microseconds: {@code p50}, {@code p99}, {@code p99.9} and {@code max}.
     *
     * @return the figures
     */
    Map<String, Long> getWaitTimeMicros();

    /**
     * How long tasks ran, in microseconds: {@code p50}, {@code p99}, {@code p99.9} and {@code max}.
     *
     * @return the figures
     */
    Map<String, Long> getRunTimeMicros();
}
