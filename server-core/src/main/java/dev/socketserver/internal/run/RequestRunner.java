package dev.socketserver.internal.run;

import dev.socketserver.EndReason;
import dev.socketserver.Rejection;
import dev.socketserver.internal.util.Classes;
import dev.socketserver.internal.util.Log;
import dev.socketserver.internal.util.RateLimitedLog;
import dev.socketserver.limit.LimitExceededException;
import dev.socketserver.pool.AbortableTask;
import dev.socketserver.pool.RejectableTask;
import dev.socketserver.pool.RejectionReason;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Passes requests through the server's hooks, in socketserver's order, and ensures that an exception from a hook or
 * handler ends only that request.
 *
 * <pre>
 *   accepting thread:  verifyRequest ─▶ processRequest
 *   serving thread:    finishRequest (setup, handle, finish), again for each message of a connection kept open
 *                      ─▶ handleError, if one threw ─▶ shutdownRequest ─▶ closeRequest
 * </pre>
 *
 * <p>Thread-safe.
 */
public final class RequestRunner {
    private static final Log LOG = Log.of(RequestRunner.class);

    static {
        Classes.initialize(MethodHandles.lookup(), RequestTask.class);
    }

    private final String server;
    private final Hooks hooks;
    private final RequestReports reports;
    private final OpenRequests open;
    private final RateLimitedLog hookFailures = new RateLimitedLog(LOG);

    RequestRunner(String server, Hooks hooks, GuardedListener listener, ServerCounters counters, DrainSignal drain) {
        this.server = server;
        this.hooks = hooks;
        reports = new RequestReports(server, listener, counters);
        open = new OpenRequests(drain);
    }

    /** Returns the open requests. */
    public OpenRequests open() {
        return open;
    }

    /** Returns the reports about requests. */
    public RequestReports reports() {
        return reports;
    }

    // ---- the accepting thread

    /** Passes an accepted request on to be served. An {@link Error} that the request has not caused is rethrown. */
    public void admit(OpenRequest request) {
        try {
            opened(request);
            if (hooks.verify(request)) {
                hooks.process(request);
            } else {
                reports.notVerified();
                refuse(request);
            }
        } catch (RejectedExecutionException e) {
            reject(request, e);
        } catch (OutOfMemoryError e) {
            reject(request, e);
            throw e;
        } catch (Throwable e) {
            try {
                fail(request, e);
            } finally {
                refuse(request);
            }
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt(); // for the accepting thread, which the interrupt may be meant to end
            }
        }
    }

    private void opened(OpenRequest request) {
        open.add(request);
        reports.opened(request);
    }

    /** Closes a request that the server's rules reject before any hook. */
    public void refuse(OpenRequest request, Rejection reason, Throwable why) {
        try {
            opened(request);
            reports.refused(request, reason, why);
        } finally {
            refuse(request);
        }
    }

    private void refuse(OpenRequest request) {
        if (request.hasTurn() || request.begin()) {
            try {
                sendLastWords(request);
            } finally {
                shutDown(request);
            }
        } else {
            request.abort(); // a hook passed it on before it threw
            request.call();
        }
    }

    /** Closes a request that a limit rejects, after the overload reply. */
    public void turnAway(OpenRequest request, Rejection limit, LimitExceededException why) {
        try {
            opened(request);
            reports.limited(request, limit, why);
        } finally {
            turnAway(request);
        }
    }

    /**
     * Closes a request whose source is not admitted, at once and without a reply, so that it costs as little as
     * possible.
     */
    public void shutOut(OpenRequest request, Rejection limit, LimitExceededException why) {
        try {
            opened(request);
            reports.limited(request, limit, why);
        } finally {
            if (request.hasTurn() || request.begin()) {
                request.cutOff();
                shutDown(request);
            }
        }
    }

    /** Closes a request that no worker will serve, after the overload reply. */
    public void reject(OpenRequest request, Throwable cause) {
        try {
            reports.overloaded(request, cause);
        } finally {
            turnAway(request);
        }
    }

    private void turnAway(OpenRequest request) {
        if (!request.hasTurn() && !request.begin()) {
            return; // another thread has ended it
        }
        try {
            sayBusy(request);
        } finally {
            shutDown(request);
        }
    }

    private void sayBusy(OpenRequest request) {
        try {
            if (!request.awaitsHandshake()) {
                request.limitWaits();
                hooks.overload(request);
                request.flush();
            }
        } catch (Throwable e) {
            fail(request, e);
        }
    }

    // ---- the serving thread

    /** Returns the request that a thread serves, if any. */
    public @Nullable OpenRequest servedBy(Thread thread) {
        return open.find(request -> request.isServedBy(thread));
    }

    /** Serves a queued request in the calling thread, until it ends or is parked. Never throws. */
    public void run(OpenRequest request) {
        if (request.begin()) {
            serve(request);
        }
    }

    /**
     * Serves a request whose turn the calling thread has, until it ends or is parked. Any exception ends the request.
     * Nothing is rethrown, unless there is no memory even to report the exception.
     */
    public void serve(OpenRequest request) {
        boolean ends = true;
        try {
            ends = !isParkedAfterServing(request); // a parked request may already belong to another thread
            if (ends) {
                finish(request);
            }
        } catch (Throwable e) {
            failed(request, e);
        } finally {
            if (ends) {
                shutDown(request);
            }
        }
    }

    /** Passes a request whose turn the calling thread has to an executor; if it has ended, ends it here. */
    public void handOver(OpenRequest request, Executor executor) {
        request.requeue();
        try {
            executor.execute(new RequestTask(request));
        } catch (Throwable e) {
            reject(request, e);
        }
    }

    /** Gives a queued request to an executor. */
    void execute(OpenRequest request, Executor executor) {
        request.detach();
        executor.execute(new RequestTask(request));
    }

    /** Returns a request as a task that the supervisor of its thread can abort. */
    public AbortableTask abortable(OpenRequest request) {
        return new RequestTask(request);
    }

    /** A request as a task of an executor, which runs or drops it. */
    private final class RequestTask implements RejectableTask, AbortableTask {
        private final OpenRequest request;

        RequestTask(OpenRequest request) {
            this.request = request;
        }

        @Override
        public void run() {
            RequestRunner.this.run(request);
        }

        @Override
        public void rejected(RejectionReason why) {
            reject(request, new RejectedExecutionException("dropped by the pool: " + why));
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

    /**
     * Serves the messages that have arrived and continue to arrive; returns true if the request was then parked, false
     * if it must end.
     */
    private boolean isParkedAfterServing(OpenRequest request) throws Exception {
        while (true) {
            runCalls(request);
            switch (request.look()) {
                case MESSAGE -> {
                    serveMessage(request);
                    if (!request.isKept()) {
                        return false;
                    }
                    request.handled();
                    request.makeRoom();
                }
                case NOTHING -> {
                    if (request.takesIdleEvent()) {
                        hooks.idle(request);
                    } else if (!request.hasCalls() && isIdle(request)) {
                        return true;
                    }
                }
                case END -> {
                    if (!request.isParkable() || request.sendAhead()) {
                        return false;
                    } else if (request.park()) {
                        return true;
                    }
                }
            }
        }
    }

    private void serveMessage(OpenRequest request) throws Exception {
        long since = reports.handling();
        try {
            hooks.serve(request);
        } finally {
            reports.handled(request, since);
        }
    }

    /** Runs pending calls of other threads, after the handler was set up. */
    void runCalls(OpenRequest request) throws Exception {
        if (request.hasTasks()) {
            hooks.setUp(request);
        }
        request.runCalls();
    }

    /** Makes a request wait for its peer; returns true if it was parked. */
    private boolean isIdle(OpenRequest request) throws Exception {
        setUpBeforeWait(request);
        if (request.isParkable()) {
            request.sendAhead();
            return request.park();
        }
        request.flush();
        request.awaitNext();
        return false;
    }

    /** Lets the handler greet before the request waits for its peer. */
    private void setUpBeforeWait(OpenRequest request) throws Exception {
        if (request.isToBeSetUp()) {
            hooks.setUp(request);
        }
    }

    /** Lets the handler greet, and sends its output, before the request waits for its peer in the calling thread. */
    void prepareToWait(OpenRequest request) throws Exception {
        setUpBeforeWait(request);
        request.flush();
    }

    /** Handles one message in a thread that has the turn. */
    void handle(OpenRequest request) throws Exception {
        long since = reports.handling();
        try {
            hooks.handle(request);
        } finally {
            reports.handled(request, since);
        }
    }

    /** Notifies the handler that its peer has been silent for a while. Called in the turn. */
    public void idle(OpenRequest request) throws IOException {
        hooks.idle(request);
    }

    // ---- the end of a request

    /** Finishes the handler and sends the remaining output. */
    void finish(OpenRequest request) throws Exception {
        request.endsBy(EndReason.HANDLER);
        request.endCalls();
        if (request.handler() != null) {
            if (request.isDismissed()) {
                sayGoodbye(request);
            }
            hooks.finish(request);
        }
        request.flush();
        request.endCalls(); // messages that finish() has queued
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
    private void failed(OpenRequest request, Throwable failure) {
        try {
            request.failed();
            fail(request, failure);
            hooks.finish(request); // unless handle() threw, in which case the handler is already finished
        } catch (Throwable e) {
            hookFailures.error("finish() of the handler of {} failed", request, e);
        }
        sendLastWords(request);
    }

    void sendLastWords(OpenRequest request) {
        try {
            request.flush();
        } catch (Throwable e) {
            LOG.debug("could not send the remaining output to {}: {}", request, e);
        }
    }

    /** Reports a failure to serve a request. Never throws. */
    private void fail(OpenRequest request, Throwable failure) {
        try {
            reports.failed(request, failure);
            hooks.error(request, failure);
        } catch (Throwable e) {
            hookFailures.error("handleError of {} threw", server, e);
        }
    }

    private void shutDown(OpenRequest request) {
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
        try {
            finishLast(request);
        } finally {
            end(request);
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
                    closed(request);
                }
            }
        }
    }

    /** Finishes the handler of a request that is closed early; otherwise it was finished before. */
    private void finishLast(OpenRequest request) {
        request.endsBy(EndReason.SERVER);
        try {
            hooks.finish(request);
        } catch (Throwable e) {
            fail(request, e);
        }
    }

    /** Takes out a request that has ended and that nothing holds any more. */
    public void closed(OpenRequest request) {
        open.ends();
        try {
            reports.closed(request);
        } finally {
            open.remove(request);
        }
    }

    // ---- the drain

    /**
     * Ends the requests that are still open: closes them and interrupts their threads; those that no thread serves are
     * ended in this thread.
     */
    void force() {
        open.forEach(request -> {
            request.interrupt();
            request.abort();
            if (request.begin() || request.beginReady()) {
                request.cutOff();
                shutDown(request);
            }
        });
    }
}
