package dev.socketserver.internal.run;

import dev.socketserver.Datagram;
import dev.socketserver.EndReason;
import dev.socketserver.Rejection;
import dev.socketserver.StreamConnection;
import dev.socketserver.internal.util.Classes;
import dev.socketserver.internal.util.Log;
import dev.socketserver.internal.util.RateLimitedLog;
import dev.socketserver.limit.AtLimit;
import dev.socketserver.limit.LimitExceededException;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.time.Duration;

/**
 * Reports the fate of requests: counts them, notifies the listener, and logs what operators need to know. Thread-safe.
 */
public final class RequestReports {
    private static final Log LOG = Log.of(RequestReports.class);

    static {
        Classes.initialize(MethodHandles.lookup(), ServerEvents.class);
    }

    private final String server;
    private final GuardedListener listener;
    private final ServerCounters counters;
    private final RefusalLog refusals;
    private final RateLimitedLog rejections = new RateLimitedLog(LOG);
    private final LoggingContext context;

    RequestReports(String server, GuardedListener listener, ServerCounters counters, LoggingContext context) {
        this.server = server;
        this.listener = listener;
        this.counters = counters;
        this.context = context;
        refusals = new RefusalLog(server);
    }

    /** Called when a request was accepted. */
    void opened(OpenRequest request) {
        counters.accepted();
        listener.opened(request.face());
        if (request.face() instanceof Datagram datagram && datagram.isTruncated()) {
            listener.truncated(datagram);
        }
    }

    /** Called when the hook {@code verifyRequest} has rejected a request. */
    void notVerified(OpenRequest request) {
        count(request, Rejection.VERIFY);
    }

    /** Called when the server's rules have rejected a request before any hook. */
    void refused(OpenRequest request, Rejection reason, Throwable why) {
        rejected(request, reason, why);
        rejections.warn(server + " rejected {}", request, why);
    }

    /** A limit has left no place for a request, or for its answer, as may happen thousands of times a second. */
    public void limited(OpenRequest request, Rejection limit, LimitExceededException why) {
        LoggingContext.Scope scope = context.enter(request); // a late answer is sent in any thread
        try {
            rejected(request, limit, why);
            refusals.refused(limit, request, why);
        } finally {
            scope.leave();
        }
    }

    /** Called when there are as many connections as there may be. */
    public void limitReached(int most, AtLimit policy) {
        counters.atLimit().reached();
        refusals.limitReached(most, policy);
        listener.limitReached(most);
    }

    /** Called when there are fewer again, or nothing is accepted any more. */
    public void limitLeft(int most) {
        Duration lasted = counters.atLimit().left();
        ServerEvents.limitLeft(server, most, lasted);
        listener.limitLeft(lasted);
    }

    /** Called when no worker was available for a request. */
    void overloaded(OpenRequest request, Throwable cause) {
        rejected(request, Rejection.OVERLOAD, cause);
        rejections.warn("{} closed a request because no worker was available", server, cause);
    }

    /** Called when a handshake has failed. */
    public void handshakeFailed(OpenRequest request, IOException why) {
        rejected(request, Rejection.TLS_HANDSHAKE, why);
        LOG.debug("{}: the TLS handshake with {} failed: {}", server, request, why);
    }

    private void rejected(OpenRequest request, Rejection reason, Throwable why) {
        count(request, reason);
        listener.rejected(request.face(), why);
    }

    private void count(OpenRequest request, Rejection reason) {
        counters.rejected(reason);
        ServerEvents.rejected(server, request, reason);
    }

    /** Called before a handler is called; returns the time, on the {@code nanoTime} clock. */
    long handling() {
        counters.handling();
        return System.nanoTime();
    }

    /** Called when a handler that was called at the given time has returned, or has thrown an exception. */
    void handled(OpenRequest request, long since) {
        long taken = System.nanoTime() - since;
        counters.handled(taken);
        ServerEvents.handled(server, request, taken);
    }

    /** Called when bytes were received from a peer. */
    public void received(long bytes) {
        counters.received(bytes);
    }

    /** Called when bytes were sent to a peer. */
    public void sent(long bytes) {
        counters.sent(bytes);
    }

    /** Called when a connection's peer has sent its first byte. */
    public void firstByte(OpenRequest connection) {
        counters.firstByte(connection.age().toNanos());
    }

    /** Called when messages for a connection's peer were dropped. */
    public <C extends OpenRequest & StreamConnection> void dropped(C connection, int messages) {
        counters.dropped(messages);
        LoggingContext.Scope scope = context.enter(connection); // messages are sent in any thread
        try {
            listener.dropped(connection, messages);
        } finally {
            scope.leave();
        }
    }

    /** Called when a request's handler or hook has thrown an exception. */
    void failed(OpenRequest request, Throwable failure) {
        counters.failed();
        listener.error(request.face(), failure);
    }

    /** Called when a request has ended. */
    void closed(OpenRequest request) {
        if (request.face() instanceof StreamConnection connection) {
            EndReason why = connection.endedBy().orElse(EndReason.SERVER);
            long lasted = request.age().toNanos();
            counters.ended(why, lasted);
            ServerEvents.ended(server, request, why, lasted);
        }
        listener.closed(request.face());
    }
}
