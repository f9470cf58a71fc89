package dev.socketserver.task;

import dev.socketserver.internal.util.Log;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A task and the callbacks for its result. A {@link WorkRequestPool} runs the task on a worker, and the callbacks in
 * the thread that collects results.
 *
 * <p>A request has no state: it may be put several times, into several pools, and again after it has failed; each run
 * has a result of its own. Immutable and thread-safe.
 *
 * @param id identifies the request to its callbacks; by default a number. The pool does not use it, so several requests
 *     may have equal ids
 * @param task computes the result, on a worker
 * @param callback receives the result; by default does nothing
 * @param exceptionCallback receives the exception that the task threw; by default logs it at ERROR
 * @param <T> the type of the result
 */
public record WorkRequest<T extends @Nullable Object>(
        Object id,
        Callable<? extends T> task,
        BiConsumer<? super WorkRequest<T>, ? super T> callback,
        BiConsumer<? super WorkRequest<T>, ? super Throwable> exceptionCallback) {

    private static final Log LOG = Log.of(WorkRequest.class);
    private static final AtomicLong LAST_NUMBER = new AtomicLong();

    /** Checks that no component is null. */
    public WorkRequest {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(task, "task");
        Objects.requireNonNull(callback, "callback");
        Objects.requireNonNull(exceptionCallback, "exceptionCallback");
    }

    /** Returns a request for the result of {@code task}, with a number as its id and the default callbacks. */
    public static <T extends @Nullable Object> WorkRequest<T> of(Callable<? extends T> task) {
        return new WorkRequest<>(LAST_NUMBER.incrementAndGet(), task, (request, result) -> {}, WorkRequest::log);
    }

    /**
     * Returns a request for each item, in the order of the items. The item is the request's id. Failures are logged at
     * ERROR.
     *
     * @param computation computes the result for an item
     * @param items the items, none of them null
     * @param callback receives each result
     */
    public static <A, T extends @Nullable Object> List<WorkRequest<T>> makeRequests(
            Computation<? super A, ? extends T> computation,
            Iterable<? extends A> items,
            BiConsumer<? super WorkRequest<T>, ? super T> callback) {
        return makeRequests(computation, items, callback, WorkRequest::log);
    }

    /**
     * Returns a request for each item, in the order of the items. The item is the request's id.
     *
     * @param computation computes the result for an item
     * @param items the items, none of them null
     * @param callback receives each result
     * @param exceptionCallback receives what the computation threw
     */
    public static <A, T extends @Nullable Object> List<WorkRequest<T>> makeRequests(
            Computation<? super A, ? extends T> computation,
            Iterable<? extends A> items,
            BiConsumer<? super WorkRequest<T>, ? super T> callback,
            BiConsumer<? super WorkRequest<T>, ? super Throwable> exceptionCallback) {
        Objects.requireNonNull(computation, "computation");
        Objects.requireNonNull(items, "items");
        Objects.requireNonNull(callback, "callback");
        Objects.requireNonNull(exceptionCallback, "exceptionCallback");
        List<WorkRequest<T>> requests = new ArrayList<>();
        for (A item : items) {
            requests.add(new WorkRequest<>(item, () -> computation.apply(item), callback, exceptionCallback));
        }
        return requests;
    }

    /** Returns a copy of this request with another id. */
    public WorkRequest<T> withId(Object newId) {
        return new WorkRequest<>(newId, task, callback, exceptionCallback);
    }

    /** Returns a copy of this request with another callback for its result. */
    public WorkRequest<T> withCallback(BiConsumer<? super WorkRequest<T>, ? super T> newCallback) {
        return new WorkRequest<>(id, task, newCallback, exceptionCallback);
    }

    /** Returns a copy of this request with another callback for the exception that its task throws. */
    public WorkRequest<T> withExceptionCallback(
            BiConsumer<? super WorkRequest<T>, ? super Throwable> newExceptionCallback) {
        return new WorkRequest<>(id, task, callback, newExceptionCallback);
    }

    private static void log(WorkRequest<?> request, Throwable failure) {
        LOG.error(request + " failed", failure);
    }

    @Override
    public String toString() {
        return "WorkRequest[" + id + "]";
    }
}
