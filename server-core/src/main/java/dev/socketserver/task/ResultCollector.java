package dev.socketserver.task;

import dev.socketserver.internal.util.Backoff;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Waits on behalf of a pool's callers and runs callbacks in their threads: for the results that they request, and for
 * those that must be collected before the wait can end. Thread-safe.
 */
final class ResultCollector {
    private final WorkQueue queue;
    private final TaskRunner runner;

    ResultCollector(WorkQueue queue, TaskRunner runner) {
        this.queue = queue;
        this.runner = runner;
    }

    /** Adds a task to the queue and starts it if a worker is free; see {@link WorkQueue#put}. */
    void put(QueuedTask task, long nanos) throws InterruptedException {
        while (!queue.put(task, nanos)) {
            collect(runner::start);
        }
        start(task);
    }

    /** Adds a task to the queue if there is room, and starts it if a worker is free; see {@link WorkQueue#offer}. */
    boolean offer(QueuedTask task) {
        boolean added = queue.offer(task);
        if (added) {
            start(task);
        }
        return added;
    }

    private void start(QueuedTask task) {
        try {
            runner.start();
        } catch (RejectedExecutionException | OutOfMemoryError e) {
            if (queue.remove(task)) {
                throw e;
            }
        }
    }

    /**
     * Passes the oldest result to its callback; returns false if there is none.
     *
     * @param start starts the tasks for which there is room now
     */
    private boolean collect(Runnable start) {
        RequestRun<?> run = queue.takeResult();
        if (run == null) {
            return false;
        }
        try {
            start.run();
        } finally {
            callBack(run);
        }
        return true;
    }

    private void callBack(RequestRun<?> run) {
        try {
            run.callBack();
        } finally {
            queue.endCallback();
        }
    }

    /** Collects the results that are available now, and returns how many. */
    int collectAvailable() {
        queue.refuseCallback();
        int available = queue.results();
        int count = 0;
        while (count < available && collect(runner::start)) {
            count++;
        }
        return count;
    }

    /** Collects until nothing waits, runs or is left to collect; returns false if the timeout expired first. */
    boolean collectAll(long nanos) throws InterruptedException {
        return collectUntil(queue::isQuiet, nanos);
    }

    /** Collects until there are no results and the condition holds; returns false if the timeout expired first. */
    boolean collectUntil(BooleanSupplier condition, long nanos) throws InterruptedException {
        queue.refuseCallback();
        runner.start(); // if there was no memory or thread before
        long deadline = System.nanoTime() + nanos;
        while (queue.await(() -> queue.results() > 0 || condition.getAsBoolean(), deadline - System.nanoTime())) {
            if (!collect(runner::start) && condition.getAsBoolean()) {
                return true;
            }
        }
        return false;
    }

    /**
     * Collects until nothing is left and all threads have ended. Cancels tasks that no worker will run. While no thread
     * can be started, tries again. Calls all callbacks before it throws what they threw. If the thread is interrupted,
     * stops the tasks and continues.
     */
    void finish() {
        boolean interrupted = false;
        boolean finished = false;
        @Nullable Throwable failure = null;
        while (!finished) {
            try {
                collectAndCancelStranded();
                finished = runner.awaitThreads(WorkQueue.FOREVER);
            } catch (InterruptedException e) {
                interrupted = true;
                runner.stop();
            } catch (RuntimeException | Error e) {
                failure = add(failure, e);
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        throwIfAny(failure);
    }

    private void collectAndCancelStranded() throws InterruptedException {
        var backoff = new Backoff();
        while (!queue.isQuiet()) {
            if (queue.isStranded()) {
                runner.cancel(task -> true);
            } else if (!collect(this::startsAll)) {
                long most = startsAll() ? WorkQueue.FOREVER : backoff.next();
                queue.await(() -> queue.results() > 0 || queue.isQuiet() || queue.isStranded(), most);
            }
        }
    }

    /** Starts the tasks for which there is room; returns false if no memory or thread is to be had for one. */
    private boolean startsAll() {
        try {
            runner.start();
            return true;
        } catch (RejectedExecutionException | OutOfMemoryError e) {
            return false;
        }
    }

    private static Throwable add(@Nullable Throwable failure, Throwable another) {
        if (failure == null) {
            return another;
        }
        if (failure != another) {
            try {
                failure.addSuppressed(another);
            } catch (OutOfMemoryError ignored) {
                // The first failure is thrown; there is no memory for another one.
            }
        }
        return failure;
    }

    private static void throwIfAny(@Nullable Throwable failure) {
        if (failure instanceof Error error) {
            throw error;
        }
        if (failure instanceof RuntimeException exception) {
            throw exception;
        }
    }
}
