package dev.socketserver.internal.run;

import dev.socketserver.Datagram;
import dev.socketserver.Rejection;
import dev.socketserver.StreamConnection;
import dev.socketserver.internal.util.Log;
import dev.socketserver.internal.util.RateLimitedLog;
import dev.socketserver.limit.LimitExceededException;
import java.io.IOException;

/** Counts what becomes of requests, tells it to the listener, and logs what operators have to know. Thread-safe. */
public final class RequestReports {
    private static final Log LOG = Log.of(RequestReports.class);

    private final String server;
    private final GuardedListener listener;
    private final ServerCounters counters;
    private final RefusalLog refusals;
    private final RateLimitedLog rejections = new RateLimitedLog(LOG);

    RequestReports(String server, GuardedListener listener, ServerCounters counters) {
        this.server = server;
        this.listener = listener;
        this.counters = counters;
        refusals = new RefusalLog(server);
    }

    /** A request was accepted. */
    void opened(OpenRequest request) {
        counters.accepted();
        listener.opened(request.face());
        if (request.face() instanceof Datagram datagram && datagram.isTruncated()) {
            listener.truncated(datagram);
        }
    }

    /** The hook {@code verifyRequest} did not let a request in. */
    void notVerified() {
        counters.rejected(Rejection.VERIFY);
    }

    /** A request was kept from the hooks by the server's rules. */
    void refused(OpenRequest request, Rejection reason, Throwable why) {
        rejected(request, reason, why);
        rejections.warn(server + " refused {}", request, why);
    }

    /** A limit has left no place for a request, or for its answer, as may happen thousands of times a second. */
    public void limited(OpenRequest request, Rejection limit, LimitExceededException why) {
        rejected(request, limit, why);
        refusals.refused(limit, request, why);
    }

    /** No worker could be had for a request. */
    void overloaded(OpenRequest request, Throwable cause) {
        rejected(request, Rejection.OVERLOAD, cause);
        rejections.warn("{} had no worker for a request and closed it", server, cause);
    }

    /** A handshake failed. */
    public void handshakeFailed(OpenRequest request, IOException why) {
        rejected(request, Rejection.TLS_HANDSHAKE, why);
        LOG.debug("{}: the TLS handshake with {} failed: {}", server, request, why);
    }

    private void rejected(OpenRequest request, Rejection reason, Throwable why) {
        counters.rejected(reason);
        listener.rejected(request.face(), why);
    }

    /** A handler is about to handle. */
    void handling() {
        counters.handling();
    }

    /** Messages for a connection's peer were dropped. */
    public void dropped(StreamConnection connection, int messages) {
        counters.dropped(messages);
        listener.dropped(connection, messages);
    }

    /** A request's handler or hook threw. */
    void failed(OpenRequest request, Throwable failure) {
        counters.failed();
        listener.error(request.face(), failure);
    }

    /** A request's way through the server is over. */
    void closed(OpenRequest request) {
        listener.closed(request.face());
    }
}
