package dev.socketserver.internal.pool;

import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** An elastic thread pool as the servers' engine sees it. Thread-safe. */
public interface ServicePool extends Executor {
    /**
     * Runs a task as soon as possible without waiting: on an idle worker, on one that is started for it, or, with
     * {@code maxWorkers} busy, in its turn. The caller never runs it. A {@link ServiceTask} takes no place in the queue
     * that others could have.
     *
     * @return false if there is no place in the queue, or the pool is shut down
     */
    boolean tryExecute(Runnable task);

    /** Returns whether a task, or a submitter with one, waits while {@code maxWorkers} are all busy. */
    boolean isSaturated();

    /** Returns this view of an executor, or null if it is not an elastic thread pool. */
    static @Nullable ServicePool of(Executor executor) {
        Function<Executor, @Nullable ServicePool> views = Views.OF.get();
        return views == null ? null : views.apply(executor);
    }

    /** Says how to get this view of an executor; called once, by the class of the pools. */
    static void provide(Function<Executor, @Nullable ServicePool> views) {
        Views.OF.set(views);
    }

    /** Holds what {@link #provide} was given: the class of the pools cannot be named here without a cycle. */
    final class Views {
        private static final AtomicReference<@Nullable Function<Executor, @Nullable ServicePool>> OF =
                new AtomicReference<>();

        private Views() {}
    }
}
