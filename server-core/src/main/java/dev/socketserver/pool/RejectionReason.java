package dev.socketserver.pool;

/** Why a pool did not run a task. */
public enum RejectionReason {
    /** The queue was full and no worker could be added. */
    QUEUE_FULL,

    /** The queue was full and this task had waited longest. */
    SHED_OLDEST,

    /** The pool was overloaded and the task had waited too long to be useful. */
    WAITED_TOO_LONG,

    /** The pool was shut down before the task could run. */
    SHUTDOWN,

    /** There was no worker and none could be started. */
    NO_WORKER,

    /** The submitter was interrupted while waiting for room in the queue. */
    INTERRUPTED
}
