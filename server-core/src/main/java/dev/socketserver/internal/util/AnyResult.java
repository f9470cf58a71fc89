package dev.socketserver.internal.util;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * What {@link java.util.concurrent.ExecutorService#invokeAny} does, for pools that may drop a task they have accepted.
 * {@link java.util.concurrent.AbstractExecutorService} hides the task's future in another one, which a pool cannot tell
 * that it has dropped the task; so the caller would wait forever. Stateless.
 */
public final class AnyResult {
    private AnyResult() {}

    /**
     * Submits a task.
     *
     * @param <T> the type of the result
     */
    @FunctionalInterface
    public interface Submission<T extends @Nullable Object> {
        /**
         * Submits a task and returns its future, which is added to the queue once it is done, in whatever way.
         *
         * @throws TimeoutException if the pool has no room for it within that many nanoseconds
         */
        Future<T> submit(Callable<T> task, long nanos, Queue<? super Future<T>> ended)
                throws InterruptedException, TimeoutException;
    }

    /**
     * Returns the first result. Submits a further task as long as none has ended, and cancels the others at the end.
     *
     * @throws IllegalArgumentException if there is no task
     * @throws ExecutionException if all have failed; its cause is that of the last one
     */
    public static <T extends @Nullable Object> T of(Collection<? extends Callable<T>> tasks, Submission<T> submission)
            throws InterruptedException, ExecutionException {
        try {
            return of(tasks, Long.MAX_VALUE, submission);
        } catch (TimeoutException e) {
            throw new IllegalStateException("no result within 292 years", e);
        }
    }

    /**
     * Returns the first result, as {@link #of(Collection, Submission)} does.
     *
     * @param nanos the time after which it waits no longer
     * @throws TimeoutException if there is no result by then
     */
    public static <T extends @Nullable Object> T of(
            Collection<? extends Callable<T>> tasks, long nanos, Submission<T> submission)
            throws InterruptedException, ExecutionException, TimeoutException {
        if (tasks.isEmpty()) {
            throw new IllegalArgumentException("there must be a task");
        }
        var time = Countdown.of(nanos);
        var ended = new LinkedBlockingQueue<Future<T>>();
        List<Future<T>> submitted = new ArrayList<>(tasks.size());
        try {
            ExecutionException failure = new ExecutionException("no task has ended", null);
            Iterator<? extends Callable<T>> left = tasks.iterator();
            for (int failed = 0; left.hasNext() || failed < submitted.size(); ) {
                Future<T> next = ended.poll();
                if (next == null && left.hasNext()) {
                    try {
                        submitted.add(submission.submit(left.next(), time.left(), ended));
                        continue;
                    } catch (TimeoutException e) {
                        next = ended.poll();
                    }
                } else if (next == null) {
                    next = ended.poll(time.left(), TimeUnit.NANOSECONDS);
                }
                if (next == null) {
                    throw new TimeoutException();
                }
                try {
                    return next.get();
                } catch (ExecutionException e) {
                    failure = e;
                } catch (CancellationException e) {
                    failure = new ExecutionException(e);
                }
                failed++;
            }
            throw failure;
        } finally {
            submitted.forEach(future -> future.cancel(true));
        }
    }
}
