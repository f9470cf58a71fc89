package dev.socketserver.pool;

import java.time.Duration;
import java.util.Objects;

/**
 * The numbers and choices of an {@link ElasticThreadPool}. Immutable, so thread-safe; made by a {@link Builder}.
 *
 * @param name prefix of the thread names, {@code NAME-1}, {@code NAME-2} and so on; default {@value #DEFAULT_NAME}
 * @param minWorkers the pool never shrinks below this many workers; default {@value #DEFAULT_MIN_WORKERS}
 * @param maxWorkers the pool never grows above this many workers; default {@value #DEFAULT_MAX_WORKERS}
 * @param minSpareWorkers idle workers kept when the pool shrinks; default {@value #DEFAULT_MIN_SPARE_WORKERS}
 * @param queueThreshold a worker is added when more tasks than this wait; default {@value #DEFAULT_QUEUE_THRESHOLD}
 * @param maxQueueWait a worker is added when a task has waited longer than this, however few wait; default 5 ms
 * @param queueCapacity tasks that may wait before the overload policy decides, 0 for none; default
 *     {@value #DEFAULT_QUEUE_CAPACITY}, which a hundred workers with tasks of 10 ms clear in a tenth of a second
 * @param idleWindow idle workers beyond the spare ones retire, half of them at a time, when they have not been needed
 *     for this long; default 5 s
 * @param overloadPolicy what happens to a new task when the queue is full; default {@link OverloadPolicy#BLOCK}
 * @param workerKind platform or virtual threads; default {@link WorkerKind#PLATFORM}
 */
public record PoolConfig(
        String name,
        int minWorkers,
        int maxWorkers,
        int minSpareWorkers,
        int queueThreshold,
        Duration maxQueueWait,
        int queueCapacity,
        Duration idleWindow,
        OverloadPolicy overloadPolicy,
        WorkerKind workerKind) {

    /** Default of {@link #name()}. */
    public static final String DEFAULT_NAME = "worker";

    /** Default of {@link #minWorkers()}. */
    public static final int DEFAULT_MIN_WORKERS = 5;

    /** Default of {@link #maxWorkers()}. */
    public static final int DEFAULT_MAX_WORKERS = 100;

    /** Default of {@link #minSpareWorkers()}. */
    public static final int DEFAULT_MIN_SPARE_WORKERS = 5;

    /** Default of {@link #queueThreshold()}. */
    public static final int DEFAULT_QUEUE_THRESHOLD = 3;

    /** Default of {@link #maxQueueWait()}: 5 ms. */
    public static final Duration DEFAULT_MAX_QUEUE_WAIT = Duration.ofMillis(5);

    /** Default of {@link #queueCapacity()}. */
    public static final int DEFAULT_QUEUE_CAPACITY = 1024;

    /** Default of {@link #idleWindow()}: 5 s. */
    public static final Duration DEFAULT_IDLE_WINDOW = Duration.ofSeconds(5);

    private static final Duration LONGEST = Duration.ofDays(365);

    /**
     * Validates.
     *
     * @throws IllegalArgumentException naming the option and its value, if a value is out of range
     */
    public PoolConfig {
        Objects.requireNonNull(overloadPolicy, "overloadPolicy");
        Objects.requireNonNull(workerKind, "workerKind");
        require(!name.isBlank(), "name must not be blank", name);
        require(minWorkers >= 0, "minWorkers must not be negative", minWorkers);
        require(maxWorkers >= 1, "maxWorkers must be positive", maxWorkers);
        require(maxWorkers >= minWorkers, "maxWorkers must be at least minWorkers (" + minWorkers + ")", maxWorkers);
        require(minSpareWorkers >= 0, "minSpareWorkers must not be negative", minSpareWorkers);
        require(queueThreshold >= 0, "queueThreshold must not be negative", queueThreshold);
        require(isPositive(maxQueueWait), "maxQueueWait must be positive and at most a year", maxQueueWait);
        require(queueCapacity >= 0, "queueCapacity must not be negative", queueCapacity);
        require(isPositive(idleWindow), "idleWindow must be positive and at most a year", idleWindow);
    }

    /**
     * The configuration with every default.
     *
     * @return the defaults
     */
    public static PoolConfig defaults() {
        return builder().build();
    }

    /**
     * A builder that starts from the defaults.
     *
     * @return a new builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * A builder that starts from this configuration.
     *
     * @return a new builder
     */
    public Builder toBuilder() {
        return new Builder()
                .name(name)
                .minWorkers(minWorkers)
                .maxWorkers(maxWorkers)
                .minSpareWorkers(minSpareWorkers)
                .queueThreshold(queueThreshold)
                .maxQueueWait(maxQueueWait)
                .queueCapacity(queueCapacity)
                .idleWindow(idleWindow)
                .overloadPolicy(overloadPolicy)
                .workerKind(workerKind);
    }

    private static boolean isPositive(Duration value) {
        return !value.isZero() && !value.isNegative() && value.compareTo(LONGEST) <= 0;
    }

    private static void require(boolean holds, String rule, Object value) {
        if (!holds) {
            throw new IllegalArgumentException(rule + ": " + value);
        }
    }

    /** Collects the options of a {@link PoolConfig}; what is not set keeps its default. Not thread-safe. */
    public static final class Builder {
        private String name = DEFAULT_NAME;
        private int minWorkers = DEFAULT_MIN_WORKERS;
        private int maxWorkers = DEFAULT_MAX_WORKERS;
        private int minSpareWorkers = DEFAULT_MIN_SPARE_WORKERS;
        private int queueThreshold = DEFAULT_QUEUE_THRESHOLD;
        private Duration maxQueueWait = DEFAULT_MAX_QUEUE_WAIT;
        private int queueCapacity = DEFAULT_QUEUE_CAPACITY;
        private Duration idleWindow = DEFAULT_IDLE_WINDOW;
        private OverloadPolicy overloadPolicy = OverloadPolicy.BLOCK;
        private WorkerKind workerKind = WorkerKind.PLATFORM;

        private Builder() {}

        /**
         * Sets {@link PoolConfig#name()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder name(String value) {
            name = value;
            return this;
        }

        /**
         * Sets {@link PoolConfig#minWorkers()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder minWorkers(int value) {
            minWorkers = value;
            return this;
        }

        /**
         * Sets {@link PoolConfig#maxWorkers()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder maxWorkers(int value) {
            maxWorkers = value;
            return this;
        }

        /**
         * Sets {@link PoolConfig#minSpareWorkers()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder minSpareWorkers(int value) {
            minSpareWorkers = value;
            return this;
        }

        /**
         * Sets {@link PoolConfig#queueThreshold()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder queueThreshold(int value) {
            queueThreshold = value;
            return this;
        }

        /**
         * Sets {@link PoolConfig#maxQueueWait()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder maxQueueWait(Duration value) {
            maxQueueWait = value;
            return this;
        }

        /**
         * Sets {@link PoolConfig#queueCapacity()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder queueCapacity(int value) {
            queueCapacity = value;
            return this;
        }

        /**
         * Sets {@link PoolConfig#idleWindow()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder idleWindow(Duration value) {
            idleWindow = value;
            return this;
        }

        /**
         * Sets {@link PoolConfig#overloadPolicy()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder overloadPolicy(OverloadPolicy value) {
            overloadPolicy = value;
            return this;
        }

        /**
         * Sets {@link PoolConfig#workerKind()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder workerKind(WorkerKind value) {
            workerKind = value;
            return this;
        }

        /**
         * Makes the configuration.
         *
         * @return the configuration
         * @throws IllegalArgumentException naming the option and its value, if a value is out of range
         */
        public PoolConfig build() {
            return new PoolConfig(
                    name,
                    minWorkers,
                    maxWorkers,
                    minSpareWorkers,
                    queueThreshold,
                    maxQueueWait,
                    queueCapacity,
                    idleWindow,
                    overloadPolicy,
                    workerKind);
        }
    }
}
