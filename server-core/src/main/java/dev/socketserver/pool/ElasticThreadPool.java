package dev.socketserver.pool;

import dev.socketserver.internal.pool.ServicePool;
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
 *   <dd>A task goes straight to the idle worker that worked last; if none is idle it waits in a bounded queue.
 *   <dt>Growth
 *   <dd>A worker is added, up to {@code maxWorkers}, when more than {@code queueThreshold} tasks wait or the oldest has
 *       waited longer than {@code maxQueueWait}, also when no new task comes. See {@link GrowthRule}.
 *   <dt>Shrinking
 *   <dd>Workers that a whole {@code idleWindow} did not need retire, except {@code minSpareWorkers} of the idle and
 *       {@code minWorkers} in all, also without traffic. See {@link SurplusRule}.
 *   <dt>Overload
 *   <dd>When the queue is full and no worker may be added, the {@link OverloadPolicy} decides.
 *   <dt>Failure
 *   <dd>A worker survives whatever a task throws, and logs it. A thread that cannot be started loses neither a task nor
 *       a count: the tasks stay queued for the workers there are, and starting is tried again after a pause.
 *   <dt>Threads
 *   <dd>Platform workers are not daemons unless configured so: accepted work is not dropped when {@code main} returns,
 *       but the pool has to be closed. Every thread has the thread group and the context class loader of the thread
 *       that made the pool, normal priority and no inheritable thread-locals, whoever submits the task that it is
 *       started for. Between two tasks a worker's interrupt flag is cleared, and its name, priority and context class
 *       loader are restored. Thread-locals that a task leaves behind stay, as there is no way to clear those of another
 *       class.
 * </dl>
 *
 * <p>Thread-safe.
 */
public final class ElasticThreadPool implements Executor, AutoCloseable {
    static {
        ServicePool.provide(executor -> executor instanceof ElasticThreadPool pool ? pool.dispatcher : null);
    }

    private final PoolState state;
    private final Dispatcher dispatcher;
    private final Lifecycle lifecycle;

    /**
     * Makes a pool and starts its {@code minWorkers}.
     *
     * @param config the numbers and choices
     * @throws UnsupportedOperationException if virtual workers are asked for and the JDK has none
     */
    public ElasticThreadPool(PoolConfig config) {
        this(config, Host.system(config.workerKind(), config.daemon()));
    }

    ElasticThreadPool(PoolConfig config, Host host) {
        dispatcher = new Dispatcher(config, host);
        state = dispatcher.state();
        lifecycle = new Lifecycle(state);
        dispatcher.start();
    }

    /**
     * Runs a task on a worker, now or when one is free.
     *
     * @param task what to run; a {@link RejectableTask} is told if it is given up later
     * @throws RejectedExecutionException if the pool is shut down, or the overload policy refuses the task, or there is
     *     no worker and none can be started (then with the cause), or the thread is interrupted while it waits for room
     */
    @Override
    public void execute(Runnable task) {
        Objects.requireNonNull(task, "task");
        dispatcher.execute(task);
    }

    /**
     * Waits until nothing is queued and nothing runs, as the mix-in's {@code join} does. The pool goes on taking tasks,
     * so under steady load this may take for ever. A server's worker that waits for what idle connections send does not
     * count as running.
     *
     * @throws InterruptedException if the thread is interrupted
     * @throws IllegalStateException if called from a task of this pool, which would wait for itself
     */
    public void join() throws InterruptedException {
        lifecycle.awaitQuiet(Host.FOREVER);
    }

    /**
     * As {@link #join()}, at most for the given time.
     *
     * @param timeout how long to wait at most
     * @return false if the time was up first
     * @throws InterruptedException if the thread is interrupted
     * @throws IllegalStateException if called from a task of this pool, which would wait for itself
     */
    public boolean join(Duration timeout) throws InterruptedException {
        return lifecycle.awaitQuiet(timeout.toNanos());
    }

    /**
     * Waits until the pool has been shut down, every task has ended and every worker is gone.
     *
     * @param timeout how long to wait at most
     * @return false if the time was up first
     * @throws InterruptedException if the thread is interrupted
     * @throws IllegalStateException if called from a task of this pool, which would wait for itself
     */
    public boolean awaitTermination(Duration timeout) throws InterruptedException {
        return lifecycle.awaitTermination(timeout.toNanos());
    }

    /** Takes no more tasks and lets the workers end when the queued ones are done. Does not wait; idempotent. */
    public void shutdown() {
        lifecycle.shutdown();
    }

    /**
     * Takes no more tasks, gives up the queued ones and interrupts the running ones. Does not wait.
     *
     * @return the tasks that were queued, in order of arrival; those that are {@link RejectableTask}s have been told
     */
    public List<Runnable> shutdownNow() {
        return lifecycle.stop();
    }

    /**
     * Shuts down and waits until every task has ended. If the thread is interrupted meanwhile, the queued tasks are
     * given up and the running ones interrupted. Called from a task of this pool it does not wait, since that would be
     * for itself.
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
                terminated = lifecycle.awaitTermination(Host.FOREVER);
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
     * Puts a new configuration in force, all of it at one moment, so that no mixture with the old one is ever seen.
     * Workers above a lowered maximum leave when they have run their task.
     *
     * @param config the new configuration
     * @throws IllegalArgumentException if its name, its kind of worker or {@code daemon} is another one
     */
    public void reconfigure(PoolConfig config) {
        requireSame("name", config().name(), config.name());
        requireSame("workerKind", config().workerKind(), config.workerKind());
        requireSame("daemon", config().daemon(), config.daemon());
        dispatcher.reconfigure(config);
    }

    private static void requireSame(String option, Object value, Object wanted) {
        if (!value.equals(wanted)) {
            throw new IllegalArgumentException(option + " cannot be changed (" + value + "): " + wanted);
        }
    }

    /**
     * This pool as an {@link ExecutorService}. A future whose task is given up by the pool fails with a
     * {@link TaskRejectedException}.
     *
     * @return a view; shutting it down shuts the pool down
     */
    public ExecutorService asExecutorService() {
        return new PoolExecutorService(this);
    }

    /**
     * Whether the pool takes no more tasks.
     *
     * @return true once it has been shut down
     */
    public boolean isShutdown() {
        return state.phase != Phase.RUNNING;
    }

    /**
     * Whether every task and every worker has ended after a shutdown.
     *
     * @return true once nothing is left
     */
    public boolean isTerminated() {
        return state.phase == Phase.TERMINATED;
    }

    /**
     * The configuration in force.
     *
     * @return the configuration
     */
    public PoolConfig config() {
        return state.config;
    }

    /**
     * The figures of this moment.
     *
     * @return a consistent copy
     */
    public PoolSnapshot snapshot() {
        return state.snapshot();
    }

    @Override
    public String toString() {
        return "ElasticThreadPool[" + config().name() + ", " + state.phase + ", " + snapshot() + "]";
    }
}
