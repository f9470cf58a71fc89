package dev.socketserver.pool;

import dev.socketserver.internal.util.Check;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The configuration of an {@link ElasticThreadPool}. Immutable and thread-safe; created by a {@link Builder}. */
public final class PoolConfig {
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

    /** The longest time, more than a century: its sum with two clock readings does not overflow. */
    private static final long LONGEST_NANOS = Long.MAX_VALUE / 2;

    private final String name;
    private final int minWorkers;
    private final int maxWorkers;
    private final int minSpareWorkers;
    private final int queueThreshold;
    private final Duration maxQueueWait;
    private final int queueCapacity;
    private final Duration idleWindow;
    private final OverloadPolicy overloadPolicy;
    private final Duration adaptiveTarget;
    private final Duration adaptiveInterval;
    private final Duration stuckAfter;
    private final StuckAction stuckAction;
    private final int stuckCompensation;
    private final WorkerKind workerKind;
    private final boolean daemon;

    private PoolConfig(Builder builder) {
        name = Check.notBlank("name", builder.name);
        minWorkers = Check.atLeast("minWorkers", 0, builder.minWorkers);
        maxWorkers = Check.atLeast("maxWorkers", 1, builder.maxWorkers);
        minSpareWorkers = Check.atLeast("minSpareWorkers", 0, builder.minSpareWorkers);
        queueThreshold = Check.atLeast("queueThreshold", 0, builder.queueThreshold);
        maxQueueWait = Check.positive("maxQueueWait", builder.maxQueueWait);
        queueCapacity = Check.atLeast("queueCapacity", 0, builder.queueCapacity);
        idleWindow = Check.positive("idleWindow", builder.idleWindow);
        overloadPolicy = Objects.requireNonNull(builder.overloadPolicy, "overloadPolicy");
        adaptiveTarget = Check.positive("adaptiveTarget", builder.adaptiveTarget);
        adaptiveInterval = Check.positive("adaptiveInterval", builder.adaptiveInterval);
        stuckAfter = Check.positive("stuckAfter", builder.stuckAfter);
        stuckAction = Objects.requireNonNull(builder.stuckAction, "stuckAction");
        stuckCompensation = Check.atLeast("stuckCompensation", 0, builder.stuckCompensation);
        workerKind = Objects.requireNonNull(builder.workerKind, "workerKind");
        daemon = builder.daemon;
        if (maxWorkers < minWorkers) {
            throw new IllegalArgumentException(
                    "maxWorkers must be at least minWorkers (" + minWorkers + "): " + maxWorkers);
        }
    }

    /** Returns the configuration with every default. */
    public static PoolConfig defaults() {
        return builder().build();
    }

    /** Returns a builder that starts from the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** Returns a builder that starts from this configuration. */
    public Builder toBuilder() {
        return new Builder(this);
    }

    /** Returns a configured time in nanoseconds, at most 146 years. */
    static long nanos(Duration time) {
        return Math.min(time.toNanos(), LONGEST_NANOS);
    }

    /**
     * Returns the prefix of the thread names, which are {@code NAME-1}, {@code NAME-2} and so on; default
     * {@value #DEFAULT_NAME}.
     */
    public String name() {
        return name;
    }

    /** Returns the minimum number of workers; default {@value #DEFAULT_MIN_WORKERS}. */
    public int minWorkers() {
        return minWorkers;
    }

    /** Returns the maximum number of workers; default {@value #DEFAULT_MAX_WORKERS}. */
    public int maxWorkers() {
        return maxWorkers;
    }

    /** Returns the number of idle workers kept when the pool shrinks; default {@value #DEFAULT_MIN_SPARE_WORKERS}. */
    public int minSpareWorkers() {
        return minSpareWorkers;
    }

    /** Returns the number of waiting tasks above which a worker is added; default {@value #DEFAULT_QUEUE_THRESHOLD}. */
    public int queueThreshold() {
        return queueThreshold;
    }

    /** Returns the wait after which a worker is added for a task, however few tasks wait; default 1 ms. */
    public Duration maxQueueWait() {
        return maxQueueWait;
    }

    /**
     * Returns the number of tasks that may wait before the overload policy applies, 0 for none; default
     * {@value #DEFAULT_QUEUE_CAPACITY}, which a hundred workers with tasks of 10 ms clear in a tenth of a second.
     */
    public int queueCapacity() {
        return queueCapacity;
    }

    /**
     * Returns the time after which idle workers beyond the spare ones retire if they were not needed, half of them at a
     * time; default 5 s.
     */
    public Duration idleWindow() {
        return idleWindow;
    }

    /** Returns the policy for a new task when the queue is full; default {@link OverloadPolicy#BLOCK}. */
    public OverloadPolicy overloadPolicy() {
        return overloadPolicy;
    }

    /** Returns the wait that {@link OverloadPolicy#ADAPTIVE} considers normal; default 5 ms. */
    public Duration adaptiveTarget() {
        return adaptiveTarget;
    }

    /**
     * Returns the time for which every wait must exceed {@link #adaptiveTarget()} to count as overload; default 100 ms.
     */
    public Duration adaptiveInterval() {
        return adaptiveInterval;
    }

    /** Returns the time after which a running task is reported as stuck; default 10 min. */
    public Duration stuckAfter() {
        return stuckAfter;
    }

    /** Returns the action taken for a stuck task; default {@link StuckAction#REPORT}. */
    public StuckAction stuckAction() {
        return stuckAction;
    }

    /** Returns the number of workers beyond {@link #maxWorkers()} that may replace stuck ones; default 0. */
    public int stuckCompensation() {
        return stuckCompensation;
    }

    /** Returns the kind of worker threads, platform or virtual; default {@link WorkerKind#PLATFORM}. */
    public WorkerKind workerKind() {
        return workerKind;
    }

    /**
     * Returns whether platform workers are daemon threads, so that the JVM may exit and drop their work; default
     * {@value #DEFAULT_DAEMON}. Virtual threads are always daemon threads.
     */
    public boolean daemon() {
        return daemon;
    }

    private Map<String, Object> options() {
        Map<String, Object> options = new LinkedHashMap<>();
        options.put("name", name);
        options.put("minWorkers", minWorkers);
        options.put("maxWorkers", maxWorkers);
        options.put("minSpareWorkers", minSpareWorkers);
        options.put("queueThreshold", queueThreshold);
        options.put("maxQueueWait", maxQueueWait);
        options.put("queueCapacity", queueCapacity);
        options.put("idleWindow", idleWindow);
        options.put("overloadPolicy", overloadPolicy);
        options.put("adaptiveTarget", adaptiveTarget);
        options.put("adaptiveInterval", adaptiveInterval);
        options.put("stuckAfter", stuckAfter);
        options.put("stuckAction", stuckAction);
        options.put("stuckCompensation", stuckCompensation);
        options.put("workerKind", workerKind);
        options.put("daemon", daemon);
        return options;
    }

    /** Returns whether the other object is a configuration with the same options. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof PoolConfig config && options().equals(config.options());
    }

    @Override
    public int hashCode() {
        return options().hashCode();
    }

    @Override
    public String toString() {
        return options().entrySet().stream()
                .map(option -> option.getKey() + "=" + option.getValue())
                .collect(Collectors.joining(", ", "PoolConfig[", "]"));
    }

    /** Collects the options of a {@link PoolConfig}; an option that is not set keeps its default. Not thread-safe. */
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

        private Builder(PoolConfig config) {
            name = config.name;
            minWorkers = config.minWorkers;
            maxWorkers = config.maxWorkers;
            minSpareWorkers = config.minSpareWorkers;
            queueThreshold = config.queueThreshold;
            maxQueueWait = config.maxQueueWait;
            queueCapacity = config.queueCapacity;
            idleWindow = config.idleWindow;
            overloadPolicy = config.overloadPolicy;
            adaptiveTarget = config.adaptiveTarget;
            adaptiveInterval = config.adaptiveInterval;
            stuckAfter = config.stuckAfter;
            stuckAction = config.stuckAction;
            stuckCompensation = config.stuckCompensation;
            workerKind = config.workerKind;
            daemon = config.daemon;
        }

        /** Sets {@link PoolConfig#name()}. */
        public Builder name(String value) {
            name = value;
            return this;
        }

        /** Sets {@link PoolConfig#minWorkers()}. */
        public Builder minWorkers(int value) {
            minWorkers = value;
            return this;
        }

        /** Sets {@link PoolConfig#maxWorkers()}. */
        public Builder maxWorkers(int value) {
            maxWorkers = value;
            return this;
        }

        /** Sets {@link PoolConfig#minSpareWorkers()}. */
        public Builder minSpareWorkers(int value) {
            minSpareWorkers = value;
            return this;
        }

        /** Sets {@link PoolConfig#queueThreshold()}. */
        public Builder queueThreshold(int value) {
            queueThreshold = value;
            return this;
        }

        /** Sets {@link PoolConfig#maxQueueWait()}. */
        public Builder maxQueueWait(Duration value) {
            maxQueueWait = value;
            return this;
        }

        /** Sets {@link PoolConfig#queueCapacity()}. */
        public Builder queueCapacity(int value) {
            queueCapacity = value;
            return this;
        }

        /** Sets {@link PoolConfig#idleWindow()}. */
        public Builder idleWindow(Duration value) {
            idleWindow = value;
            return this;
        }

        /** Sets {@link PoolConfig#overloadPolicy()}. */
        public Builder overloadPolicy(OverloadPolicy value) {
            overloadPolicy = value;
            return this;
        }

        /** Sets {@link PoolConfig#adaptiveTarget()}. */
        public Builder adaptiveTarget(Duration value) {
            adaptiveTarget = value;
            return this;
        }

        /** Sets {@link PoolConfig#adaptiveInterval()}. */
        public Builder adaptiveInterval(Duration value) {
            adaptiveInterval = value;
            return this;
        }

        /** Sets {@link PoolConfig#stuckAfter()}. */
        public Builder stuckAfter(Duration value) {
            stuckAfter = value;
            return this;
        }

        /** Sets {@link PoolConfig#stuckAction()}. */
        public Builder stuckAction(StuckAction value) {
            stuckAction = value;
            return this;
        }

        /** Sets {@link PoolConfig#stuckCompensation()}. */
        public Builder stuckCompensation(int value) {
            stuckCompensation = value;
            return this;
        }

        /** Sets {@link PoolConfig#workerKind()}. */
        public Builder workerKind(WorkerKind value) {
            workerKind = value;
            return this;
        }

        /** Sets {@link PoolConfig#daemon()}. */
        public Builder daemon(boolean value) {
            daemon = value;
            return this;
        }

        /**
         * Returns the configuration.
         *
         * @throws IllegalArgumentException if a value is out of range; the message names the option and its value
         */
        public PoolConfig build() {
            return new PoolConfig(this);
        }
    }
}
