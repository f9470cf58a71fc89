package dev.socketserver.task;

import org.jspecify.annotations.Nullable;

/**
 * What is to be computed for each of several items.
 *
 * @param <A> the type of the items
 * @param <T> the type of the results
 */
@FunctionalInterface
public interface Computation<A, T extends @Nullable Object> {
    /**
     * Computes the result for an item. Called from several workers at a time.
     *
     * @throws Exception whatever went wrong; it is handed on as the item's failure
     */
    T apply(A item) throws Exception;
}
