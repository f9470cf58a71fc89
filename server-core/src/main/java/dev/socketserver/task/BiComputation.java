package dev.socketserver.task;

import org.jspecify.annotations.Nullable;

/**
 * Computes a result for each of several pairs of arguments.
 *
 * @param <A> the type of the first arguments
 * @param <B> the type of the second arguments
 * @param <T> the type of the results
 */
@FunctionalInterface
public interface BiComputation<A, B, T extends @Nullable Object> {
    /**
     * Computes the result for a pair of arguments. Called concurrently by several workers.
     *
     * @throws Exception if the computation fails; it becomes the failure of the pair's {@link Outcome}
     */
    T apply(A first, B second) throws Exception;
}
