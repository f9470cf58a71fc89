package dev.socketserver.task;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Predicate;

/**
 * Runs the tasks of a {@link WorkQueue} for which there are free workers on {@link TaskThreads}, and cancels others.
 * Thread-safe.
 */
final class TaskRunner {
    private final WorkQueue queue;
    private final TaskThreads threads;
    private boolean stopped; // guarded by this

    TaskRunner(WorkQueue queue, TaskThreads threads) {
        this.queue = queue;
        this.threads = threads;
    }

    /** Adapts the number of threads to the number of workers. */
    synchronized void resize() {
        threads.resize();
    }

    /**
     * Starts the tasks for which there are free workers, unless this was stopped.
     *
     * @throws RejectedExecutionException if there is no thread and none can be started
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

    /** Cancels and returns the waiting tasks that match. */
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

    /** Cancels and returns the tasks that no thread has begun, and interrupts those that run. Starts no more. */
    List<QueuedTask> stop() {
        List<QueuedTask> cancelled = new ArrayList<>();
        synchronized (this) {
            stopped = true;
            threads.stop().forEach(run -> cancelled.add(((Run) run).task));
            queue.cancelUnstarted(cancelled);
            cancelled.addAll(queue.cancel(task -> true));
        }
        cancelled.forEach(QueuedTask::notifyCancelled);
        return cancelled;
    }

    /** Closes the threads if the pool is shut down and no task is left. */
    void releaseThreads() {
        if (queue.isTerminated()) {
            threads.close();
        }
    }

    /** Waits until all threads have ended; returns false if the timeout expired first. */
    boolean awaitThreads(long nanos) throws InterruptedException {
        return threads.await(nanos);
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
            Thread.interrupted(); // an interrupt was meant for this task only
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
                return QueuedTask.Ending.FAILED; // logging the failure failed, too
            }
        }

        private void leave() {
            if (queue.leave(task)) {
                resize();
            }
            start();
            if (queue.isIdle()) {
                threads.becameIdle();
                releaseThreads();
            }
        }
    }
}
