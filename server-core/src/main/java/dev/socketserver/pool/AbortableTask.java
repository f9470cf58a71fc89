package dev.socketserver.pool;

/** A task that blocks on something that an interrupt does not end, such as a socket, and knows how to end that. */
public interface AbortableTask extends Runnable {

    /**
     * Ends what the task blocks on. Called at most once, by the pool's supervisor, if the task is stuck and the pool is
     * configured to {@linkplain StuckAction#ABORT abort} it. The task may just have ended by itself. Must not block.
     */
    void abort();
}
