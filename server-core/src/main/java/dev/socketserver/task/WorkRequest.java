package dev.socketserver.task;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A task whose result is handed to a callback, in the thread that collects results from the {@link TaskPool}.
 *
 * <p>A request is a description and has no state: it may be put several times, into several pools, also after it
 * failed, and each time has a result of its own. Immutable, so thread-safe.
 *
 * @param id what tells this request from others in a callback; a number unless chosen. The pool makes no use of it, so
 *     equal ones do no harm
 * @param task computes the result, on a worker
 * @param callback takes the result; does nothing unless set
 * @param exceptionCallback takes what the task threw; logs it at ERROR unless set
 * @param <T> the type of the result
 */
public record WorkRequest<T extends @Nullable Object>(
        Object id,
        Callable<? extends T> task,
        BiConsumer<? super WorkRequest<T>, ? super T> callback,
        BiConsumer<? super WorkRequest<T>, ? super Throwable> exceptionCallback) {

    private static final Logger LOG = LoggerFactory.getLogger(WorkRequest.class);
    private static final AtomicLong LAST_NUMBER = new AtomicLong();

    /** Checks that nothing is null. */
    public WorkRequest {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(task, "task");
        Objects.requireNonNull(callback, "callback");
        Objects.requireNonNull(exceptionCallback, "exceptionCallback");
    }

    /** Returns a request for what {@code task} computes, with a number as its id and the default callbacks. */
    public static <T extends @Nullable Object> WorkRequest<T> of(Callable<? extends T> task) {
        return new WorkRequest<>(LAST_NUMBER.incrementAndGet(), task, (request, result) -> {}, WorkRequest::log);
    }

    /**
     * Returns one request for each item, in the order of the items. The item is the request's id.
     *
     * @param computation what to do with each item
     * @param items the items, none of them null
     * @param callback takes each result
     */
    public static <A, T extends @Nullable Object> List<WorkRequest<T>> makeRequests(
            Computation<? super A, ? extends T> computation,
            Iterable<? extends A> items,
            BiConsumer<? super WorkRequest<T>, ? super T> callback) {
        return makeRequests(computation, items, callback, WorkRequest::log);
    }

    /**
     * Returns one request for each item, in the order of the items. The item is the request's id.
     *
     * @param computation what to do with each item
     * @param items the items, none of them null
     * @param callback takes each result
     * @param exceptionCallback takes what the computation threw
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

    /** Returns this request with another id. */
    public WorkRequest<T> withId(Object newId) {
        return new WorkRequest<>(newId, task, callback, exceptionCallback);
    }

    /** Returns this request with another callback for its result. */
    public WorkRequest<T> withCallback(BiConsumer<? super WorkRequest<T>, ? super T> newCallback) {
        return new WorkRequest<>(id, task, newCallback, exceptionCallback);
    }

    /** Returns this request with another callback for what its task throws. */
    public WorkRequest<T> withExceptionCallback(
            BiConsumer<? super WorkRequest<T>, ? super Throwable> newExceptionCallback) {
        return new WorkRequest<>(id, task, callback, newExceptionCallback);
    }

    private static void log(WorkRequest<?> request, Throwable failure) {
        LOG.error("{} failed", request, failure);
    }

    @Override
    public String toString() {
        return "WorkRequest[" + id + "]";
    }
}
