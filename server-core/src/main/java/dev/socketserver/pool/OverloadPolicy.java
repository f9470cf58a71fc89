package dev.socketserver.pool;

/** What a pool does with a new task when every worker is busy, none may be added and the queue is full. */
public enum OverloadPolicy {
    /**
     * The submitter waits, in arrival order, until there is room. For an acceptor this is back-pressure: the kernel's
     * backlog holds the rest. A worker of the pool itself never waits, it runs the task at once, since it could be
     * waiting for itself.
     */
    BLOCK,

    /** The submitter gets a {@link TaskRejectedException} at once. */
    REJECT,

    /**
     * The task that has waited longest is given up for the new one: it is the one whose submitter most likely has given
     * up, too. A {@link RejectableTask} is told.
     */
    SHED_OLDEST,

    /**
     * Controlled delay: when even the shortest wait of an {@code adaptiveInterval} was above {@code adaptiveTarget},
     * the pool is overloaded; until a whole interval saw a shorter one, it serves the newest task first and gives up
     * those that have waited more than twice the target. When the queue is full, the oldest is given up as well.
     */
    ADAPTIVE
}
