package dev.socketserver.task;

import java.util.concurrent.RejectedExecutionException;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/**
 * Waits on behalf of the callers of a pool, and collects results in their threads: those that are asked for, and those
 * without which a wait would never end. Thread-safe.
 */
final class Collector {
    private final WorkQueue queue;
    private final Workers workers;

    Collector(WorkQueue queue, Workers workers) {
        this.queue = queue;
        this.workers = workers;
    }

    /** Puts a task into the queue and starts it if a worker is free; see {@link WorkQueue#put}. */
    void put(QueuedTask task, long nanos) throws InterruptedException {
        while (!queue.put(task, nanos)) {
            collect();
        }
        try {
            workers.start();
        } catch (RejectedExecutionException e) {
            if (queue.remove(task)) {
                throw e;
            }
        }
    }

    /** Gives up tasks that wait. */
    void drop(Predicate<QueuedTask> givenUp) {
        workers.drop(givenUp);
    }

    /** Hands the oldest result to its callback; false if there is none. */
    boolean collect() {
        RequestRun<?> run = queue.takeResult();
        if (run == null) {
            return false;
        }
        try {
            workers.start();
        } finally {
            run.callBack();
        }
        return true;
    }

    /** Collects the results that there are now, and returns how many. */
    int collectAvailable() {
        int available = queue.results();
        int count = 0;
        while (count < available && collect()) {
            count++;
        }
        return count;
    }

    /** Collects until nothing waits, runs or is left to collect; false if the time was up first. */
    boolean collectAll(long nanos) throws InterruptedException {
        long deadline = System.nanoTime() + nanos;
        while (queue.await(() -> queue.results() > 0 || queue.isQuiet(), deadline - System.nanoTime())) {
            if (!collect() && queue.isQuiet()) {
                return true;
            }
        }
        return false;
    }

    /** Waits for a condition, and collects if otherwise it would never hold. */
    void await(BooleanSupplier condition) throws InterruptedException {
        BooleanSupplier eitherOr = () -> condition.getAsBoolean() || queue.isStalled();
        queue.await(eitherOr, WorkQueue.FOREVER);
        while (!condition.getAsBoolean()) {
            collect();
            queue.await(eitherOr, WorkQueue.FOREVER);
        }
    }
}
