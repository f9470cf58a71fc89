package dev.socketserver.task;

/** A task without a result. Unlike a {@link Runnable}, it may throw checked exceptions. */
@FunctionalInterface
public interface Task {
    /**
     * Runs the task.
     *
     * @throws Exception if the task fails; the pool logs it
     */
    void run() throws Exception;
}
