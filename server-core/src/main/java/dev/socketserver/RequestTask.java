package dev.socketserver;

import dev.socketserver.pool.AbortableTask;
import dev.socketserver.pool.RejectableTask;
import dev.socketserver.pool.RejectionReason;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/** A request on its way through an executor: run there, or given up by it. */
final class RequestTask<R extends Request> implements RejectableTask, AbortableTask {
    private final RequestRunner<R> runner;
    private final R request;
    private final @Nullable Pace pace;

    /**
     * Makes a task.
     *
     * @param pace is told how long the request ran, if there is one
     */
    RequestTask(RequestRunner<R> runner, R request, @Nullable Pace pace) {
        this.runner = runner;
        this.request = request;
        this.pace = pace;
    }

    @Override
    public void run() {
        if (pace == null) {
            runner.run(request);
        } else {
            long began = System.nanoTime();
            runner.run(request);
            pace.ran(System.nanoTime() - began);
        }
    }

    @Override
    public void rejected(RejectionReason why) {
        runner.reject(request, new RejectedExecutionException("given up by the pool: " + why));
    }

    @Override
    public void abort() {
        request.abort();
    }

    @Override
    public String toString() {
        return request.toString();
    }
}
