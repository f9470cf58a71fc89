package dev.socketserver.pool;

/** A task that can end its own blocking operation where an interrupt cannot, such as a socket read. */
public interface AbortableTask extends Runnable {

    /**
     * Ends the task's blocking operation. Called at most once, by the pool's supervisor, if the task is stuck and the
     * pool is configured to {@linkplain StuckAction#ABORT abort} it. The task may have just finished. Must not block.
     */
    void abort();
}
