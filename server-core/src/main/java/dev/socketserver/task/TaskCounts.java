package dev.socketserver.task;

/** What has become of the tasks of a pool. Not thread-safe: guarded by the {@link WorkQueue}'s monitor. */
final class TaskCounts {
    private long done;
    private long failed;
    private long cancelled;
    private long left;
    private int pendingRequests; // taken and not yet collected

    void taken(QueuedTask task) {
        left++;
        pendingRequests += WaitingTasks.isRequest(task) ? 1 : 0;
    }

    /** A task was taken and is given back, as if it had never come. */
    void givenBack(QueuedTask task) {
        left--;
        pendingRequests -= WaitingTasks.isRequest(task) ? 1 : 0;
    }

    void cancelled(QueuedTask task) {
        givenBack(task);
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
