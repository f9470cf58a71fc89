package dev.socketserver.task;

import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * What became of one item of {@link TaskPool#mapAsCompleted}: a result or a failure.
 *
 * @param item the item
 * @param result what was computed for it; null if that failed
 * @param failure what the computation threw, or a {@link java.util.concurrent.CancellationException} if the task was
 *     given up before it started; null if there is a result
 * @param <A> the type of the items
 * @param <T> the type of the results
 */
public record Outcome<A, T extends @Nullable Object>(
        A item, @Nullable T result, @Nullable Throwable failure) {
    /** Tells whether there is a failure instead of a result. */
    public boolean isFailure() {
        return failure != null;
    }

    /**
     * Returns the result.
     *
     * @throws ExecutionException if there is none; its cause is the failure
     */
    @SuppressWarnings("NullAway") // null only where T allows it, or if there is a failure
    public T get() throws ExecutionException {
        if (failure != null) {
            throw new ExecutionException(failure);
        }
        return result;
    }
}
