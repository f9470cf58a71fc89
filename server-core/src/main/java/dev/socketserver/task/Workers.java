package dev.socketserver.task;

import dev.socketserver.pool.ElasticThreadPool;
import dev.socketserver.pool.PoolConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Predicate;

/**
 * Lends the active workers of a {@link WorkQueue} the threads of an {@link ElasticThreadPool}, which may have as many
 * as there are workers. Threads that are not needed for a while end, so that a pool that nobody closes keeps neither
 * threads nor the virtual machine alive. Thread-safe.
 */
final class Workers {
    private static final Duration IDLE_WINDOW = Duration.ofSeconds(1);

    private final TaskPoolConfig config;
    private final WorkQueue queue;
    private final ElasticThreadPool threads;
    private boolean stopped; // guarded by this

    Workers(TaskPoolConfig config, WorkQueue queue) {
        this.config = config;
        this.queue = queue;
        threads = new ElasticThreadPool(threadsFor(config.workers()));
    }

    private PoolConfig threadsFor(int workers) {
        return PoolConfig.builder()
                .name(config.name())
                .workerKind(config.workerKind())
                .daemon(config.daemon())
                .minWorkers(0)
                .maxWorkers(Math.max(1, workers))
                .minSpareWorkers(0)
                .queueThreshold(0)
                .queueCapacity(Integer.MAX_VALUE / 2) // the bound is the work queue's
                .idleWindow(IDLE_WINDOW)
                .build();
    }

    /** Allows as many threads as there are workers now. Busy ones in excess end when they are free. */
    synchronized void resize() {
        threads.reconfigure(threadsFor(queue.workers()));
    }

    /**
     * Starts the tasks for which there are free workers, unless the pool was stopped.
     *
     * @throws RejectedExecutionException if there is no thread, and none can be started
     */
    synchronized void start() {
        List<QueuedTask> startable = stopped ? List.of() : queue.takeStartable();
        for (int i = 0; i < startable.size(); i++) {
            try {
                threads.execute(new Run(startable.get(i)));
            } catch (RejectedExecutionException e) {
                queue.putBack(startable.subList(i, startable.size()));
                throw e;
            }
        }
    }

    /** Gives up tasks that wait, and returns them. */
    List<QueuedTask> drop(Predicate<QueuedTask> givenUp) {
        List<QueuedTask> dropped = queue.withdraw(givenUp);
        dropped.forEach(QueuedTask::dropped);
        releaseThreads();
        return dropped;
    }

    /** Gives up the tasks that no thread has begun, which are returned, and interrupts those that run. */
    List<QueuedTask> stop() {
        List<QueuedTask> dropped = new ArrayList<>();
        synchronized (this) {
            stopped = true;
            threads.shutdownNow().forEach(run -> dropped.add(((Run) run).task));
            queue.abandon(dropped);
            dropped.addAll(queue.withdraw(task -> true));
        }
        dropped.forEach(QueuedTask::dropped);
        return dropped;
    }

    /** Lets the threads end if the queue is shut down and has no more work for them. */
    void releaseThreads() {
        if (queue.isTerminated()) {
            threads.shutdown();
        }
    }

    /** Waits until the threads have ended, once the tasks have; false if the time was up first. */
    boolean awaitThreads(long nanos) throws InterruptedException {
        return threads.awaitTermination(Duration.ofNanos(Math.max(0, nanos)));
    }

    /** An active worker's run of one task; the next one is a run of its own, so that the pool's figures are right. */
    private final class Run implements Runnable {
        private final QueuedTask task;

        Run(QueuedTask task) {
            this.task = task;
        }

        @Override
        public void run() {
            queue.arrive();
            boolean succeeded = perform();
            Thread.interrupted(); // an interrupt was meant for this task
            queue.performed(succeeded);
            task.announce();
            queue.leave();
            start();
            releaseThreads();
        }

        private boolean perform() {
            try {
                return task.perform();
            } catch (Throwable ignored) {
                return false; // not even the log could take the failure
            }
        }
    }
}
