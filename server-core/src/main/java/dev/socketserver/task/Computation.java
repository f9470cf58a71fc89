package dev.socketserver.task;

import org.jspecify.annotations.Nullable;

/**
 * Computes a result for each of several items.
 *
 * @param <A> the type of the items
 * @param <T> the type of the results
 */
@FunctionalInterface
public interface Computation<A, T extends @Nullable Object> {
    /**
     * Computes the result for an item. Called concurrently by several workers.
     *
     * @throws Exception if the computation fails; the caller gets it as the item's failure
     */
    T apply(A item) throws Exception;
}
