package dev.socketserver.pool;

/** The policy for a new task when every worker is busy, none may be added and the queue is full. */
public enum OverloadPolicy {
    /**
     * The submitter waits until there is room, in order of arrival. For an acceptor this is back-pressure: further
     * connections wait in the kernel's backlog. A worker of the pool itself never waits, since it could deadlock; it
     * runs the task itself.
     */
    BLOCK,

    /** The submitter gets a {@link TaskRejectedException} at once. */
    REJECT,

    /**
     * The task that has waited longest is dropped in favour of the new one, because its client is the most likely to
     * have given up. A {@link RejectableTask} is notified.
     */
    SHED_OLDEST,

    /**
     * Controlled delay (CoDel): if even the shortest wait within an {@code adaptiveInterval} exceeds
     * {@code adaptiveTarget}, the pool is overloaded. Until the shortest wait of an interval falls below the target,
     * the pool runs the newest task first and drops tasks that have waited more than twice the target. If the queue is
     * full, the oldest task is dropped as well.
     */
    ADAPTIVE
}
