package dev.socketserver.pool;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RunnableFuture;
import java.util.concurrent.TimeUnit;

/** An elastic pool as an {@link java.util.concurrent.ExecutorService}. Thread-safe. */
final class PoolExecutorService extends AbstractExecutorService {
    private final Dispatcher dispatcher;
    private final Lifecycle lifecycle;

    PoolExecutorService(Dispatcher dispatcher) {
        this.dispatcher = dispatcher;
        this.lifecycle = dispatcher.lifecycle();
    }

    @Override
    public void execute(Runnable task) {
        dispatcher.execute(Objects.requireNonNull(task, "task"));
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

    @Override
    protected <T> RunnableFuture<T> newTaskFor(Runnable task, T value) {
        return new RejectableFuture<>(() -> {
            task.run();
            return value;
        });
    }

    @Override
    protected <T> RunnableFuture<T> newTaskFor(Callable<T> task) {
        return new RejectableFuture<>(task);
    }

    /** A future that fails if the pool drops its task, so that no thread waits for it forever. */
    private final class RejectableFuture<T> extends FutureTask<T> implements RejectableTask {
        RejectableFuture(Callable<T> task) {
            super(task);
        }

        @Override
        public void rejected(RejectionReason why) {
            setException(new TaskRejectedException(dispatcher.state().config.name(), why, null));
        }
    }
}
