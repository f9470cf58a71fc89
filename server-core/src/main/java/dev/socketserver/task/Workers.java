package dev.socketserver.task;

import dev.socketserver.pool.ElasticThreadPool;
import dev.socketserver.pool.PoolConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Lends the active workers of a {@link WorkQueue} the threads of an {@link ElasticThreadPool} that is as large as there
 * are workers. Thread-safe.
 */
final class Workers {
    private final TaskPoolConfig config;
    private final WorkQueue queue;
    private final ElasticThreadPool threads;
    private volatile boolean stopped;

    Workers(TaskPoolConfig config, WorkQueue queue) {
        this.config = config;
        this.queue = queue;
        threads = new ElasticThreadPool(threadsFor(config.workers()));
    }

    /** A thread for each worker; what waits in the pool's own queue waits for the thread that another has just left. */
    private PoolConfig threadsFor(int count) {
        return PoolConfig.builder()
                .name(config.name())
                .workerKind(config.workerKind())
                .minWorkers(count)
                .maxWorkers(Math.max(1, count))
                .queueCapacity(Integer.MAX_VALUE / 2)
                .build();
    }

    /** Makes as many threads as there are workers now. Busy ones in excess end when they are free. */
    synchronized void resize() {
        threads.resize(threadsFor(queue.workers()));
    }

    /**
     * Starts the tasks for which there are free workers; those for which there is no thread go back to the queue.
     *
     * @throws RejectedExecutionException if there is no thread, and none can be started
     */
    void start() {
        List<QueuedTask> startable = queue.takeStartable();
        for (int i = 0; i < startable.size(); i++) {
            try {
                threads.execute(new Worker(startable.get(i)));
            } catch (RejectedExecutionException e) {
                queue.putBack(startable.subList(i, startable.size()));
                if (!stopped) {
                    throw e;
                }
                drop(task -> true);
                return;
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

    /** Gives up the tasks that wait, which are returned, and then interrupts those that run. */
    List<QueuedTask> stop() {
        stopped = true;
        List<QueuedTask> waiting = drop(task -> true); // before a worker that is interrupted comes for the next one
        List<QueuedTask> unstarted = new ArrayList<>();
        threads.shutdownNow().forEach(worker -> unstarted.add(((Worker) worker).first));
        queue.putBack(unstarted);
        List<QueuedTask> dropped = new ArrayList<>(drop(task -> true));
        dropped.addAll(waiting);
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

    /** Runs tasks for as long as there is one for this worker. */
    private final class Worker implements Runnable {
        private final QueuedTask first;

        Worker(QueuedTask first) {
            this.first = first;
        }

        @Override
        public void run() {
            queue.arrive();
            for (@Nullable QueuedTask task = first; task != null; task = queue.next()) {
                boolean succeeded = perform(task);
                Thread.interrupted(); // an interrupt was meant for this task
                queue.performed(succeeded);
                task.announce();
            }
            releaseThreads();
        }

        private boolean perform(QueuedTask task) {
            try {
                return task.perform();
            } catch (Throwable ignored) {
                return false; // not even the log could take the failure
            }
        }
    }
}
