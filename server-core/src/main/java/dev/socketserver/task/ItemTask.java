package dev.socketserver.task;

/**
 * A task without a result that is run for each of several items.
 *
 * @param <A> the type of the items
 */
@FunctionalInterface
public interface ItemTask<A> {
    /**
     * Runs the task for an item. Called concurrently by several workers.
     *
     * @throws Exception if the task fails; the pool logs it
     */
    void run(A item) throws Exception;
}
