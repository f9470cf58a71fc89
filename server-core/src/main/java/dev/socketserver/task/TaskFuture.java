package dev.socketserver.task;

import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RunnableFuture;
import org.jspecify.annotations.Nullable;

/** A task with a future for its result. Runs at most once. Thread-safe. */
final class TaskFuture<T extends @Nullable Object> extends CompletableFuture<T>
        implements RunnableFuture<T>, QueuedTask {
    private final Callable<? extends T> task;
    private final TaskRunner taskRunner;
    private boolean queued; // guarded by this
    private boolean begun; // guarded by this
    private @Nullable Thread thread; // that runs the task; guarded by this
    private @Nullable T result; // confined to the thread that runs the task
    private @Nullable Throwable failure; // confined to the thread that runs the task

    TaskFuture(Callable<? extends T> task, TaskRunner taskRunner) {
        this.task = Objects.requireNonNull(task, "task");
        this.taskRunner = taskRunner;
    }

    /** Returns true on the first call only: a task must not be queued twice. */
    synchronized boolean mayBeQueued() {
        boolean first = !queued;
        queued = true;
        return first;
    }

    @Override
    public void run() {
        if (perform() != Ending.CANCELLED) {
            notifyDone();
        }
    }

    @Override
    public Ending perform() {
        if (!begin()) {
            return Ending.CANCELLED;
        }
        try {
            result = task.call();
            return Ending.SUCCEEDED;
        } catch (Throwable e) {
            failure = e;
            return Ending.FAILED;
        } finally {
            end();
        }
    }

    private synchronized boolean begin() {
        if (begun || isDone()) {
            return false;
        }
        begun = true;
        thread = Thread.currentThread();
        return true;
    }

    private synchronized void end() {
        thread = null;
    }

    @Override
    @SuppressWarnings("NullAway") // a null result is what the task returned
    public void notifyDone() {
        if (failure != null) {
            completeExceptionally(failure);
        } else {
            complete(result);
        }
    }

    @Override
    public void notifyCancelled() {
        super.cancel(false);
    }

    @Override
    public Runnable asRunnable() {
        return this;
    }

    /** Also removes the task from the queue if it waits there, or interrupts it, if told to, while it runs. */
    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        boolean cancelled = super.cancel(mayInterruptIfRunning);
        if (cancelled) {
            taskRunner.cancel(this);
            if (mayInterruptIfRunning) {
                interrupt();
            }
        }
        return cancelled;
    }

    private synchronized void interrupt() {
        if (thread != null) {
            thread.interrupt();
        }
    }
}
