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
 * @param maxQueueWait a worker is added when a task has waited longer than this, however few wait; default 1 ms
 * @param queueCapacity tasks that may wait before the overload policy decides, 0 for none; default
 *     {@value #DEFAULT_QUEUE_CAPACITY}, which a hundred workers with tasks of 10 ms clear in a tenth of a second
 * @param idleWindow idle workers beyond the spare ones retire, half of them at a time, when they have not been needed
 *     for this long; default 5 s
 * @param overloadPolicy what happens to a new task when the queue is full; default {@link OverloadPolicy#BLOCK}
 * @param adaptiveTarget the wait that {@link OverloadPolicy#ADAPTIVE} holds for normal; default 5 ms
 * @param adaptiveInterval how long every wait has to be above it for overload; default 100 ms
 * @param stuckAfter a task that runs longer is reported as stuck; default 10 min
 * @param stuckAction what else is done about it; default {@link StuckAction#REPORT}
 * @param stuckCompensation how many workers beyond {@code maxWorkers} may stand in for stuck ones; default 0
 * @param workerKind platform or virtual threads; default {@link WorkerKind#PLATFORM}
 * @param daemon whether the virtual machine may exit while platform workers are left, which drops their work; virtual
 *     threads always allow that; default {@value #DEFAULT_DAEMON}
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
        Duration adaptiveTarget,
        Duration adaptiveInterval,
        Duration stuckAfter,
        StuckAction stuckAction,
        int stuckCompensation,
        WorkerKind workerKind,
        boolean daemon) {

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

    /** Default of {@link #maxQueueWait()}: 1 ms. */
    public static final Duration DEFAULT_MAX_QUEUE_WAIT = Duration.ofMillis(1);

    /** Default of {@link #queueCapacity()}. */
    public static final int DEFAULT_QUEUE_CAPACITY = 1024;

    /** Default of {@link #idleWindow()}: 5 s. */
    public static final Duration DEFAULT_IDLE_WINDOW = Duration.ofSeconds(5);

    /** Default of {@link #adaptiveTarget()}: 5 ms. */
    public static final Duration DEFAULT_ADAPTIVE_TARGET = Duration.ofMillis(5);

    /** Default of {@link #adaptiveInterval()}: 100 ms. */
    public static final Duration DEFAULT_ADAPTIVE_INTERVAL = Duration.ofMillis(100);

    /** Default of {@link #stuckAfter()}: 10 min. */
    public static final Duration DEFAULT_STUCK_AFTER = Duration.ofMinutes(10);

    /** Default of {@link #daemon()}. */
    public static final boolean DEFAULT_DAEMON = false;

    private static final Duration LONGEST = Duration.ofDays(365);

    /**
     * Validates.
     *
     * @throws IllegalArgumentException naming the option and its value, if a value is out of range
     */
    public PoolConfig {
        Objects.requireNonNull(overloadPolicy, "overloadPolicy");
        Objects.requireNonNull(stuckAction, "stuckAction");
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
        require(isPositive(adaptiveTarget), "adaptiveTarget must be positive and at most a year", adaptiveTarget);
        require(isPositive(adaptiveInterval), "adaptiveInterval must be positive and at most a year", adaptiveInterval);
        require(isPositive(stuckAfter), "stuckAfter must be positive and at most a year", stuckAfter);
        require(stuckCompensation >= 0, "stuckCompensation must not be negative", stuckCompensation);
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
                .adaptiveTarget(adaptiveTarget)
                .adaptiveInterval(adaptiveInterval)
                .stuckAfter(stuckAfter)
                .stuckAction(stuckAction)
                .stuckCompensation(stuckCompensation)
                .workerKind(workerKind)
                .daemon(daemon);
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
        private Duration adaptiveTarget = DEFAULT_ADAPTIVE_TARGET;
        private Duration adaptiveInterval = DEFAULT_ADAPTIVE_INTERVAL;
        private Duration stuckAfter = DEFAULT_STUCK_AFTER;
        private StuckAction stuckAction = StuckAction.REPORT;
        private int stuckCompensation = 0;
        private WorkerKind workerKind = WorkerKind.PLATFORM;
        private boolean daemon = DEFAULT_DAEMON;

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
         * Sets {@link PoolConfig#adaptiveTarget()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder adaptiveTarget(Duration value) {
            adaptiveTarget = value;
            return this;
        }

        /**
         * Sets {@link PoolConfig#adaptiveInterval()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder adaptiveInterval(Duration value) {
            adaptiveInterval = value;
            return this;
        }

        /**
         * Sets {@link PoolConfig#stuckAfter()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder stuckAfter(Duration value) {
            stuckAfter = value;
            return this;
        }

        /**
         * Sets {@link PoolConfig#stuckAction()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder stuckAction(StuckAction value) {
            stuckAction = value;
            return this;
        }

        /**
         * Sets {@link PoolConfig#stuckCompensation()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder stuckCompensation(int value) {
            stuckCompensation = value;
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
         * Sets {@link PoolConfig#daemon()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder daemon(boolean value) {
            daemon = value;
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
                    adaptiveTarget,
                    adaptiveInterval,
                    stuckAfter,
                    stuckAction,
                    stuckCompensation,
                    workerKind,
                    daemon);
        }
    }
}
