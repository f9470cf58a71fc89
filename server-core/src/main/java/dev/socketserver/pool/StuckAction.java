package dev.socketserver.pool;

/** What a pool does about a task that runs longer than {@code stuckAfter}. */
public enum StuckAction {
    /** Logs the task once with its stack, and again when it ends. */
    REPORT,

    /** Logs the task, then interrupts its worker; an {@link AbortableTask} is aborted as well. */
    ABORT
}
