package dev.socketserver.task;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The workers of a pool. A worker is a slot in which one task runs at a time. Free workers are interchangeable.
 *
 * <pre>
 *             create            start
 *   (none) ----------&gt; FREE &lt;----------&gt; BUSY
 *                        |       end       | dismiss
 *                        | dismiss         v
 *                        |              LEAVING
 *                        v                 | end
 *                      gone &lt;--------------+
 * </pre>
 *
 * <p>Free workers are dismissed before busy ones, and among the busy ones those whose tasks have run longest, since
 * these are the most likely to hang. A new worker never takes the place of a leaving one, so a task that hangs in a
 * dismissed worker does not hold up others.
 *
 * <p>Not thread-safe: guarded by the {@link WorkQueue}'s monitor.
 */
final class WorkerSlots {
    /** The tasks of busy and leaving workers, oldest first, and the threads that perform them, once they do. */
    private final Map<QueuedTask, @Nullable Thread> running = new LinkedHashMap<>();

    private final Set<QueuedTask> leaving = new HashSet<>(); // of leaving workers
    private int workers; // free and busy ones
    private volatile boolean idle = true; // no task runs; read without a lock
    private long idleSince = System.nanoTime(); // when the last task ended

    WorkerSlots(int workers) {
        this.workers = workers;
    }

    /** Returns how many workers are free or busy. */
    int workers() {
        return workers;
    }

    /** Returns how many workers are free. */
    int free() {
        return workers - (running.size() - leaving.size());
    }

    /** Returns how many dismissed workers still run a task. */
    int leaving() {
        return leaving.size();
    }

    /** Returns whether no task runs. May be called without a lock. */
    boolean isIdle() {
        return idle;
    }

    /** Returns for how many nanoseconds no task has run; negative if one runs now. */
    long idleNanos() {
        return idle ? System.nanoTime() - idleSince : -1;
    }

    /**
     * Adds free workers.
     *
     * @throws IllegalArgumentException if there would be more than {@link Integer#MAX_VALUE}
     */
    void create(int count) {
        int most = Integer.MAX_VALUE - workers;
        if (count > most) {
            throw new IllegalArgumentException("count must be at most " + most + ": " + count);
        }
        workers += count;
    }

    /** Dismisses the given number of workers, or all if there are fewer; returns how many. */
    int dismiss(int count) {
        int dismissed = Math.min(count, workers);
        int busy = Math.max(0, dismissed - free());
        workers -= dismissed;
        for (QueuedTask task : running.keySet()) {
            if (busy == 0) {
                break;
            }
            busy -= leaving.add(task) ? 1 : 0;
        }
        return dismissed;
    }

    /** Starts a task on a free worker. */
    void start(QueuedTask task) {
        running.putIfAbsent(task, null);
        idle = false;
    }

    /** Registers the current thread as the one that performs a task; returns false if it was ended or has one. */
    boolean enter(QueuedTask task) {
        return running.replace(task, null, Thread.currentThread());
    }

    /** Returns whether a task was started, and no thread performs it yet. */
    boolean isUnentered(QueuedTask task) {
        return running.containsKey(task) && running.get(task) == null;
    }

    /** Ends a task; returns whether its worker was leaving and is gone now. */
    boolean end(QueuedTask task) {
        running.remove(task);
        if (running.isEmpty()) {
            idleSince = System.nanoTime();
            idle = true;
        }
        return leaving.remove(task);
    }
}
