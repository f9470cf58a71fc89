package dev.socketserver.task;

import dev.socketserver.pool.PoolConfig;
import dev.socketserver.pool.WorkerKind;
import java.util.Objects;

/**
 * The numbers and choices of a {@link TaskPool}. Immutable, so thread-safe; made by a {@link Builder}.
 *
 * @param name prefix of the thread names, {@code NAME-1}, {@code NAME-2} and so on; default {@value #DEFAULT_NAME}
 * @param workers how many tasks run at a time, to begin with; 0 for none before {@link TaskPool#createWorkers}
 * @param queueCapacity how many tasks may wait for a worker before putting another one blocks; default as many as there
 *     are workers to begin with
 * @param resultCapacity how many results may wait to be collected before no further task is started; default
 *     {@link #UNBOUNDED}
 * @param workerKind platform or virtual threads; default {@link WorkerKind#PLATFORM}
 * @param daemon whether the virtual machine may exit while tasks wait or run, which drops them; default
 *     {@value PoolConfig#DEFAULT_DAEMON}
 */
public record TaskPoolConfig(
        String name, int workers, int queueCapacity, int resultCapacity, WorkerKind workerKind, boolean daemon) {
    /** Default of {@link #name()}. */
    public static final String DEFAULT_NAME = "task";

    /** A capacity without a limit. */
    public static final int UNBOUNDED = Integer.MAX_VALUE;

    /**
     * Validates.
     *
     * @throws IllegalArgumentException naming the option and its value, if a value is out of range
     */
    public TaskPoolConfig {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(workerKind, "workerKind");
        if (name.isBlank()) {
            throw new IllegalArgumentException("name must not be blank");
        }
        checkAtLeast("workers", 0, workers);
        checkAtLeast("queueCapacity", 0, queueCapacity);
        checkAtLeast("resultCapacity", 1, resultCapacity);
    }

    static void checkAtLeast(String option, int least, int value) {
        if (value < least) {
            throw new IllegalArgumentException(option + " must be at least " + least + ": " + value);
        }
    }

    /**
     * Returns the configuration with that many workers and every other option at its default.
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

    /** Collects the options; checked when built. Not thread-safe. */
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
         * @throws IllegalArgumentException if an option's value is not allowed; the message names both
         */
        public TaskPoolConfig build() {
            return new TaskPoolConfig(name, workers, queueCapacity, resultCapacity, workerKind, daemon);
        }
    }
}
