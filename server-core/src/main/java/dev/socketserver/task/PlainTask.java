package dev.socketserver.task;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A task that nobody waits for: if it fails, that is logged. */
final class PlainTask implements QueuedTask {
    private static final Logger LOG = LoggerFactory.getLogger(TaskPool.class);

    private final Task task;
    private final @Nullable Runnable origin;

    PlainTask(Task task) {
        this.task = task;
        this.origin = null;
    }

    PlainTask(Runnable origin) {
        this.task = origin::run;
        this.origin = origin;
    }

    @Override
    public boolean perform() {
        try {
            task.run();
            return true;
        } catch (Throwable e) {
            LOG.error("a task failed", e);
            return false;
        }
    }

    @Override
    public Runnable asRunnable() {
        return origin == null ? this::perform : origin;
    }
}
