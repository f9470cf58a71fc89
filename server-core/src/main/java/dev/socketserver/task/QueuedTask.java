package dev.socketserver.task;

/**
 * A task in a {@link WorkQueue}. Either a worker performs it, or it is cancelled while it waits. The methods are never
 * called with a lock held. Tasks are compared by identity.
 */
interface QueuedTask {
    /** How a task ended. */
    enum Ending {
        SUCCEEDED,
        FAILED,
        /** It was cancelled after a worker had taken it, but before it was performed. */
        CANCELLED
    }

    /** Runs the task. */
    Ending perform();

    /**
     * Notifies the threads that wait for this task that it succeeded or failed. Called after the pool has counted it.
     */
    default void notifyDone() {}

    /** Notifies the threads that wait for this task that it will not be performed. */
    default void notifyCancelled() {}

    /** Returns the task in the form that {@link TaskPool#shutdownNow} returns. */
    default Runnable asRunnable() {
        return this::perform;
    }
}
