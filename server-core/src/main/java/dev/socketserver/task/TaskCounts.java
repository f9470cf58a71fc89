package dev.socketserver.task;

/** Counts the tasks of a pool. Not thread-safe: guarded by the {@link WorkQueue}'s monitor. */
final class TaskCounts {
    private long done;
    private long failed;
    private long cancelled;
    private long left;
    private int pendingRequests; // added and not yet collected

    void added(QueuedTask task) {
        left++;
        pendingRequests += WaitingTasks.isRequest(task) ? 1 : 0;
    }

    /** Reverts the counting of a task, as if it had never been added. */
    void removed(QueuedTask task) {
        left--;
        pendingRequests -= WaitingTasks.isRequest(task) ? 1 : 0;
    }

    void cancelled(QueuedTask task) {
        removed(task);
        cancelled++;
    }

    void ended(QueuedTask.Ending ending) {
        left--;
        switch (ending) {
            case SUCCEEDED -> done++;
            case FAILED -> {
                done++;
                failed++;
            }
            case CANCELLED -> cancelled++;
        }
    }

    void collected() {
        pendingRequests--;
    }

    int pendingRequests() {
        return pendingRequests;
    }

    Progress progress() {
        return new Progress(done, failed, cancelled, left);
    }
}
