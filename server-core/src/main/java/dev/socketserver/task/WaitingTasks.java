package dev.socketserver.task;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The tasks that wait for a worker, in order of arrival. Not thread-safe: guarded by the {@link WorkQueue}'s monitor.
 */
final class WaitingTasks {
    private final Set<QueuedTask> tasks = new LinkedHashSet<>();
    private int requests;

    static boolean isRequest(QueuedTask task) {
        return task instanceof RequestRun<?>;
    }

    int size() {
        return tasks.size();
    }

    boolean isEmpty() {
        return tasks.isEmpty();
    }

    /** Returns how many of the tasks are requests. */
    int requests() {
        return requests;
    }

    void add(QueuedTask task) {
        tasks.add(task);
        requests += isRequest(task) ? 1 : 0;
    }

    /** Adds tasks in front of the others. */
    void addFirst(List<QueuedTask> first) {
        List<QueuedTask> behind = List.copyOf(tasks);
        tasks.clear();
        requests = 0;
        first.forEach(this::add);
        behind.forEach(this::add);
    }

    /** Removes a task; returns false if it does not wait. */
    boolean remove(QueuedTask task) {
        boolean removed = tasks.remove(task);
        requests -= removed && isRequest(task) ? 1 : 0;
        return removed;
    }

    /** Removes and returns the first tasks, or the first that are not requests; there must be that many. */
    List<QueuedTask> take(int count, boolean requestsToo) {
        List<QueuedTask> taken = new ArrayList<>(count);
        Iterator<QueuedTask> iterator = tasks.iterator();
        while (taken.size() < count) {
            QueuedTask task = iterator.next();
            if (requestsToo || !isRequest(task)) {
                iterator.remove();
                requests -= isRequest(task) ? 1 : 0;
                taken.add(task);
            }
        }
        return taken;
    }

    /** Returns the tasks that match, in order of arrival. */
    List<QueuedTask> matching(Predicate<QueuedTask> predicate) {
        return tasks.stream().filter(predicate).toList();
    }
}
