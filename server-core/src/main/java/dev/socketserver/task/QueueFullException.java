package dev.socketserver.task;

import java.util.concurrent.RejectedExecutionException;

/** Thrown if there was no room in the queue before the timeout. The request was not accepted and may be put again. */
public final class QueueFullException extends RejectedExecutionException {
    private static final long serialVersionUID = 1;

    QueueFullException(String pool, int capacity) {
        super("the queue of pool " + pool + " is full: queueCapacity is " + capacity);
    }
}
