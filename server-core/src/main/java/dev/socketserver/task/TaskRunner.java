package dev.socketserver.task;

import dev.socketserver.pool.ElasticThreadPool;
import dev.socketserver.pool.PoolConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Predicate;

/**
 * Runs the tasks of a {@link WorkQueue} for which there are free workers on the threads of an
 * {@link ElasticThreadPool}, and cancels others. Thread-safe.
 */
final class TaskRunner {
    private static final Duration IDLE_WINDOW = Duration.ofSeconds(1);

    private final TaskPoolConfig config;
    private final WorkQueue queue;
    private final ElasticThreadPool threads;
    private boolean stopped; // guarded by this

    TaskRunner(TaskPoolConfig config, WorkQueue queue) {
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

    /** Allows as many threads as the workers need now. Busy ones in excess end when they are free. */
    synchronized void resize() {
        threads.reconfigure(threadsFor(queue.threads()));
    }

    /**
     * Starts the tasks for which there are free workers, unless the pool was stopped.
     *
     * @throws RejectedExecutionException if there is no thread and none can be started
     */
    synchronized void start() {
        List<QueuedTask> startable = stopped ? List.of() : queue.takeStartable();
        for (int i = 0; i < startable.size(); i++) {
            try {
                threads.execute(new Run(startable.get(i)));
            } catch (RuntimeException | Error e) {
                queue.putBack(startable.subList(i, startable.size()));
                throw e;
            }
        }
    }

    /** Cancels the waiting tasks that match, and returns them. */
    List<QueuedTask> cancel(Predicate<QueuedTask> matching) {
        List<QueuedTask> cancelled = queue.cancel(matching);
        cancelled.forEach(QueuedTask::notifyCancelled);
        releaseThreads();
        return cancelled;
    }

    /** Cancels a task if it waits. */
    void cancel(QueuedTask task) {
        if (queue.cancel(task)) {
            task.notifyCancelled();
            releaseThreads();
        }
    }

    /** Cancels the tasks that no thread has begun, which are returned, and interrupts those that run. */
    List<QueuedTask> stop() {
        List<QueuedTask> cancelled = new ArrayList<>();
        synchronized (this) {
            stopped = true;
            threads.shutdownNow().forEach(run -> cancelled.add(((Run) run).task));
            queue.cancelUnstarted(cancelled);
            cancelled.addAll(queue.cancel(task -> true));
        }
        cancelled.forEach(QueuedTask::notifyCancelled);
        return cancelled;
    }

    /** Lets the threads end if the queue is shut down and has no more work for them. */
    void releaseThreads() {
        if (queue.isTerminated()) {
            threads.shutdown();
        }
    }

    /** Waits until the threads have ended, once the tasks have; false if the timeout expired first. */
    boolean awaitThreads(long nanos) throws InterruptedException {
        return threads.awaitTermination(Duration.ofNanos(Math.max(0, nanos)));
    }

    /**
     * A worker's run of one task. The next task is a run of its own, so that the thread pool knows how long each one
     * takes.
     */
    private final class Run implements Runnable {
        private final QueuedTask task;

        Run(QueuedTask task) {
            this.task = task;
        }

        @Override
        public void run() {
            queue.enter();
            QueuedTask.Ending ending = perform();
            Thread.interrupted(); // an interrupt was meant for this task
            queue.performed(task, ending);
            try {
                if (ending != QueuedTask.Ending.CANCELLED) {
                    task.notifyDone();
                }
            } finally {
                leave();
            }
        }

        private QueuedTask.Ending perform() {
            try {
                return task.perform();
            } catch (Throwable ignored) {
                return QueuedTask.Ending.FAILED; // not even logging the failure succeeded
            }
        }

        private void leave() {
            if (queue.leave(task)) {
                resize();
            }
            start();
            releaseThreads();
        }
    }
}
