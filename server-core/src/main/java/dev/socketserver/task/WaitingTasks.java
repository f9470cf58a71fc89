package dev.socketserver.task;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

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
        try {
            tasks.add(task);
        } catch (OutOfMemoryError e) {
            tasks.remove(task); // a set may throw after it has added an element
            throw e;
        }
        requests += isRequest(task) ? 1 : 0;
    }

    boolean contains(QueuedTask task) {
        return tasks.contains(task);
    }

    /** Removes a task; returns false if it does not wait. */
    boolean remove(QueuedTask task) {
        boolean removed = tasks.remove(task);
        requests -= removed && isRequest(task) ? 1 : 0;
        return removed;
    }

    /** Returns the first task, or the first that is not a request; null if there is none. */
    @Nullable
    QueuedTask first(boolean requestsToo) {
        if (requestsToo ? tasks.isEmpty() : tasks.size() == requests) {
            return null;
        }
        for (QueuedTask task : tasks) {
            if (requestsToo || !isRequest(task)) {
                return task;
            }
        }
        return null;
    }

    /** Returns the tasks that match, in order of arrival. */
    List<QueuedTask> matching(Predicate<QueuedTask> predicate) {
        return tasks.stream().filter(predicate).toList();
    }
}
