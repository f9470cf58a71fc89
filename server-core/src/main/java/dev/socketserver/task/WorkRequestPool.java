package dev.socketserver.task;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;

/**
 * A {@link TaskPool} that also runs {@link WorkRequest}s. Their results wait in the pool until a thread collects them,
 * and their callbacks run in that thread, one at a time. So with a single collecting thread, callbacks need no
 * synchronization.
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
 *   <dd>{@link #poll()} collects the results that are available. {@link #waitCompletion()}, {@link #awaitTermination}
 *       and {@link #close()} collect until nothing is left, and wait for callbacks that run in other threads.
 *   <dt>Callbacks that throw
 *   <dd>If a callback throws an exception, the collecting method throws it to its caller. The request is done
 *       nevertheless, and the remaining results can still be collected. Only {@code close()} calls all callbacks first
 *       and throws at the end.
 *   <dt>Callbacks that use the pool
 *   <dd>A callback may add tasks and requests of all kinds, and wait for futures, streams and dismissed workers. It
 *       must not collect: methods that do so throw {@link IllegalStateException}, except {@code close()}, which does
 *       not wait.
 *   <dt>Bounded results
 *   <dd>While {@code resultCapacity} results wait to be collected, no further request is started; other tasks are. A
 *       thread that waits for room in the queue while only collecting can make room collects results itself, so there
 *       is no deadlock. A callback that does so puts its request into the queue regardless of {@code queueCapacity}.
 * </dl>
 *
 * <p>Thread-safe.
 */
public final class WorkRequestPool extends TaskPool {
    /**
     * Creates a pool with the given number of workers, room for as many tasks in its queue, and any number of results.
     *
     * @throws IllegalArgumentException if {@code workers} is negative
     */
    public WorkRequestPool(int workers) {
        super(workers);
    }

    /**
     * Creates a pool.
     *
     * @throws UnsupportedOperationException if virtual workers are configured and the JDK has none
     */
    public WorkRequestPool(TaskPoolConfig config) {
        super(config);
    }

    /**
     * Adds a request. Blocks while the queue is full. May collect results meanwhile; if a callback throws, this method
     * throws the same exception and does not accept the request.
     *
     * @throws InterruptedException if the thread is interrupted; the request is not accepted
     * @throws RejectedExecutionException if the pool is shut down
     */
    public void putRequest(WorkRequest<?> request) throws InterruptedException {
        collector().put(run(request), WorkQueue.FOREVER);
    }

    /**
     * Adds a request. Blocks while the queue is full, at most until the timeout expires; a zero timeout does not block.
     * Does not collect results in the meantime.
     *
     * @throws QueueFullException if the timeout expired; the request is not accepted
     * @throws InterruptedException if the thread is interrupted; the request is not accepted
     * @throws RejectedExecutionException if the pool is shut down
     */
    public void putRequest(WorkRequest<?> request, Duration timeout) throws InterruptedException {
        collector().put(run(request), WorkQueue.nanos(timeout));
    }

    private static RequestRun<?> run(WorkRequest<?> request) {
        return new RequestRun<>(Objects.requireNonNull(request, "request"));
    }

    /**
     * Passes the available results to their callbacks, in order of completion, without waiting for more, and returns
     * how many there were.
     *
     * @return how many results there were
     * @throws NoResultsPendingException if no request is pending
     */
    public int poll() {
        queue().refuseCallback();
        requirePending();
        return collector().collectAvailable();
    }

    /**
     * Waits for a result until the timeout expires, passes the available results to their callbacks, and returns how
     * many there were.
     *
     * @return how many results there were
     * @throws NoResultsPendingException if no request is pending
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

    /** Returns how many requests are pending: accepted, and their results not yet collected. */
    public int pendingRequests() {
        return queue().pendingRequests();
    }
}
