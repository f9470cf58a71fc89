package dev.socketserver.task;

import static dev.socketserver.task.TaskPoolConfig.checkAtLeast;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.RunnableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
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
 *   <dt>Back-pressure
 *   <dd>Whoever adds a task waits while the queue is full, and can be interrupted meanwhile. A task that adds tasks to
 *       its own pool is never made to wait, for that might be for itself.
 *   <dt>Results
 *   <dd>A plain task has none. {@link #submit(Callable)} makes a future, {@link #mapAsCompleted} a stream in order of
 *       completion; a {@link WorkRequestPool} calls back in the thread that collects.
 *   <dt>Failure
 *   <dd>A worker survives whatever a task throws. Between two tasks its interrupt flag is cleared.
 *   <dt>Waiting
 *   <dd>The methods that wait for tasks throw {@link IllegalStateException} if called from a task of this pool, which
 *       would wait for itself, and {@link NoWorkersAvailableException} if a task waits and there is no worker, nor a
 *       dismissed one that still runs. Those that wait for room in the queue throw the latter, too.
 *   <dt>The end
 *   <dd>{@link #close()} runs what waits, {@link #cancelWaiting()} before it leaves that out, and
 *       {@link #shutdownNow()} also interrupts what runs.
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
     * Makes a pool with that many workers, and a queue with as many places.
     *
     * @throws IllegalArgumentException if {@code workers} is negative
     */
    public TaskPool(int workers) {
        this(TaskPoolConfig.ofWorkers(workers));
    }

    /**
     * Makes a pool.
     *
     * @throws UnsupportedOperationException if virtual workers are asked for and the JDK has none
     */
    public TaskPool(TaskPoolConfig config) {
        this.config = Objects.requireNonNull(config, "config");
        queue = new WorkQueue(config);
        runner = new TaskRunner(queue, new TaskThreads(config, queue));
        collector = new ResultCollector(queue, runner);
    }

    /** Returns the configuration that the pool began with. */
    public final TaskPoolConfig config() {
        return config;
    }

    // ---- Tasks without a result

    /**
     * Puts a task into the queue, and waits while that is full. If the task fails, that is logged.
     *
     * @throws InterruptedException if the thread is interrupted; the task is not taken then
     * @throws RejectedExecutionException if the pool is shut down
     */
    public final void addTask(Task task) throws InterruptedException {
        collector.put(new PlainTask(Objects.requireNonNull(task, "task")), WorkQueue.FOREVER);
    }

    /**
     * Puts a task for each item into the queue, in the order of the items, and waits whenever the queue is full. So an
     * interrupt ends this call within the time of one task; what was put until then stays in the queue.
     *
     * @throws InterruptedException if the thread is interrupted; the current item and later ones are not taken then
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
     * Runs a command, and waits while the queue is full. If the command fails, that is logged.
     *
     * @throws RejectedExecutionException if the pool is shut down, or the thread is interrupted
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
     * Runs a task for a future, and waits while the queue is full. {@code cancel(true)} on it interrupts the task.
     *
     * @throws RejectedExecutionException if the pool is shut down, or the thread is interrupted
     */
    @Override
    public final <T extends @Nullable Object> CompletableFuture<T> submit(Callable<T> task) {
        TaskFuture<T> future = new TaskFuture<>(Objects.requireNonNull(task, "task"), runner);
        execute(future);
        return future;
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
     * Returns the outcomes of a computation on all items, in order of completion, failed ones included. Items are taken
     * from the source only as outcomes are consumed, a few ahead to keep the workers busy: the source may be endless.
     *
     * <p>Close the stream, unless all of it is consumed: that gives up the items that no worker has begun. An interrupt
     * while the stream waits for an outcome ends it with a {@link java.util.concurrent.CancellationException}.
     */
    public final <A, T extends @Nullable Object> Stream<Outcome<A, T>> mapAsCompleted(
            Iterable<? extends A> items, Computation<? super A, ? extends T> computation) {
        Objects.requireNonNull(items, "items");
        Objects.requireNonNull(computation, "computation");
        queue.refuseTask();
        return new OutcomeIterator<A, T>(queue, collector, runner, items, computation, false).stream();
    }

    // ---- Waiting

    /**
     * Waits until every task has ended. Returns at once if there is nothing to wait for.
     *
     * @throws InterruptedException if the thread is interrupted
     */
    public final void waitCompletion() throws InterruptedException {
        collector.collectAll(WorkQueue.FOREVER);
    }

    /**
     * Waits until every task has ended, at most for the given time.
     *
     * @return false if the time was up first
     * @throws InterruptedException if the thread is interrupted
     */
    public final boolean waitCompletion(Duration timeout) throws InterruptedException {
        return collector.collectAll(WorkQueue.nanos(timeout));
    }

    /** Returns how far the pool is with its tasks, of whatever kind. */
    public final Progress progress() {
        return queue.progress();
    }

    // ---- Workers

    /**
     * Adds workers.
     *
     * @throws IllegalArgumentException if {@code count} is negative
     */
    public final void createWorkers(int count) {
        checkAtLeast("count", 0, count);
        queue.createWorkers(count);
        runner.resize();
        runner.start();
    }

    /**
     * Dismisses workers, all of them if there are no more than that. One that has nothing to do is gone at once, one
     * that runs a task when that has ended.
     *
     * @return how many were dismissed
     * @throws IllegalArgumentException if {@code count} is negative
     */
    public final int dismissWorkers(int count) {
        checkAtLeast("count", 0, count);
        int dismissed = queue.dismissWorkers(count);
        runner.resize();
        return dismissed;
    }

    /**
     * Dismisses workers and, if told to, waits until all dismissed workers are gone.
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

    /** Returns how many workers there are, dismissed ones not counted. */
    public final int workers() {
        return queue.workers();
    }

    /** Returns how many dismissed workers still run a task. */
    public final int dismissedWorkers() {
        return queue.dismissedWorkers();
    }

    // ---- The end

    /**
     * Gives up the tasks that wait for a worker; those that run go on, and the pool stays open. Futures of what is
     * given up are cancelled, requests have no result.
     *
     * @return how many were given up
     */
    public final int cancelWaiting() {
        return runner.cancel(task -> true).size();
    }

    /** Takes no more tasks; those that wait are still run. Does not wait for that. */
    @Override
    public final void shutdown() {
        queue.shutdown();
        runner.releaseThreads();
    }

    /**
     * Takes no more tasks, gives up those that wait and interrupts those that run. Does not wait for them to end.
     *
     * @return what was given up; a future among it is cancelled
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

    /** Waits until the pool is shut down, every task has ended and every thread is gone. */
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
     * Takes no more tasks and waits until those there are have ended. If the thread is interrupted meanwhile, those
     * that wait are given up and those that run are interrupted; if there are no workers, those that wait are given up.
     * Called from a task of this pool it does not wait, since that would be for itself.
     */
    @Override
    public final void close() {
        shutdown();
        if (queue.isInside()) {
            return;
        }
        boolean interrupted = false;
        boolean terminated = false;
        @Nullable Throwable failure = null;
        while (!terminated) {
            try {
                terminated = finish();
            } catch (InterruptedException e) {
                interrupted = true;
                shutdownNow();
            } catch (RuntimeException | Error e) { // from a callback; the others are called all the same
                if (failure == null) {
                    failure = e;
                } else if (failure != e) {
                    failure.addSuppressed(e);
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        throwIfAny(failure);
    }

    /** Waits until every task has ended and every thread is gone; cancels the tasks for which there are no workers. */
    private boolean finish() throws InterruptedException {
        while (collector.collectUntil(() -> queue.isQuiet() || queue.isStranded(), WorkQueue.FOREVER)
                && queue.isStranded()) {
            cancelWaiting();
        }
        return queue.isQuiet() && runner.awaitThreads(WorkQueue.FOREVER);
    }

    private static void throwIfAny(@Nullable Throwable failure) {
        if (failure instanceof Error error) {
            throw error;
        }
        if (failure instanceof RuntimeException exception) {
            throw exception;
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
