package dev.socketserver.internal.stream;

import dev.socketserver.internal.run.RequestReports;
import dev.socketserver.limit.AtLimit;

/**
 * Reports when a server has reached its connection limit, and when it has left it. Confined to the accepting thread,
 * and to the one that releases the endpoint after it.
 */
final class LimitWatch {
    private final ConnectionLimit limit;
    private final AtLimit policy;
    private final RequestReports reports;
    private boolean reached;

    LimitWatch(ConnectionLimit limit, AtLimit policy, RequestReports reports) {
        this.limit = limit;
        this.policy = policy;
        this.reports = reports;
    }

    /**
     * Returns whether to accept nothing now, since the limit is reached; then the accepting thread is woken when it no
     * longer is.
     */
    boolean pausesAccepting() {
        look(limit.isAwaited());
        return reached && policy == AtLimit.PAUSE;
    }

    /** Called when nothing is accepted any more. */
    void end() {
        look(false);
    }

    private void look(boolean now) {
        if (now == reached) {
            return;
        }
        reached = now;
        if (now) {
            reports.limitReached(limit.most(), policy);
        } else {
            reports.limitLeft(limit.most());
        }
    }
}
