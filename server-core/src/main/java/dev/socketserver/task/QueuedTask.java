package dev.socketserver.task;

/**
 * A task in a {@link WorkQueue}. Either a worker performs it, or it is cancelled while it waits. None of the methods is
 * called with a lock held. Tasks are told apart by identity.
 */
interface QueuedTask {
    /** How a task ended. */
    enum Ending {
        SUCCEEDED,
        FAILED,
        /** It was cancelled after a worker had taken it, and did nothing. */
        CANCELLED
    }

    /** Runs the task. */
    Ending perform();

    /** Notifies whoever waits for this task that it succeeded or failed. The pool has counted it by then. */
    default void notifyDone() {}

    /** Notifies whoever waits for this task that it will not be performed. */
    default void notifyCancelled() {}

    /** Returns the task as {@link TaskPool#shutdownNow} hands it back. */
    default Runnable asRunnable() {
        return this::perform;
    }
}
