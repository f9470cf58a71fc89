package dev.socketserver.task;

/** Thrown instead of waiting for tasks that no worker will run, because all workers have been dismissed. */
public final class NoWorkersAvailableException extends IllegalStateException {
    private static final long serialVersionUID = 1;

    NoWorkersAvailableException(String pool, int waiting) {
        super("pool " + pool + " has waiting tasks (" + waiting + ") but no workers: call createWorkers");
    }
}
