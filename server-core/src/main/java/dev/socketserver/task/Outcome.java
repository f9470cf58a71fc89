package dev.socketserver.task;

import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * The result of a computation for one item, or its failure.
 *
 * @param item the item
 * @param result the result; null if the computation failed
 * @param failure what the computation threw, or a {@link java.util.concurrent.CancellationException} if the item was
 *     cancelled before a worker began it; null if there is a result
 * @param <A> the type of the items
 * @param <T> the type of the results
 */
public record Outcome<A, T extends @Nullable Object>(
        A item, @Nullable T result, @Nullable Throwable failure) {
    /** Returns whether there is a failure instead of a result. */
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

    /**
     * Returns the result, for use in a stream: {@code pool.imap(urls, this::fetch).map(Outcome::join)}.
     *
     * @throws CompletionException if there is none; its cause is the failure
     */
    @SuppressWarnings("NullAway") // null only where T allows it, or if there is a failure
    public T join() {
        if (failure != null) {
            throw new CompletionException(failure);
        }
        return result;
    }
}
