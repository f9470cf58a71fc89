package dev.socketserver.internal.util;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RunnableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What {@link java.util.concurrent.ExecutorService#invokeAll} does, for pools whose submitters wait for room:
 * {@link java.util.concurrent.AbstractExecutorService} does not count that time, and lets no interrupt end it as the
 * interface says. Stateless.
 */
public final class AllResults {
    private AllResults() {}

    /** Executes a task. */
    @FunctionalInterface
    public interface Execution {
        /**
         * Executes a task.
         *
         * @throws TimeoutException if the pool has no room for it within that many nanoseconds
         */
        void execute(Runnable task, long nanos) throws InterruptedException, TimeoutException;
    }

    /**
     * Executes tasks and waits until all have ended, or the time is up. Cancels those that have not ended by then.
     *
     * @param nanos the time after which it waits no longer
     * @param futures makes the future of a task, which execution completes
     */
    public static <T extends @Nullable Object> List<Future<T>> of(
            Collection<? extends Callable<T>> tasks,
            long nanos,
            Function<? super Callable<T>, ? extends RunnableFuture<T>> futures,
            Execution execution)
            throws InterruptedException {
        var time = Countdown.of(nanos);
        List<RunnableFuture<T>> all = new ArrayList<>(tasks.size());
        for (Callable<T> task : tasks) {
            all.add(futures.apply(task));
        }
        try {
            for (RunnableFuture<T> future : all) {
                execution.execute(future, time.left());
            }
            for (RunnableFuture<T> future : all) {
                await(future, time.left());
            }
        } catch (TimeoutException e) {
            // The caller sees from the futures which tasks have not ended.
        } finally {
            all.forEach(future -> future.cancel(true));
        }
        return List.copyOf(all);
    }

    private static void await(Future<?> future, long nanos) throws InterruptedException, TimeoutException {
        try {
            future.get(nanos, TimeUnit.NANOSECONDS);
        } catch (ExecutionException | CancellationException e) {
            // It has ended; the caller will see how.
        }
    }
}
