package dev.socketserver.task;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Runs the tasks of a {@link WorkQueue} for which there are free workers on {@link TaskThreads}, and cancels others.
 * Thread-safe.
 */
final class TaskRunner {
    private static final long PAUSE_WITHOUT_MEMORY = 10_000_000; // nanoseconds

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
     * Starts the tasks for which there are free workers, unless this runner was stopped. A task for which no thread can
     * be started stays in the queue.
     *
     * @throws RejectedExecutionException if there is no thread and none can be started
     */
    synchronized void start() {
        QueuedTask task = nextStartable();
        while (task != null) {
            threads.execute(new Run(task));
            queue.start(task);
            task = nextStartable();
        }
    }

    private @Nullable QueuedTask nextStartable() {
        return stopped ? null : queue.nextStartable();
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

    /**
     * Cancels and returns the tasks that no thread has begun, and interrupts the running ones. Starts no further tasks.
     */
    List<QueuedTask> stop() {
        List<QueuedTask> taken = new ArrayList<>();
        List<QueuedTask> cancelled = new ArrayList<>();
        synchronized (this) {
            stopped = true;
            threads.stop().forEach(run -> taken.add(((Run) run).task));
            cancelled.addAll(queue.cancelUnstarted(taken));
            cancelled.addAll(queue.cancel(task -> true));
        }
        cancelled.forEach(QueuedTask::notifyCancelled);
        releaseThreads(); // no task may be left whose end would do that
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
     * A worker's run of one task. The next task is a separate run, so that the thread pool can time each one. A step
     * that fails for lack of memory, or of a thread for the next task, is repeated until it succeeds, since no other
     * thread would do it.
     *
     * <pre>
     *   ENTER --&gt; PERFORM --&gt; COUNT --&gt; NOTIFY --&gt; LEAVE --&gt; RESIZE --&gt; CONTINUE --&gt; DONE
     * </pre>
     */
    private final class Run implements Runnable {
        private final QueuedTask task;
        private Step step = Step.ENTER; // confined to the worker's thread
        private QueuedTask.Ending ending = QueuedTask.Ending.CANCELLED; // confined to the worker's thread

        Run(QueuedTask task) {
            this.task = task;
        }

        @Override
        public void run() {
            while (step != Step.DONE) {
                try {
                    step = takeStep();
                } catch (OutOfMemoryError | RejectedExecutionException e) {
                    LockSupport.parkNanos(PAUSE_WITHOUT_MEMORY);
                }
            }
        }

        private Step takeStep() {
            switch (step) {
                case ENTER -> {
                    return queue.enter(task) ? Step.PERFORM : Step.DONE;
                }
                case PERFORM -> {
                    ending = perform();
                    Thread.interrupted(); // an interrupt was meant for this task only
                    return Step.COUNT;
                }
                case COUNT -> {
                    queue.performed(task, ending);
                    return ending == QueuedTask.Ending.CANCELLED ? Step.LEAVE : Step.NOTIFY;
                }
                case NOTIFY -> {
                    task.notifyDone();
                    return Step.LEAVE;
                }
                case LEAVE -> {
                    return queue.leave(task) ? Step.RESIZE : Step.CONTINUE;
                }
                case RESIZE -> {
                    resize();
                    return Step.CONTINUE;
                }
                default -> {
                    start();
                    if (queue.isIdle()) {
                        threads.becameIdle();
                        releaseThreads();
                    }
                    return Step.DONE;
                }
            }
        }

        private QueuedTask.Ending perform() {
            try {
                return task.perform();
            } catch (Throwable ignored) {
                return QueuedTask.Ending.FAILED; // logging the failure failed as well
            }
        }
    }

    private enum Step {
        ENTER,
        PERFORM,
        COUNT,
        NOTIFY,
        LEAVE,
        RESIZE,
        CONTINUE,
        DONE
    }
}
