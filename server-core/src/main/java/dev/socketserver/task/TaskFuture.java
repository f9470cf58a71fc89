package dev.socketserver.task;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RunnableFuture;
import org.jspecify.annotations.Nullable;

/** A task whose result goes into a future. Thread-safe. */
final class TaskFuture<T extends @Nullable Object> extends CompletableFuture<T>
        implements RunnableFuture<T>, QueuedTask {
    private final Callable<? extends T> task;
    private final Workers workers;
    private @Nullable Thread runner; // guarded by this
    private @Nullable T result; // confined to the worker
    private @Nullable Throwable failure; // confined to the worker

    TaskFuture(Callable<? extends T> task, Workers workers) {
        this.task = task;
        this.workers = workers;
    }

    @Override
    public void run() {
        perform();
        announce();
    }

    @Override
    public boolean perform() {
        if (!begin()) {
            return false;
        }
        try {
            result = task.call();
            return true;
        } catch (Throwable e) {
            failure = e;
            return false;
        } finally {
            end();
        }
    }

    private synchronized boolean begin() {
        if (isDone()) {
            return false;
        }
        runner = Thread.currentThread();
        return true;
    }

    private synchronized void end() {
        runner = null;
    }

    @Override
    @SuppressWarnings("NullAway") // a null result is what the task returned
    public void announce() {
        if (failure != null) {
            completeExceptionally(failure);
        } else {
            complete(result);
        }
    }

    @Override
    public void dropped() {
        super.cancel(false);
    }

    @Override
    public Runnable asRunnable() {
        return this;
    }

    /** Takes the task out of the queue if it waits there; if it runs, interrupts its worker if told to. */
    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        boolean cancelled = super.cancel(mayInterruptIfRunning);
        if (cancelled) {
            workers.drop(task -> task == this);
            if (mayInterruptIfRunning) {
                interrupt();
            }
        }
        return cancelled;
    }

    private synchronized void interrupt() {
        if (runner != null) {
            runner.interrupt();
        }
    }
}
