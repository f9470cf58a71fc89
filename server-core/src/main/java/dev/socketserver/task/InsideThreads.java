package dev.socketserver.task;

import java.util.HashSet;
import java.util.Set;

/**
 * The threads that run a task or a callback of a pool and therefore must not wait for the pool. Not thread-safe:
 * guarded by the {@link WorkQueue}'s monitor.
 */
final class InsideThreads {
    private final String pool;
    private final Set<Thread> inTask = new HashSet<>();
    private final Set<Thread> inCallback = new HashSet<>();

    InsideThreads(String pool) {
        this.pool = pool;
    }

    void beginTask() {
        inTask.add(Thread.currentThread());
    }

    void endTask() {
        inTask.remove(Thread.currentThread());
    }

    void beginCallback() {
        try {
            inCallback.add(Thread.currentThread());
        } catch (OutOfMemoryError e) {
            endCallback(); // a set may throw after it has added an element
            throw e;
        }
    }

    void endCallback() {
        inCallback.remove(Thread.currentThread());
    }

    boolean isInTask() {
        return inTask.contains(Thread.currentThread());
    }

    boolean isInCallback() {
        return inCallback.contains(Thread.currentThread());
    }

    /** Returns whether any thread runs a callback. */
    boolean isAnyInCallback() {
        return !inCallback.isEmpty();
    }

    void refuseTask() {
        refuse(isInTask(), "task");
    }

    void refuseCallback() {
        refuse(isInCallback(), "callback");
    }

    private void refuse(boolean inside, String what) {
        if (inside) {
            throw new IllegalStateException("a " + what + " of pool " + pool + " must not wait for its own pool");
        }
    }
}
