package dev.socketserver.pool;

import org.jspecify.annotations.Nullable;

/**
 * The idle workers, last in first out: the one that worked last is the warmest, and the one at the bottom has been idle
 * longest. Linked through the workers, so that it costs no allocation. Not thread-safe: guarded by the pool's lock.
 */
final class IdleStack {
    private @Nullable Worker top;
    private @Nullable Worker bottom;
    private int size;

    int size() {
        return size;
    }

    boolean isEmpty() {
        return size == 0;
    }

    /** How many workers have been idle at least as long as since the given time. */
    int countIdleSince(long time) {
        int count = 0;
        for (Worker worker = bottom; worker != null && worker.idleSince - time <= 0; worker = worker.above) {
            count++;
        }
        return count;
    }

    void push(Worker worker, long now) {
        worker.idleSince = now;
        worker.below = top;
        if (top == null) {
            bottom = worker;
        } else {
            top.above = worker;
        }
        top = worker;
        size++;
    }

    /** Takes the worker that worked last, or null. */
    @Nullable
    Worker pop() {
        Worker worker = top;
        if (worker != null) {
            top = worker.below;
            if (top == null) {
                bottom = null;
            } else {
                top.above = null;
            }
            worker.below = null;
            size--;
        }
        return worker;
    }

    /** Takes the worker that has been idle longest, or null. */
    @Nullable
    Worker popBottom() {
        Worker worker = bottom;
        if (worker != null) {
            bottom = worker.above;
            if (bottom == null) {
                top = null;
            } else {
                bottom.below = null;
            }
            worker.above = null;
            size--;
        }
        return worker;
    }
}
