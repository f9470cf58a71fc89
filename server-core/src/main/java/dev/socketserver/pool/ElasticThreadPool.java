package dev.socketserver.pool;

import dev.socketserver.internal.pool.ServicePool;
import dev.socketserver.internal.util.Log;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;

/**
 * A thread pool for blocking tasks that is as large as the work needs and no larger.
 *
 * <dl>
 *   <dt>Dispatch
 *   <dd>A task goes straight to the idle worker that worked last; if none is idle, it waits in a bounded queue.
 *   <dt>Growth
 *   <dd>A worker is added, up to {@code maxWorkers}, when more than {@code queueThreshold} tasks wait or the oldest has
 *       waited longer than {@code maxQueueWait}, even if no further task arrives.
 *   <dt>Shrinking
 *   <dd>Workers that were not needed for a whole {@code idleWindow} retire, except {@code minSpareWorkers} of the idle
 *       ones and {@code minWorkers} in all, even without traffic.
 *   <dt>Overload
 *   <dd>When the queue is full and no worker may be added, the {@link OverloadPolicy} decides.
 *   <dt>Failure
 *   <dd>A worker survives whatever a task throws, and logs it. If a thread cannot be started, neither a task nor a
 *       count is lost: the tasks stay queued for the workers that exist, and starting is tried again after a pause.
 *   <dt>Threads
 *   <dd>Platform workers are not daemons unless configured so: accepted work is not dropped when {@code main} returns,
 *       but the pool has to be closed. Every thread has the thread group and the context class loader of the thread
 *       that created the pool, normal priority and no inheritable thread-locals, whichever thread submits the task for
 *       which it is started. Between two tasks a worker's interrupt flag is cleared, and its name, priority and context
 *       class loader are restored. Thread-locals that a task leaves behind stay, as there is no way to clear those of
 *       another class.
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
     * @throws UnsupportedOperationException if the configuration asks for virtual workers and the JDK has none
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
     * Runs a task on a worker, now or when one is free.
     *
     * @param task the task; if it is a {@link RejectableTask} it is notified if the pool gives it up later
     * @throws RejectedExecutionException if the pool is shut down, or the overload policy refuses the task, or there is
     *     no worker and none can be started (then with the cause), or the thread is interrupted while it waits for room
     */
    @Override
    public void execute(Runnable task) {
        dispatcher.execute(Objects.requireNonNull(task, "task"));
    }

    /**
     * Waits until nothing is queued and nothing runs, as the {@code join} of the Python mix-in does. The pool goes on
     * accepting tasks, so under steady load this may take forever. A server's worker that waits for data from idle
     * connections does not count as running.
     *
     * @throws InterruptedException if the calling thread is interrupted
     * @throws IllegalStateException if called from a task of this pool, which would wait for itself
     */
    public void join() throws InterruptedException {
        lifecycle.awaitQuiet(Machine.FOREVER);
    }

    /**
     * Waits until nothing is queued and nothing runs, as {@link #join()} does, or until the timeout elapses.
     *
     * @return false if the timeout elapsed first
     * @throws InterruptedException if the calling thread is interrupted
     * @throws IllegalStateException if called from a task of this pool, which would wait for itself
     */
    public boolean join(Duration timeout) throws InterruptedException {
        return lifecycle.awaitQuiet(timeout.toNanos());
    }

    /**
     * Waits until the pool has been shut down, every task has ended and every worker is gone, or until the timeout
     * elapses.
     *
     * @return false if the timeout elapsed first
     * @throws InterruptedException if the calling thread is interrupted
     * @throws IllegalStateException if called from a task of this pool, which would wait for itself
     */
    public boolean awaitTermination(Duration timeout) throws InterruptedException {
        return lifecycle.awaitTermination(timeout.toNanos());
    }

    /**
     * Stops accepting tasks and lets the workers end once the queued tasks are done. Does not wait. Has no effect if
     * the pool is shut down already.
     */
    public void shutdown() {
        lifecycle.shutdown();
    }

    /**
     * Stops accepting tasks, gives up the queued ones and interrupts the running ones. Does not wait.
     *
     * @return the tasks that were queued, in order of arrival; those that are {@link RejectableTask}s have been
     *     notified
     */
    public List<Runnable> shutdownNow() {
        return lifecycle.stop();
    }

    /**
     * Shuts down and waits until every task has ended. If the calling thread is interrupted meanwhile, the queued tasks
     * are given up and the running ones interrupted. Called from a task of this pool it does not wait, since it would
     * wait for itself.
     */
    @Override
    public void close() {
        shutdown();
        if (lifecycle.isCurrentThreadMember()) {
            return;
        }
        boolean interrupted = false;
        boolean terminated = false;
        while (!terminated) {
            try {
                terminated = lifecycle.awaitTermination(Machine.FOREVER);
            } catch (InterruptedException e) {
                interrupted = true;
                shutdownNow();
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Replaces the configuration, all of it at once, so that no mixture of the old and the new one is ever in force.
     * Workers above a lowered maximum end when they have run their task.
     *
     * @throws IllegalArgumentException if the name, the worker kind or {@code daemon} differs from the present one
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
     * Returns this pool as an {@link ExecutorService}. A future whose task the pool gives up fails with a
     * {@link TaskRejectedException}. To shut the view down is to shut the pool down.
     */
    public ExecutorService asExecutorService() {
        return new PoolExecutorService(dispatcher);
    }

    /** Returns whether the pool has been shut down, and so accepts no more tasks. */
    public boolean isShutdown() {
        return lifecycle.isShutdown();
    }

    /** Returns whether the pool has been shut down, and every task and every worker has ended. */
    public boolean isTerminated() {
        return lifecycle.isTerminated();
    }

    /** Returns the configuration in force. */
    public PoolConfig config() {
        return state.config;
    }

    /** Returns the figures of this moment. */
    public PoolSnapshot snapshot() {
        return dispatcher.snapshot();
    }

    @Override
    public String toString() {
        return "ElasticThreadPool[" + config().name() + ", " + state.phase + ", " + snapshot() + "]";
    }
}
