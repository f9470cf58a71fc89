package dev.socketserver.task;

/**
 * A task in a {@link WorkQueue}. It is either performed and then announced, both on one worker, or dropped. None of the
 * methods is called with a lock held.
 */
interface QueuedTask {
    /** Runs the task; false if that failed. */
    boolean perform();

    /** Tells whoever waits for this task that it was performed, and counted. */
    default void announce() {}

    /** Tells whoever waits for this task that it will not be performed. */
    default void dropped() {}

    /** Returns the task in the form in which a pool that is stopped gives it back. */
    default Runnable asRunnable() {
        return this::perform;
    }
}
