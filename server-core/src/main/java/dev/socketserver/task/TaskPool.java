package dev.socketserver.task;

import dev.socketserver.internal.util.AllResults;
import dev.socketserver.internal.util.AnyResult;
import dev.socketserver.internal.util.Check;
import java.time.Duration;
import java.util.AbstractMap.SimpleImmutableEntry;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.RunnableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * Runs tasks on a number of workers, from a bounded queue.
 *
 * <pre>{@code
 * try (var pool = new TaskPool(50)) {
 *     pool.map(urls, url -> save(fetch(url)));
 *     pool.waitCompletion();
 * }
 * }</pre>
 *
 * <dl>
 *   <dt>Backpressure
 *   <dd>A caller that adds a task blocks while the queue is full. A task that adds tasks to its own pool never blocks,
 *       because that could deadlock.
 *   <dt>Results
 *   <dd>{@link #addTask} and {@link #map} return nothing, {@link #submit(Callable)} returns a future, and
 *       {@link #imap}, {@link #starmap} and {@link #mapAsCompleted} return streams. A {@link WorkRequestPool} also
 *       passes results to callbacks.
 *   <dt>Failures
 *   <dd>A worker survives any exception or error that a task throws. Its interrupt flag is cleared between tasks.
 *   <dt>Waiting
 *   <dd>Methods that wait for tasks throw {@link IllegalStateException} when a task of this pool calls them, since that
 *       would deadlock. They throw {@link NoWorkersAvailableException} when tasks wait and no worker is left, not even
 *       a dismissed one that still runs a task. Methods that wait for room in the queue throw it when all workers have
 *       been dismissed.
 *   <dt>Closing
 *   <dd>{@link #close()} runs the tasks that wait; call {@link #cancelWaiting()} first to drop them.
 *       {@link #shutdownNow()} also interrupts the tasks that run.
 *   <dt>Threads
 *   <dd>Threads are started as tasks arrive. When no task has run for 0.2 s they all end, so a pool that is not closed
 *       costs no threads and does not keep the JVM alive. See {@link TaskPoolConfig#daemon()}.
 * </dl>
 *
 * <p>Thread-safe.
 */
public sealed class TaskPool extends AbstractExecutorService implements AutoCloseable permits WorkRequestPool {
    private final TaskPoolConfig config;
    private final WorkQueue queue;
    private final TaskRunner runner;
    private final ResultCollector collector;

    /**
     * Creates a pool with the given number of workers, and room for as many tasks in its queue.
     *
     * @throws IllegalArgumentException if {@code workers} is negative
     */
    public TaskPool(int workers) {
        this(TaskPoolConfig.ofWorkers(workers));
    }

    /**
     * Creates a pool.
     *
     * @throws UnsupportedOperationException if virtual workers are configured and the JDK has none
     */
    public TaskPool(TaskPoolConfig config) {
        this.config = Objects.requireNonNull(config, "config");
        queue = new WorkQueue(config);
        runner = new TaskRunner(queue, new TaskThreads(config, queue));
        collector = new ResultCollector(queue, runner);
    }

    /** Returns the configuration that the pool was created with. */
    public final TaskPoolConfig config() {
        return config;
    }

    // ---- Tasks without a result

    /**
     * Adds a task. Blocks while the queue is full. If the task fails, the failure is logged.
     *
     * @throws InterruptedException if the thread is interrupted; the task is not accepted
     * @throws RejectedExecutionException if the pool is shut down
     */
    public final void addTask(Task task) throws InterruptedException {
        collector.put(new PlainTask(Objects.requireNonNull(task, "task")), WorkQueue.FOREVER);
    }

    /**
     * Adds a task for each item, in the order of the items, and returns when the last one is in the queue. Blocks
     * whenever the queue is full.
     *
     * @throws InterruptedException if the thread is interrupted; earlier items stay accepted, this one and later ones
     *     are not
     * @throws RejectedExecutionException if the pool is shut down
     */
    public final <A> void map(Iterable<? extends A> items, ItemTask<? super A> task) throws InterruptedException {
        Objects.requireNonNull(items, "items");
        Objects.requireNonNull(task, "task");
        for (A item : items) {
            addTask(() -> task.run(item));
        }
    }

    /**
     * Runs a command on a worker. Blocks while the queue is full. If the command fails, the failure is logged.
     *
     * @throws RejectedExecutionException if the pool is shut down or the thread is interrupted
     */
    @Override
    public final void execute(Runnable command) {
        Objects.requireNonNull(command, "command");
        try {
            collector.put(queuedTask(command), WorkQueue.FOREVER);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RejectedExecutionException("interrupted while waiting for room in pool " + config.name(), e);
        }
    }

    private static QueuedTask queuedTask(Runnable command) {
        return command instanceof TaskFuture<?> future && future.mayBeQueued() ? future : new PlainTask(command);
    }

    // ---- Tasks with a result

    /**
     * Runs a task and returns a future for its result. Blocks while the queue is full. Cancelling the future removes
     * the task from the queue; {@code cancel(true)} also interrupts the task if it runs.
     *
     * @throws RejectedExecutionException if the pool is shut down or the thread is interrupted
     */
    @Override
    public final <T extends @Nullable Object> CompletableFuture<T> submit(Callable<T> task) {
        TaskFuture<T> future = new TaskFuture<>(task, runner);
        execute(future);
        return future;
    }

    @Override
    public final <T extends @Nullable Object> List<Future<T>> invokeAll(Collection<? extends Callable<T>> tasks)
            throws InterruptedException {
        return AllResults.of(tasks, WorkQueue.FOREVER, this::newTaskFor, this::execute);
    }

    /** Does what the interface says; the timeout includes the wait for room in the queue. */
    @Override
    public final <T extends @Nullable Object> List<Future<T>> invokeAll(
            Collection<? extends Callable<T>> tasks, long timeout, TimeUnit unit) throws InterruptedException {
        return AllResults.of(tasks, unit.toNanos(timeout), this::newTaskFor, this::execute);
    }

    @Override
    public final <T extends @Nullable Object> T invokeAny(Collection<? extends Callable<T>> tasks)
            throws InterruptedException, ExecutionException {
        return AnyResult.of(tasks, this::submit);
    }

    /** Does what the interface says; the timeout includes the wait for room in the queue. */
    @Override
    public final <T extends @Nullable Object> T invokeAny(
            Collection<? extends Callable<T>> tasks, long timeout, TimeUnit unit)
            throws InterruptedException, ExecutionException, TimeoutException {
        return AnyResult.of(tasks, unit.toNanos(timeout), this::submit);
    }

    @SuppressWarnings("FutureReturnValueIgnored") // adding never fails
    private <T extends @Nullable Object> Future<T> submit(Callable<T> task, long nanos, Queue<? super Future<T>> ended)
            throws InterruptedException, TimeoutException {
        TaskFuture<T> future = new TaskFuture<>(task, runner);
        execute(future, nanos);
        future.whenComplete((result, failure) -> ended.add(future));
        return future;
    }

    private void execute(Runnable task, long nanos) throws InterruptedException, TimeoutException {
        try {
            collector.put(queuedTask(task), nanos);
        } catch (QueueFullException e) {
            throw (TimeoutException) new TimeoutException().initCause(e);
        }
    }

    @Override
    protected final <T extends @Nullable Object> RunnableFuture<T> newTaskFor(Callable<T> callable) {
        return new TaskFuture<>(callable, runner);
    }

    @Override
    protected final <T extends @Nullable Object> RunnableFuture<T> newTaskFor(Runnable runnable, T value) {
        return new TaskFuture<>(Executors.callable(runnable, value), runner);
    }

    /**
     * Returns the outcomes of a computation on all items, in order of completion, failures included.
     *
     * <p>The stream is lazy: each time an outcome is consumed, the consuming thread takes as many items from the source
     * as the workers need, and never has more in progress than twice the number of workers. So the source may be
     * infinite. If the source throws, the stream returns the outcomes of all earlier items, throws the same exception,
     * and ends.
     *
     * <p>Close the stream unless it is consumed to its end: closing cancels the items that no worker has begun. If the
     * consuming thread is interrupted while it waits for an outcome, the stream is closed and throws a
     * {@link java.util.concurrent.CancellationException}. If the pool is shut down, the stream throws a
     * {@link RejectedExecutionException} after the outcomes of the items that were accepted before.
     */
    public final <A, T extends @Nullable Object> Stream<Outcome<A, T>> mapAsCompleted(
            Iterable<? extends A> items, Computation<? super A, ? extends T> computation) {
        return outcomes(items, computation, false);
    }

    /**
     * Returns the outcomes of a computation on all items, in the order of the items, failures included. Otherwise like
     * {@link #mapAsCompleted}: the stream is lazy, has a bounded number of items in progress, and should be closed.
     * While the first of these runs, outcomes of later ones wait for it.
     */
    public final <A, T extends @Nullable Object> Stream<Outcome<A, T>> imap(
            Iterable<? extends A> items, Computation<? super A, ? extends T> computation) {
        return outcomes(items, computation, true);
    }

    /** Like {@link #imap}, for a computation with two arguments, which are the key and the value of each pair. */
    public final <A, B, T extends @Nullable Object> Stream<Outcome<Map.Entry<A, B>, T>> starmap(
            Iterable<? extends Map.Entry<? extends A, ? extends B>> pairs,
            BiComputation<? super A, ? super B, ? extends T> computation) {
        Objects.requireNonNull(pairs, "pairs");
        Objects.requireNonNull(computation, "computation");
        // Copies, since an iterator may return the same entry each time, with another key and value.
        Iterable<Map.Entry<A, B>> copies = () -> StreamSupport.stream(pairs.spliterator(), false)
                .<Map.Entry<A, B>>map(SimpleImmutableEntry::new)
                .iterator();
        return imap(copies, pair -> computation.apply(pair.getKey(), pair.getValue()));
    }

    private <A, T extends @Nullable Object> Stream<Outcome<A, T>> outcomes(
            Iterable<? extends A> items, Computation<? super A, ? extends T> computation, boolean inOrder) {
        Objects.requireNonNull(items, "items");
        Objects.requireNonNull(computation, "computation");
        queue.refuseTask();
        return new OutcomeIterator<A, T>(queue, collector, runner, items, computation, inOrder).stream();
    }

    // ---- Waiting

    /**
     * Waits until every task has ended. Returns immediately if there are none.
     *
     * @throws InterruptedException if the thread is interrupted
     */
    public final void waitCompletion() throws InterruptedException {
        collector.collectAll(WorkQueue.FOREVER);
    }

    /**
     * Waits until every task has ended, or the timeout expires.
     *
     * @return false if the timeout expired first
     * @throws InterruptedException if the thread is interrupted
     */
    public final boolean waitCompletion(Duration timeout) throws InterruptedException {
        return collector.collectAll(WorkQueue.nanos(timeout));
    }

    /** Returns how many tasks are done, failed, cancelled and left. */
    public final Progress progress() {
        return queue.progress();
    }

    // ---- Workers

    /**
     * Adds workers.
     *
     * @throws IllegalArgumentException if {@code count} is negative, or there would be more workers than
     *     {@link Integer#MAX_VALUE}
     */
    public final void createWorkers(int count) {
        Check.atLeast("count", 0, count);
        queue.createWorkers(count);
        runner.resize();
        runner.start();
    }

    /**
     * Dismisses workers, or all of them if there are fewer. Idle workers are dismissed first, and leave immediately.
     * Then follow those whose tasks have run longest; they leave when their tasks end. Workers created in the meantime
     * do not take their places.
     *
     * @return how many were dismissed
     * @throws IllegalArgumentException if {@code count} is negative
     */
    public final int dismissWorkers(int count) {
        Check.atLeast("count", 0, count);
        int dismissed = queue.dismissWorkers(count);
        runner.resize();
        return dismissed;
    }

    /**
     * Dismisses workers and, if {@code join} is true, waits until all dismissed workers are gone.
     *
     * @return how many were dismissed
     * @throws IllegalArgumentException if {@code count} is negative
     * @throws InterruptedException if the thread is interrupted
     */
    public final int dismissWorkers(int count, boolean join) throws InterruptedException {
        int dismissed = dismissWorkers(count);
        if (join) {
            joinAllDismissedWorkers();
        }
        return dismissed;
    }

    /**
     * Waits until all dismissed workers are gone.
     *
     * @throws InterruptedException if the thread is interrupted
     */
    public final void joinAllDismissedWorkers() throws InterruptedException {
        queue.await(() -> queue.dismissedWorkers() == 0, WorkQueue.FOREVER);
    }

    /** Returns how many workers there are, without dismissed ones. */
    public final int workers() {
        return queue.workers();
    }

    /** Returns how many dismissed workers still run a task. */
    public final int dismissedWorkers() {
        return queue.dismissedWorkers();
    }

    // ---- Closing

    /**
     * Cancels the tasks that wait for a worker. Running tasks continue, and the pool stays open. The futures of
     * cancelled tasks are cancelled, their outcomes are failures, and the callbacks of cancelled requests are not
     * called.
     *
     * @return how many tasks were cancelled
     */
    public final int cancelWaiting() {
        return runner.cancel(task -> true).size();
    }

    /** Rejects further tasks. Waiting tasks still run. Does not wait for them. */
    @Override
    public final void shutdown() {
        queue.shutdown();
        runner.releaseThreads();
    }

    /**
     * Rejects further tasks, cancels the waiting ones and interrupts the running ones. Does not wait for them to end.
     *
     * @return the cancelled tasks; a future among them is cancelled
     */
    @Override
    public final List<Runnable> shutdownNow() {
        queue.shutdown();
        return runner.stop().stream().map(QueuedTask::asRunnable).toList();
    }

    @Override
    public final boolean isShutdown() {
        return queue.isShutdown();
    }

    @Override
    public final boolean isTerminated() {
        return queue.isTerminated();
    }

    /** Waits until the pool is shut down, every task has ended and every thread is gone, or the timeout expires. */
    @Override
    public final boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
        Objects.requireNonNull(unit, "unit");
        queue.refuseCallback();
        long deadline = System.nanoTime() + Math.max(0, unit.toNanos(timeout));
        return queue.await(queue::isShutdown, deadline - System.nanoTime())
                && collector.collectAll(deadline - System.nanoTime())
                && runner.awaitThreads(deadline - System.nanoTime());
    }

    /**
     * Rejects further tasks and waits until all accepted ones have ended. Cancels the waiting tasks if there are no
     * workers for them; while no thread can be started for them, tries again. If the calling thread is interrupted
     * while it waits, cancels the waiting tasks and interrupts the running ones. If called from a task of this pool,
     * does not wait, since that would deadlock.
     */
    @Override
    public final void close() {
        shutdown();
        if (!queue.isInside()) {
            collector.finish();
        }
    }

    // ---- For this package

    final WorkQueue queue() {
        return queue;
    }

    final ResultCollector collector() {
        return collector;
    }

    @Override
    public String toString() {
        return getClass().getSimpleName() + "[" + config.name() + ", " + workers() + " workers, " + progress() + "]";
    }
}
