package dev.socketserver.internal.run;

import dev.socketserver.EndReason;
import dev.socketserver.internal.util.Log;
import dev.socketserver.internal.util.RateLimitedLog;

/**
 * Ends requests: reports what has failed, lets the handler finish, and closes the request by the server's hooks, once.
 * An exception from a hook is logged. Thread-safe.
 */
public final class RequestEnds {
    private static final Log LOG = Log.of(RequestEnds.class);

    private final String server;
    private final Hooks hooks;
    private final RequestReports reports;
    private final OpenRequests open;
    private final LoggingContext context;
    private final RateLimitedLog hookFailures = new RateLimitedLog(LOG);

    RequestEnds(String server, Hooks hooks, RequestReports reports, OpenRequests open, LoggingContext context) {
        this.server = server;
        this.hooks = hooks;
        this.reports = reports;
        this.open = open;
        this.context = context;
    }

    /** Finishes the handler and sends the remaining output. */
    void finish(OpenRequest request) throws Exception {
        request.endsBy(EndReason.HANDLER);
        request.endCalls();
        if (request.hasTasks()) { // and no handler that could run them: its peer has never sent anything
            hooks.setUp(request);
            request.endCalls();
        }
        if (request.handler() != null) {
            if (request.isDismissed()) {
                sayGoodbye(request);
            }
            hooks.finish(request);
        }
        request.flush();
        request.refuseCalls(); // after the messages that finish() has queued
    }

    /** Sends the goodbye of a connection that was idle when the server began to drain. */
    private void sayGoodbye(OpenRequest request) {
        try {
            request.limitWaits();
            hooks.sayGoodbye(request);
            request.flush();
        } catch (Throwable e) {
            if (request.isPeersFault(e)) {
                LOG.debug("could not send the goodbye to {}: {}", request, e);
            } else {
                fail(request, e);
            }
        }
    }

    /** Handles the exception that has ended a request. Never throws. */
    void failed(OpenRequest request, Throwable failure) {
        try {
            request.failed();
            fail(request, failure);
            hooks.finish(request); // unless handle() threw, in which case the handler is already finished
        } catch (Throwable e) {
            hookFailures.error("finish() of the handler of {} failed", request, e);
        }
        sendLastWords(request);
    }

    /** Sends what the handler has written, if its peer takes it. Never throws. */
    void sendLastWords(OpenRequest request) {
        try {
            request.flush();
        } catch (Throwable e) {
            LOG.debug("could not send the remaining output to {}: {}", request, e);
        }
    }

    /** Reports a failure to serve a request. Never throws. */
    void fail(OpenRequest request, Throwable failure) {
        try {
            reports.failed(request, failure);
            hooks.error(request, failure);
        } catch (Throwable e) {
            hookFailures.error("handleError of {} threw", server, e);
        }
    }

    /** Shuts a request down by the server's hook, and closes it if that has not. Never throws. */
    void shutDown(OpenRequest request) {
        try {
            hooks.shutDown(request);
        } catch (Throwable e) {
            hookFailures.error("shutdownRequest of {} threw", server, e);
        } finally {
            close(request);
        }
    }

    /**
     * Closes a request in any state. Only the thread that has the turn finishes and releases it: if that is another
     * thread, makes it do so.
     */
    public void close(OpenRequest request) {
        if (request.hasEnded()) {
            return;
        }
        if (!request.hasTurn() && !request.begin()) {
            request.abort();
            request.call();
            return;
        }
        LoggingContext.Scope scope = context.enter(request);
        try {
            try {
                finishLast(request);
            } finally {
                end(request);
            }
        } finally {
            scope.leave();
        }
    }

    private void end(OpenRequest request) {
        if (request.end()) {
            try {
                request.release();
            } catch (Throwable e) {
                hookFailures.error(
                        "could not release the buffers of {}; its handler may already have released them", request, e);
            } finally {
                if (request.letGo()) {
                    takeOut(request);
                }
            }
        }
    }

    /** Finishes the handler of a request that is closed early; otherwise it was finished before. */
    private void finishLast(OpenRequest request) {
        request.endsBy(EndReason.SERVER);
        request.refuseTasks();
        try {
            hooks.finish(request);
        } catch (Throwable e) {
            fail(request, e);
        }
    }

    /** Takes out a request that has ended and that nothing holds any more. */
    public void closed(OpenRequest request) {
        LoggingContext.Scope scope = context.enter(request);
        try {
            takeOut(request);
        } finally {
            scope.leave();
        }
    }

    private void takeOut(OpenRequest request) {
        open.ends();
        try {
            reports.closed(request);
        } finally {
            open.remove(request);
        }
    }

    /**
     * Ends the requests that are still open: closes them and interrupts their threads; those that no thread serves are
     * ended in this thread.
     */
    void force() {
        open.forEach(request -> {
            request.interrupt();
            request.abort();
            endUnserved(request);
        });
    }

    /** Ends the requests that were forced, and that no thread serves: one may have parked its request meanwhile. */
    void endUnserved() {
        open.forEach(this::endUnserved);
    }

    private void endUnserved(OpenRequest request) {
        if (request.begin() || request.beginReady()) {
            request.cutOff();
            LoggingContext.Scope scope = context.enter(request);
            try {
                shutDown(request);
            } finally {
                scope.leave();
            }
        }
    }
}
