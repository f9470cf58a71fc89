package dev.socketserver.task;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;

/**
 * A {@link TaskPool} that also takes {@link WorkRequest}s, whose results wait until they are collected: the callbacks
 * run in the thread that collects, one after the other, so that with one such thread they need no synchronisation.
 *
 * <pre>{@code
 * try (var pool = new WorkRequestPool(3)) {
 *     for (var request : WorkRequest.makeRequests(this::compute, items, (request, result) -> sum += result)) {
 *         pool.putRequest(request);
 *     }
 *     pool.waitCompletion();
 * }
 * }</pre>
 *
 * <dl>
 *   <dt>Collecting
 *   <dd>{@link #poll()} collects what is there. {@link #waitCompletion()}, {@link #awaitTermination} and
 *       {@link #close()} collect until nothing is left.
 *   <dt>A callback that throws
 *   <dd>ends the method that collects, which throws the same. Its request is done with all the same, and later results
 *       stay to be collected. Only {@code close()} goes on, and throws at its end.
 *   <dt>A bounded number of results
 *   <dd>With a {@code resultCapacity}, no task is started while that many results are not collected. A thread that
 *       would wait for room in the queue, when only collecting can make some, collects: so it cannot dead-lock.
 * </dl>
 *
 * <p>Thread-safe.
 */
public final class WorkRequestPool extends TaskPool {
    /**
     * Makes a pool with that many workers, a queue with as many places, and any number of results.
     *
     * @throws IllegalArgumentException if {@code workers} is negative
     */
    public WorkRequestPool(int workers) {
        super(workers);
    }

    /**
     * Makes a pool.
     *
     * @throws UnsupportedOperationException if virtual workers are asked for and the JDK has none
     */
    public WorkRequestPool(TaskPoolConfig config) {
        super(config);
    }

    /**
     * Puts a request into the queue, and waits while that is full.
     *
     * @throws InterruptedException if the thread is interrupted; the request is not taken then
     * @throws RejectedExecutionException if the pool is shut down
     */
    public void putRequest(WorkRequest<?> request) throws InterruptedException {
        collector().put(run(request), WorkQueue.FOREVER);
    }

    /**
     * Puts a request into the queue, and waits while that is full, at most for the given time; zero for not at all.
     *
     * @throws QueueFullException if there was no room in that time; the request is not taken then
     * @throws InterruptedException if the thread is interrupted; the request is not taken then
     * @throws RejectedExecutionException if the pool is shut down
     */
    public void putRequest(WorkRequest<?> request, Duration timeout) throws InterruptedException {
        collector().put(run(request), WorkQueue.nanos(timeout));
    }

    private static RequestRun<?> run(WorkRequest<?> request) {
        return new RequestRun<>(Objects.requireNonNull(request, "request"));
    }

    /**
     * Hands the results that there are to their callbacks, in order of completion, and does not wait for more.
     *
     * @return how many results there were
     * @throws NoResultsPendingException if there is no request whose result was not collected
     */
    public int poll() {
        queue().refuseCallback();
        requirePending();
        return collector().collectAvailable();
    }

    /**
     * Waits for a result, at most for the given time, and hands all that there are then to their callbacks.
     *
     * @return how many results there were
     * @throws NoResultsPendingException if there is no request whose result was not collected
     * @throws InterruptedException if the thread is interrupted
     */
    public int poll(Duration timeout) throws InterruptedException {
        long nanos = WorkQueue.nanos(timeout);
        queue().refuseCallback();
        requirePending();
        queue().await(() -> queue().results() > 0 || pendingRequests() == 0, nanos);
        return collector().collectAvailable();
    }

    private void requirePending() {
        if (pendingRequests() == 0) {
            throw new NoResultsPendingException(config().name());
        }
    }

    /** Returns for how many requests the result was not collected yet. */
    public int pendingRequests() {
        return queue().pendingRequests();
    }
}
