package dev.socketserver.task;

import dev.socketserver.internal.util.Check;
import dev.socketserver.pool.PoolConfig;
import dev.socketserver.pool.WorkerKind;
import java.util.Objects;

/** The configuration of a {@link TaskPool}. Immutable and thread-safe; created by a {@link #builder(int)}. */
public final class TaskPoolConfig {
    /** The default of {@link #name()}. */
    public static final String DEFAULT_NAME = "task";

    /** A capacity without a limit. */
    public static final int UNBOUNDED = Integer.MAX_VALUE;

    private final Builder options; // a copy, checked, and never changed

    private TaskPoolConfig(Builder options) {
        this.options = options;
    }

    /**
     * Returns a configuration with that many workers and every other option at its default.
     *
     * @throws IllegalArgumentException if {@code workers} is negative
     */
    public static TaskPoolConfig ofWorkers(int workers) {
        return builder(workers).build();
    }

    /** Returns a builder with that many workers and every other option at its default. */
    public static Builder builder(int workers) {
        return new Builder(workers);
    }

    /** Returns a builder that starts from this configuration. */
    public Builder toBuilder() {
        return new Builder(options);
    }

    /**
     * Returns the prefix of the thread names, {@code NAME-1}, {@code NAME-2} and so on. The default is
     * {@value #DEFAULT_NAME}.
     */
    public String name() {
        return options.name;
    }

    /**
     * Returns the initial number of workers: the number of tasks that run concurrently. With 0, no task runs before
     * {@link TaskPool#createWorkers}.
     */
    public int workers() {
        return options.workers;
    }

    /**
     * Returns the number of tasks that may wait for a worker before adding another one blocks; 0 for none,
     * {@link #UNBOUNDED} for any number. The default is {@link #workers()}.
     */
    public int queueCapacity() {
        return options.queueCapacity;
    }

    /**
     * Returns the number of results of {@link WorkRequest}s that may wait to be collected. While that many wait, no
     * further request is started; running requests still add their results. The default is {@link #UNBOUNDED}.
     */
    public int resultCapacity() {
        return options.resultCapacity;
    }

    /** Returns whether the workers are platform or virtual threads. The default is {@link WorkerKind#PLATFORM}. */
    public WorkerKind workerKind() {
        return options.workerKind;
    }

    /**
     * Returns whether the JVM may exit while tasks wait or run, and abandon them. The default is
     * {@value PoolConfig#DEFAULT_DAEMON}: accepted tasks keep the JVM alive until they have ended. 0.2 s after the last
     * one, all threads of the pool end together, so that the pool no longer keeps the JVM alive, whether it is closed
     * or not. Tasks for which there are no workers, and requests that wait until results are collected, do not keep the
     * JVM alive. Virtual workers behave the same. {@link System#exit} and signals end the JVM in any case.
     */
    public boolean daemon() {
        return options.daemon;
    }

    @Override
    public String toString() {
        return "TaskPoolConfig[name=" + name() + ", workers=" + workers() + ", queueCapacity=" + queueCapacity()
                + ", resultCapacity=" + resultCapacity() + ", workerKind=" + workerKind() + ", daemon=" + daemon()
                + "]";
    }

    /** Collects the options of a {@link TaskPoolConfig}; {@link #build()} checks them. Not thread-safe. */
    public static final class Builder {
        private final int workers;
        private String name = DEFAULT_NAME;
        private int queueCapacity;
        private int resultCapacity = UNBOUNDED;
        private WorkerKind workerKind = WorkerKind.PLATFORM;
        private boolean daemon = PoolConfig.DEFAULT_DAEMON;

        private Builder(int workers) {
            this.workers = workers;
            this.queueCapacity = workers;
        }

        private Builder(Builder other) {
            workers = other.workers;
            name = other.name;
            queueCapacity = other.queueCapacity;
            resultCapacity = other.resultCapacity;
            workerKind = other.workerKind;
            daemon = other.daemon;
        }

        /** Sets {@link TaskPoolConfig#name()}. */
        public Builder name(String value) {
            name = value;
            return this;
        }

        /** Sets {@link TaskPoolConfig#queueCapacity()}. */
        public Builder queueCapacity(int value) {
            queueCapacity = value;
            return this;
        }

        /** Sets {@link TaskPoolConfig#resultCapacity()}. */
        public Builder resultCapacity(int value) {
            resultCapacity = value;
            return this;
        }

        /** Sets {@link TaskPoolConfig#workerKind()}. */
        public Builder workerKind(WorkerKind value) {
            workerKind = value;
            return this;
        }

        /** Sets {@link TaskPoolConfig#daemon()}. */
        public Builder daemon(boolean value) {
            daemon = value;
            return this;
        }

        /**
         * Returns the configuration.
         *
         * @throws IllegalArgumentException if an option has an invalid value; the message names both
         */
        public TaskPoolConfig build() {
            Check.notBlank("name", name);
            Check.atLeast("workers", 0, workers);
            Check.atLeast("queueCapacity", 0, queueCapacity);
            Check.atLeast("resultCapacity", 1, resultCapacity);
            Objects.requireNonNull(workerKind, "workerKind");
            return new TaskPoolConfig(new Builder(this));
        }
    }
}
