package dev.socketserver.pool;

import dev.socketserver.internal.pool.ServicePool;
import dev.socketserver.internal.util.Log;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * A thread pool for blocking tasks that is as large as the work needs and no larger.
 *
 * <dl>
 *   <dt>Dispatch
 *   <dd>A task goes directly to the most recently used idle worker; if none is idle, it waits in a bounded queue.
 *   <dt>Growth
 *   <dd>A worker is added, up to {@code maxWorkers}, when more than {@code queueThreshold} tasks wait or the oldest has
 *       waited longer than {@code maxQueueWait}, even if no further task arrives.
 *   <dt>Shrinking
 *   <dd>Workers that were not needed for a whole {@code idleWindow} retire, even without traffic;
 *       {@code minSpareWorkers} idle workers, and {@code minWorkers} in total, are kept.
 *   <dt>Overload
 *   <dd>When the queue is full and no worker may be added, the {@link OverloadPolicy} decides.
 *   <dt>Failure
 *   <dd>A worker survives any exception or error that a task throws, and logs it. If a thread cannot be started, no
 *       task is lost and the counts stay correct: the tasks stay queued for the existing workers, and the pool backs
 *       off and retries.
 *   <dt>Threads
 *   <dd>Platform workers are not daemon threads by default: accepted work is not dropped when {@code main} returns, but
 *       the pool must be closed. Every thread has the thread group and the context class loader of the thread that
 *       created the pool, normal priority and no inheritable thread-locals, regardless of the thread that submits the
 *       task. Between two tasks, the worker's interrupt flag is cleared, and its name, priority and context class
 *       loader are restored. Thread-locals set by a task remain, because there is no way to clear those of another
 *       class.
 * </dl>
 *
 * <p>Thread-safe.
 */
public final class ElasticThreadPool implements Executor, AutoCloseable {
    static {
        ServicePool.provide(executor -> executor instanceof ElasticThreadPool pool ? pool.dispatcher : null);
    }

    private static final Log LOG = Log.of(ElasticThreadPool.class);

    private final Dispatcher dispatcher;
    private final PoolState state;
    private final Lifecycle lifecycle;

    /**
     * Creates a pool and starts its {@code minWorkers}.
     *
     * @throws UnsupportedOperationException if virtual workers are configured and the JDK does not support them
     */
    public ElasticThreadPool(PoolConfig config) {
        this(config, Machine.system(config.workerKind(), config.daemon()));
    }

    ElasticThreadPool(PoolConfig config, Machine machine) {
        dispatcher = new Dispatcher(config, machine, LOG);
        state = dispatcher.state();
        lifecycle = dispatcher.lifecycle();
        dispatcher.start();
    }

    /**
     * Runs a task on a worker, immediately or when one becomes free.
     *
     * @param task the task; a {@link RejectableTask} is notified if the pool drops it later
     * @throws RejectedExecutionException if the pool is shut down, the overload policy rejects the task, there is no
     *     worker and none can be started (then with the cause), or the thread is interrupted while waiting for room
     */
    @Override
    public void execute(Runnable task) {
        dispatcher.execute(Objects.requireNonNull(task, "task"));
    }

    /**
     * Waits until no task is queued or running, like the {@code join} of the Python mix-in. The pool keeps accepting
     * tasks, so under steady load this may take forever. A server's worker that waits for data from idle connections
     * does not count as running.
     *
     * @throws InterruptedException if the calling thread is interrupted
     * @throws IllegalStateException if called from a task of this pool, which would wait for itself
     */
    public void join() throws InterruptedException {
        lifecycle.awaitQuiet(Machine.FOREVER);
    }

    /**
     * Waits like {@link #join()} until no task is queued or running, or until the timeout elapses.
     *
     * @return false if the timeout elapsed first
     * @throws InterruptedException if the calling thread is interrupted
     * @throws IllegalStateException if called from a task of this pool, which would wait for itself
     */
    public boolean join(Duration timeout) throws InterruptedException {
        return lifecycle.awaitQuiet(TimeUnit.NANOSECONDS.convert(timeout));
    }

    /**
     * Waits until the pool has been shut down and all tasks and workers have terminated, or until the timeout elapses.
     *
     * @return false if the timeout elapsed first
     * @throws InterruptedException if the calling thread is interrupted
     * @throws IllegalStateException if called from a task of this pool, which would wait for itself
     */
    public boolean awaitTermination(Duration timeout) throws InterruptedException {
        return lifecycle.awaitTermination(TimeUnit.NANOSECONDS.convert(timeout));
    }

    /**
     * Stops accepting tasks and lets the workers terminate once the queued tasks have run. Does not wait. Does nothing
     * if the pool is already shut down. Servers that run on this pool stop, as they do if the pool is shut down in any
     * other way.
     */
    public void shutdown() {
        lifecycle.shutdown();
    }

    /**
     * Stops accepting tasks, drops the queued ones and interrupts the running ones. Does not wait.
     *
     * @return the tasks that were queued, in order of arrival; those that are {@link RejectableTask}s have been
     *     notified
     */
    public List<Runnable> shutdownNow() {
        return lifecycle.stop();
    }

    /**
     * Shuts down and waits until every task has ended. If the calling thread is interrupted while waiting, the queued
     * tasks are dropped and the running ones interrupted. If called from a task of this pool, does not wait, since that
     * would deadlock.
     */
    @Override
    public void close() {
        lifecycle.close();
    }

    /**
     * Replaces the configuration atomically. Workers above a lowered maximum terminate after their current task.
     *
     * @throws IllegalArgumentException if the name, the worker kind or {@code daemon} differs from the current value
     */
    public void reconfigure(PoolConfig config) {
        requireSame("name", config().name(), config.name());
        requireSame("workerKind", config().workerKind(), config.workerKind());
        requireSame("daemon", config().daemon(), config.daemon());
        dispatcher.reconfigure(config);
    }

    private static void requireSame(String option, Object present, Object wanted) {
        if (!present.equals(wanted)) {
            throw new IllegalArgumentException(option + " cannot be changed (" + present + "): " + wanted);
        }
    }

    /**
     * Returns a view of this pool as an {@link ExecutorService}. A future whose task the pool drops fails with a
     * {@link TaskRejectedException}; a {@link RejectableTask} or {@link AbortableTask} that is submitted is told as
     * well. Others wrap the tasks that they execute and are not told, such as {@code CompletableFuture.supplyAsync} and
     * {@code ExecutorCompletionService}: their futures of dropped tasks never complete. Under
     * {@link OverloadPolicy#BLOCK}, each submission waits for room, also one by {@code invokeAll} or {@code invokeAny},
     * whose timeouts include that wait.
     *
     * <p>Shutting down or closing the view does the same to the pool.
     */
    public ExecutorService asExecutorService() {
        return new PoolExecutorService(this, dispatcher);
    }

    /** Returns whether the pool has been shut down and no longer accepts tasks. */
    public boolean isShutdown() {
        return lifecycle.isShutdown();
    }

    /** Returns whether the pool has been shut down and all tasks and workers have terminated. */
    public boolean isTerminated() {
        return lifecycle.isTerminated();
    }

    /** Returns the configuration in force. */
    public PoolConfig config() {
        return state.config;
    }

    /** Returns the current metrics. */
    public PoolSnapshot snapshot() {
        return dispatcher.snapshot();
    }

    @Override
    public String toString() {
        return "ElasticThreadPool[" + config().name() + ", " + state.phase + ", " + snapshot() + "]";
    }
}
