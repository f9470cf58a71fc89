package dev.socketserver.pool;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RunnableFuture;
import java.util.concurrent.TimeUnit;

/** An elastic pool where an {@link java.util.concurrent.ExecutorService} is expected. Thread-safe. */
final class PoolExecutorService extends AbstractExecutorService {
    private final ElasticThreadPool pool;

    PoolExecutorService(ElasticThreadPool pool) {
        this.pool = pool;
    }

    @Override
    public void execute(Runnable task) {
        pool.execute(task);
    }

    @Override
    public void shutdown() {
        pool.shutdown();
    }

    @Override
    public List<Runnable> shutdownNow() {
        return pool.shutdownNow();
    }

    @Override
    public boolean isShutdown() {
        return pool.isShutdown();
    }

    @Override
    public boolean isTerminated() {
        return pool.isTerminated();
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
        return pool.awaitTermination(Duration.ofNanos(unit.toNanos(timeout)));
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

    /** A future that fails if the pool gives its task up, so that nobody waits for it in vain. */
    private final class RejectableFuture<T> extends FutureTask<T> implements RejectableTask {
        RejectableFuture(Callable<T> task) {
            super(task);
        }

        @Override
        public void rejected(RejectionReason why) {
            setException(new TaskRejectedException(pool.config().name(), why, null));
        }
    }
}
