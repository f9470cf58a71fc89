package dev.socketserver.task;

import org.jspecify.annotations.Nullable;

/** One run of a request, from being put to being collected. Handed from thread to thread under the queue's lock. */
final class RequestRun<T extends @Nullable Object> implements QueuedTask {
    private final WorkRequest<T> request;
    private final WorkQueue queue;
    private @Nullable T result;
    private @Nullable Throwable failure;

    RequestRun(WorkRequest<T> request, WorkQueue queue) {
        this.request = request;
        this.queue = queue;
    }

    @Override
    public boolean perform() {
        try {
            result = request.task().call();
            return true;
        } catch (Throwable e) {
            failure = e;
            return false;
        }
    }

    @Override
    public void announce() {
        queue.addResult(this);
    }

    /** Hands the result, or the failure, to the request's callback. */
    @SuppressWarnings("NullAway") // a null result is what the task returned
    void callBack() {
        if (failure != null) {
            request.exceptionCallback().accept(request, failure);
        } else {
            request.callback().accept(request, result);
        }
    }
}
