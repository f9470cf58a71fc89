package dev.socketserver.pool;

/** The action taken for a task that runs longer than {@code stuckAfter}. */
public enum StuckAction {
    /** Logs the task once with its stack trace, and again when it finishes. */
    REPORT,

    /** Logs the task, then interrupts its worker; an {@link AbortableTask} is aborted as well. */
    ABORT
}
