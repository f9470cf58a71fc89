package dev.socketserver.pool;

/** What a pool does with a new task when every worker is busy, none may be added and the queue is full. */
public enum OverloadPolicy {
    /**
     * The submitter waits, in arrival order, until there is room. For an acceptor this is back-pressure: the kernel's
     * backlog holds the rest. A worker of the pool itself never waits, it runs the task at once, since it could be
     * waiting for itself.
     */
    BLOCK,

    /** The submitter gets a {@link java.util.concurrent.RejectedExecutionException} at once. */
    REJECT
}
