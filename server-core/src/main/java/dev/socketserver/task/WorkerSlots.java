package dev.socketserver.task;

import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * The workers of a pool. A worker is a slot in which one task runs at a time; while it is free nothing tells it from
 * other free ones.
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
 * <p>A free worker is dismissed before a busy one, and of the busy ones the one whose task has run longest, which is
 * the one most likely to hang. Workers that are created while others are leaving do not take their places: a task that
 * hangs in a dismissed worker holds up no other. Not thread-safe: guarded by the monitor of the {@link WorkQueue}.
 */
final class WorkerSlots {
    private final Set<QueuedTask> running = new LinkedHashSet<>(); // in the order in which they were started
    private final Set<QueuedTask> leaving = new HashSet<>(); // the running tasks whose workers were dismissed
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
     * @throws IllegalArgumentException if there would be more than can be counted
     */
    void create(int count) {
        int most = Integer.MAX_VALUE - workers;
        if (count > most) {
            throw new IllegalArgumentException("count must be at most " + most + ": " + count);
        }
        workers += count;
    }

    /** Dismisses that many workers, or all if there are fewer; returns how many. */
    int dismiss(int count) {
        int dismissed = Math.min(count, workers);
        int busy = Math.max(0, dismissed - free());
        workers -= dismissed;
        for (QueuedTask task : running) {
            if (busy == 0) {
                break;
            }
            busy -= leaving.add(task) ? 1 : 0;
        }
        return dismissed;
    }

    /** A free worker starts a task. */
    void start(QueuedTask task) {
        running.add(task);
        idle = false;
    }

    /** A task ends; returns whether its worker is gone with it. */
    boolean end(QueuedTask task) {
        running.remove(task);
        if (running.isEmpty()) {
            idleSince = System.nanoTime();
            idle = true;
        }
        return leaving.remove(task);
    }
}
