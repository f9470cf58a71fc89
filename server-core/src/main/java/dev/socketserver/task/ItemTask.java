package dev.socketserver.task;

/**
 * What a worker does with each of several items when nobody asks for a result.
 *
 * @param <A> the type of the items
 */
@FunctionalInterface
public interface ItemTask<A> {
    /**
     * Does it. Called from several workers at a time.
     *
     * @throws Exception whatever went wrong; it is logged
     */
    void run(A item) throws Exception;
}
