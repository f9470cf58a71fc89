package dev.socketserver.pool;

/** Why a worker was started. */
public enum StartReason {
    /** There were fewer than {@code minWorkers}. */
    MINIMUM,

    /** More than {@code queueThreshold} tasks were waiting, or one was waiting and there was no worker at all. */
    DEPTH,

    /** A task had waited longer than {@code maxQueueWait}. */
    AGE,

    /** The queue was full. */
    FULL,

    /** A server's engine needed a worker at once, and none was idle. */
    URGENT
}
