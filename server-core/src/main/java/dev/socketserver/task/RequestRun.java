package dev.socketserver.task;

import org.jspecify.annotations.Nullable;

/**
 * One run of a {@link WorkRequest}, from the moment it is put until its result is collected. The {@link WorkQueue}
 * hands it from thread to thread under its lock.
 */
final class RequestRun<T extends @Nullable Object> implements QueuedTask {
    private final WorkRequest<T> request;
    private @Nullable T result;
    private @Nullable Throwable failure;

    RequestRun(WorkRequest<T> request) {
        this.request = request;
    }

    @Override
    public Ending perform() {
        try {
            result = request.task().call();
            return Ending.SUCCEEDED;
        } catch (Throwable e) {
            failure = e;
            return Ending.FAILED;
        }
    }

    /** Passes the result, or the failure, to the request's callback. */
    @SuppressWarnings("NullAway") // a null result is what the task returned
    void callBack() {
        if (failure != null) {
            request.exceptionCallback().accept(request, failure);
        } else {
            request.callback().accept(request, result);
        }
    }
}
