package dev.socketserver.pool;

import dev.socketserver.internal.pool.ServiceTask;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The waiting tasks in order of arrival, each with its time of arrival: a ring buffer that doubles when it is full, so
 * that queuing a task allocates nothing. The pool decides how many may wait. Not thread-safe: guarded by the pool's
 * lock.
 */
final class TaskQueue {
    private static final int INITIAL_LENGTH = 64;

    private @Nullable Runnable[] tasks = new Runnable[INITIAL_LENGTH];
    private long[] arrivals = new long[INITIAL_LENGTH];
    private int head;
    private int size;

    /** How many of the waiting tasks are service tasks. */
    private int services;

    private long lastArrival;

    int size() {
        return size;
    }

    /** Returns how many of the waiting tasks occupy a slot: all except service tasks, which are not limited. */
    int placed() {
        return size - services;
    }

    boolean isEmpty() {
        return size == 0;
    }

    void add(Runnable task, long now) {
        if (size == tasks.length) {
            grow();
        }
        int tail = index(size);
        tasks[tail] = task;
        arrivals[tail] = now;
        size++;
        count(task, 1);
    }

    /** Adds a task at the head of the queue. */
    void addFirst(Runnable task, long now) {
        if (size == tasks.length) {
            grow();
        }
        long arrival = size == 0 ? now : arrivals[head];
        head = index(tasks.length - 1);
        tasks[head] = task;
        arrivals[head] = arrival;
        size++;
        count(task, 1);
    }

    /** Returns the task that has waited longest, null if there is none. */
    @Nullable
    Runnable oldest() {
        return size == 0 ? null : tasks[head];
    }

    /** Returns the task that has waited longest of those that occupy a slot, null if there is none. */
    @Nullable
    Runnable oldestPlaced() {
        return placed() == 0 ? null : tasks[index(firstPlaced())];
    }

    /** Removes the task that {@link #oldestPlaced} returns; there must be one. */
    void removeOldestPlaced() {
        for (int i = firstPlaced(); i > 0; i--) {
            tasks[index(i)] = tasks[index(i - 1)];
            arrivals[index(i)] = arrivals[index(i - 1)];
        }
        tasks[head] = null;
        head = index(1);
        size--;
    }

    private int firstPlaced() {
        int i = 0;
        while (tasks[index(i)] instanceof ServiceTask) {
            i++;
        }
        return i;
    }

    /** Removes and returns the task that has waited longest, or null if there is none. */
    @Nullable
    Runnable pollOldest() {
        if (size == 0) {
            return null;
        }
        Runnable task = tasks[head];
        lastArrival = arrivals[head];
        tasks[head] = null;
        head = index(1);
        size--;
        count(task, -1);
        return task;
    }

    /** Removes and returns the task that has waited longest; there must be one. */
    Runnable removeOldest() {
        return Objects.requireNonNull(pollOldest(), "empty queue");
    }

    /** Removes and returns the task that arrived last, or null if there is none. */
    @Nullable
    Runnable pollNewest() {
        if (size == 0) {
            return null;
        }
        size--;
        int newest = index(size);
        Runnable task = tasks[newest];
        lastArrival = arrivals[newest];
        tasks[newest] = null;
        count(task, -1);
        return task;
    }

    /** Returns when the task that was polled last had arrived. */
    long lastArrival() {
        return lastArrival;
    }

    /** Returns how long the oldest task has waited, 0 if there is none. */
    long oldestWait(long now) {
        return size == 0 ? 0 : now - arrivals[head];
    }

    /**
     * Removes a task, found by identity from the newest to the oldest; returns false if it is no longer in the queue.
     */
    boolean remove(Runnable task) {
        for (int i = size - 1; i >= 0; i--) {
            if (tasks[index(i)] == task) {
                closeGap(i);
                return true;
            }
        }
        return false;
    }

    /** Returns all tasks, the oldest first. */
    List<Runnable> toList() {
        List<Runnable> list = new ArrayList<>(size);
        for (int i = 0; i < size; i++) {
            list.add(Objects.requireNonNull(tasks[index(i)], "a place within the queue"));
        }
        return list;
    }

    /** Removes every task. */
    void clear() {
        while (pollOldest() != null) {}
    }

    private void count(@Nullable Runnable task, int change) {
        if (task instanceof ServiceTask) {
            services += change;
        }
    }

    private void closeGap(int gap) {
        count(tasks[index(gap)], -1);
        for (int i = gap; i < size - 1; i++) {
            tasks[index(i)] = tasks[index(i + 1)];
            arrivals[index(i)] = arrivals[index(i + 1)];
        }
        size--;
        tasks[index(size)] = null;
    }

    private void grow() {
        @Nullable Runnable[] longerTasks = new Runnable[tasks.length * 2];
        long[] longerArrivals = new long[tasks.length * 2];
        for (int i = 0; i < size; i++) {
            longerTasks[i] = tasks[index(i)];
            longerArrivals[i] = arrivals[index(i)];
        }
        tasks = longerTasks;
        arrivals = longerArrivals;
        head = 0;
    }

    /** The length is a power of two. */
    private int index(int offset) {
        return (head + offset) & (tasks.length - 1);
    }
}
