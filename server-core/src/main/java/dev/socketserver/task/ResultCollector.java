package dev.socketserver.task;

import java.util.concurrent.RejectedExecutionException;
import java.util.function.BooleanSupplier;

/**
 * Waits on behalf of a pool's callers, and calls the callbacks in their threads: for the results that they ask for, and
 * for those without which they would wait forever. Thread-safe.
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
            collect();
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
        } catch (RejectedExecutionException e) {
            if (queue.giveBack(task)) {
                throw e;
            }
        }
    }

    /** Passes the oldest result to its callback; false if there is none. */
    private boolean collect() {
        RequestRun<?> run = queue.takeResult();
        if (run == null) {
            return false;
        }
        try {
            runner.start();
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
        while (count < available && collect()) {
            count++;
        }
        return count;
    }

    /** Collects until nothing waits, runs or is left to collect; false if the timeout expired first. */
    boolean collectAll(long nanos) throws InterruptedException {
        return collectUntil(queue::isQuiet, nanos);
    }

    /** Collects until the condition holds while there is no result; false if the timeout expired first. */
    boolean collectUntil(BooleanSupplier condition, long nanos) throws InterruptedException {
        queue.refuseCallback();
        long deadline = System.nanoTime() + nanos;
        while (queue.await(() -> queue.results() > 0 || condition.getAsBoolean(), deadline - System.nanoTime())) {
            if (!collect() && condition.getAsBoolean()) {
                return true;
            }
        }
        return false;
    }
}
