package dev.socketserver.task;

import java.util.concurrent.RejectedExecutionException;

/** Thrown when a request found no room in the queue within its time; it was not taken and may be put again. */
public final class QueueFullException extends RejectedExecutionException {
    private static final long serialVersionUID = 1;

    QueueFullException(String pool, int capacity) {
        super("pool " + pool + " has no room for a task: queueCapacity is " + capacity);
    }
}
