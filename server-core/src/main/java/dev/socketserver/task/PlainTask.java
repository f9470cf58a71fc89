package dev.socketserver.task;

import dev.socketserver.internal.util.Log;
import org.jspecify.annotations.Nullable;

/** A task without a result. Its failure is logged. */
final class PlainTask implements QueuedTask {
    /** Named after the class that users know. */
    private static final Log LOG = Log.named("dev.socketserver.task.TaskPool");

    private final Task task;
    private final @Nullable Runnable command;

    PlainTask(Task task) {
        this.task = task;
        this.command = null;
    }

    PlainTask(Runnable command) {
        this.task = command::run;
        this.command = command;
    }

    @Override
    public Ending perform() {
        try {
            task.run();
            return Ending.SUCCEEDED;
        } catch (Throwable e) {
            LOG.error("Task failed", e);
            return Ending.FAILED;
        }
    }

    @Override
    public Runnable asRunnable() {
        return command == null ? this::perform : command;
    }
}
