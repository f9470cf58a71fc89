package dev.socketserver.pool;

import dev.socketserver.internal.util.AllResults;
import dev.socketserver.internal.util.AnyResult;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RunnableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** An elastic pool as an {@link java.util.concurrent.ExecutorService}. Thread-safe. */
final class PoolExecutorService extends AbstractExecutorService {
    /** Kept in memory by this view, if by nothing else: meters refer to it weakly. */
    private final Executor pool;

    private final Dispatcher dispatcher;
    private final Lifecycle lifecycle;

    PoolExecutorService(Executor pool, Dispatcher dispatcher) {
        this.pool = pool;
        this.dispatcher = dispatcher;
        this.lifecycle = dispatcher.lifecycle();
    }

    @Override
    public void execute(Runnable task) {
        pool.execute(task);
    }

    @Override
    public void shutdown() {
        lifecycle.shutdown();
    }

    @Override
    public List<Runnable> shutdownNow() {
        return lifecycle.stop();
    }

    @Override
    public boolean isShutdown() {
        return lifecycle.isShutdown();
    }

    @Override
    public boolean isTerminated() {
        return lifecycle.isTerminated();
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
        return lifecycle.awaitTermination(unit.toNanos(timeout));
    }

    /** Overrides the method that interfaces have since JDK 19. */
    public void close() {
        lifecycle.close();
    }

    @Override
    public <T> List<Future<T>> invokeAll(Collection<? extends Callable<T>> tasks) throws InterruptedException {
        return AllResults.of(tasks, Machine.FOREVER, this::newTaskFor, this::execute);
    }

    @Override
    public <T> List<Future<T>> invokeAll(Collection<? extends Callable<T>> tasks, long timeout, TimeUnit unit)
            throws InterruptedException {
        return AllResults.of(tasks, unit.toNanos(timeout), this::newTaskFor, this::execute);
    }

    @Override
    public <T> T invokeAny(Collection<? extends Callable<T>> tasks) throws InterruptedException, ExecutionException {
        return AnyResult.of(tasks, this::submit);
    }

    @Override
    public <T> T invokeAny(Collection<? extends Callable<T>> tasks, long timeout, TimeUnit unit)
            throws InterruptedException, ExecutionException, TimeoutException {
        return AnyResult.of(tasks, unit.toNanos(timeout), this::submit);
    }

    private <T> Future<T> submit(Callable<T> task, long nanos, Queue<? super Future<T>> ended)
            throws InterruptedException, TimeoutException {
        var future = new RejectableFuture<>(Objects.requireNonNull(task, "task"), null) {
            @Override
            protected void done() {
                ended.add(this);
            }
        };
        execute(future, nanos);
        return future;
    }

    private void execute(Runnable task, long nanos) throws InterruptedException, TimeoutException {
        try {
            dispatcher.execute(task, nanos);
        } catch (TaskRejectedException e) {
            if (e.getCause() instanceof TimeoutException timeout) {
                throw timeout;
            } else if (e.getCause() instanceof InterruptedException interrupt) {
                Thread.interrupted();
                throw interrupt;
            }
            throw e;
        }
    }

    @Override
    protected <T> RunnableFuture<T> newTaskFor(Runnable task, T value) {
        return new RejectableFuture<>(Executors.callable(task, value), task);
    }

    @Override
    protected <T> RunnableFuture<T> newTaskFor(Callable<T> task) {
        return new RejectableFuture<>(task, null);
    }

    /**
     * A future that fails if the pool drops its task, so that no thread waits for it forever. Passes on to the task
     * what the pool tells it.
     */
    private class RejectableFuture<T> extends FutureTask<T> implements RejectableTask, AbortableTask {
        private final @Nullable Runnable task;

        /** Creates a future for the result of the callable, which runs the task, if there is one. */
        RejectableFuture(Callable<T> callable, @Nullable Runnable task) {
            super(callable);
            this.task = task;
        }

        @Override
        public void rejected(RejectionReason why) {
            setException(new TaskRejectedException(dispatcher.state().config.name(), why, null));
            if (task instanceof RejectableTask rejectable) {
                rejectable.rejected(why);
            }
        }

        @Override
        public void abort() {
            if (task instanceof AbortableTask abortable) {
                abortable.abort();
            }
        }
    }
}
