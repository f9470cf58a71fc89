package dev.socketserver.internal.run;

import dev.socketserver.pool.AbortableTask;
import dev.socketserver.pool.RejectableTask;
import dev.socketserver.pool.RejectionReason;
import java.util.concurrent.RejectedExecutionException;

/** A request on its way through an executor: run there, or given up by it. */
final class RequestTask implements RejectableTask, AbortableTask {
    private final RequestRunner runner;
    private final OpenRequest request;

    RequestTask(RequestRunner runner, OpenRequest request) {
        this.runner = runner;
        this.request = request;
    }

    @Override
    public void run() {
        runner.run(request);
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
