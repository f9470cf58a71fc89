package dev.socketserver.internal.pool;

import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** An elastic thread pool as the servers' engine sees it. Thread-safe. */
public interface ServicePool extends Executor {
    /**
     * Runs a task as soon as possible, without blocking: on an idle worker, on a new worker, or, if {@code maxWorkers}
     * are busy, from the queue. The caller never runs it. A {@link ServiceTask} occupies no slot in the queue.
     *
     * @return false if the queue is full or the pool is shut down
     */
    boolean tryExecute(Runnable task);

    /** Returns whether a worker is idle and no task waits for it. */
    boolean hasIdleWorker();

    /** Returns whether a task or a blocked submitter is waiting while {@code maxWorkers} are busy. */
    boolean isSaturated();

    /**
     * Adds an action that is run when the pool becomes saturated, and again and again while it is, with the pool's lock
     * held: it must not block or throw.
     */
    void onSaturation(Runnable action);

    /** Removes such an action. */
    void offSaturation(Runnable action);

    /**
     * Adds an action that is run once when the pool is shut down, by the thread that shuts it down: it must not block
     * or throw.
     *
     * @return false, without adding it, if the pool is shut down already
     */
    boolean onShutdown(Runnable action);

    /** Removes such an action. */
    void offShutdown(Runnable action);

    /**
     * Counts a task that is going to wait for a peer, until {@link #endWait}.
     *
     * @return false, without counting it, if half of {@code maxWorkers} are counted
     */
    boolean beginWait();

    /** Counts no more a task that was counted. */
    void endWait();

    /** Returns this view of an executor, or null if it is not an elastic thread pool. */
    static @Nullable ServicePool of(Executor executor) {
        Function<Executor, @Nullable ServicePool> views = Views.OF.get();
        return views == null ? null : views.apply(executor);
    }

    /** Sets the function that returns this view of an executor; called once, by the pool class. */
    static void provide(Function<Executor, @Nullable ServicePool> views) {
        Views.OF.set(views);
    }

    /** Holds the function set by {@link #provide}: naming the pool class here would create a dependency cycle. */
    final class Views {
        private static final AtomicReference<@Nullable Function<Executor, @Nullable ServicePool>> OF =
                new AtomicReference<>();

        private Views() {}
    }
}
