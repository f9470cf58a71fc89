package dev.socketserver.pool;

import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/** Thrown by {@link ElasticThreadPool#execute} if the pool rejects a task. */
public final class TaskRejectedException extends RejectedExecutionException {
    private static final long serialVersionUID = 1;

    private final RejectionReason reason;

    TaskRejectedException(String pool, RejectionReason reason, @Nullable Throwable cause) {
        super("pool " + pool + " rejected a task: " + reason, cause);
        this.reason = reason;
    }

    /** Returns the reason for the rejection. */
    public RejectionReason reason() {
        return reason;
    }
}
