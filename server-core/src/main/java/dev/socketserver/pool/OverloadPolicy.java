package dev.socketserver.pool;

/** What a pool does with a new task when every worker is busy, none may be added and the queue is full. */
public enum OverloadPolicy {
    /**
     * The submitter waits until there is room, in order of arrival. For an acceptor this is back-pressure: the kernel's
     * backlog holds the rest. A worker of the pool itself never waits, as it might wait for itself; it runs the task at
     * once.
     */
    BLOCK,

    /** The submitter gets a {@link TaskRejectedException} at once. */
    REJECT,

    /**
     * The task that has waited longest is given up for the new one, as its submitter is the most likely to have given
     * up, too. A {@link RejectableTask} is notified.
     */
    SHED_OLDEST,

    /**
     * Controlled delay: if even the shortest wait within an {@code adaptiveInterval} exceeded {@code adaptiveTarget},
     * the pool is overloaded. Until an interval has seen a shorter one, the pool runs the newest task first and gives
     * up those that have waited more than twice the target. If the queue is full, the oldest is given up as well.
     */
    ADAPTIVE
}
