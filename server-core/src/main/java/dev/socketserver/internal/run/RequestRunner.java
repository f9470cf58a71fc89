package dev.socketserver.internal.run;

import dev.socketserver.EndReason;
import dev.socketserver.Rejection;
import dev.socketserver.internal.util.Log;
import dev.socketserver.internal.util.RateLimitedLog;
import dev.socketserver.limit.LimitExceededException;
import dev.socketserver.pool.AbortableTask;
import dev.socketserver.pool.RejectableTask;
import dev.socketserver.pool.RejectionReason;
import java.io.IOException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Takes requests through the server's hooks, in socketserver's order, and makes sure that whatever a hook or handler
 * throws costs that one request.
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

    /** Returns the requests that are open. */
    public OpenRequests open() {
        return open;
    }

    /** Returns where it is reported what becomes of requests. */
    public RequestReports reports() {
        return reports;
    }

    // ---- the accepting thread

    /** Takes an accepted request to where it is served. An Error that is not the request's own fault is thrown on. */
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
                Thread.currentThread().interrupt(); // for the accepting thread, which it may be meant to end
            }
        }
    }

    private void opened(OpenRequest request) {
        open.add(request);
        reports.opened(request);
    }

    /** Closes a request that the server's rules keep from its hooks. */
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
            request.abort(); // a hook handed it on before it threw
            request.call();
        }
    }

    /** Closes a request for which a limit leaves no place, after the server's last words to it. */
    public void turnAway(OpenRequest request, Rejection limit, LimitExceededException why) {
        try {
            opened(request);
            reports.limited(request, limit, why);
        } finally {
            turnAway(request);
        }
    }

    /** Closes a request whose source may not come in, without a word and at once: it must cost as little as can be. */
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

    /** Closes a request that no worker will serve, after the server's last words to it. */
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

    /** Returns the request that the thread serves, if any. */
    public @Nullable OpenRequest servedBy(Thread thread) {
        return open.find(request -> request.isServedBy(thread));
    }

    /** Serves a request that is queued, in the calling thread, to its end or until it is parked. Throws nothing. */
    public void run(OpenRequest request) {
        if (request.begin()) {
            serve(request);
        }
    }

    /**
     * Serves a request whose turn the calling thread has, to its end or until it is parked. Whatever is thrown
     * meanwhile ends the request. Nothing is thrown on, unless there is no memory even to report what was thrown.
     */
    public void serve(OpenRequest request) {
        boolean ends = true;
        try {
            ends = !isParkedAfterServing(request); // one that is parked is another thread's by now
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

    /** Hands a request whose turn the calling thread has to an executor; one that has ended is ended here. */
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

    /** Returns a task that is a request, for what looks after the thread that serves it. */
    public AbortableTask abortable(OpenRequest request) {
        return new RequestTask(request);
    }

    /** A request on its way through an executor: run there, or given up by it. */
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

    /** Serves what has come and comes; returns true if the request was then parked, false if it is to end. */
    private boolean isParkedAfterServing(OpenRequest request) throws Exception {
        while (true) {
            runCalls(request);
            switch (request.look()) {
                case MESSAGE -> {
                    reports.handling();
                    hooks.serve(request);
                    if (!request.isKept()) {
                        return false;
                    }
                    request.handled();
                }
                case NOTHING -> {
                    if (request.takesIdleEvent()) {
                        hooks.idle(request);
                    } else if (!request.hasCalls() && isIdle(request)) {
                        return true;
                    }
                }
                case END -> {
                    return false;
                }
            }
        }
    }

    /** Does what other threads want done in the request's turn, after its handler was set up. */
    void runCalls(OpenRequest request) throws Exception {
        if (request.hasTasks()) {
            hooks.setUp(request);
        }
        request.runCalls();
    }

    /** Lets a request wait for its peer; returns true if it was parked. */
    private boolean isIdle(OpenRequest request) throws Exception {
        prepareToWait(request);
        if (request.isParkable()) {
            return request.park();
        }
        request.awaitNext();
        return false;
    }

    /** Lets the handler greet, and sends what it has written, before its peer is waited for. */
    void prepareToWait(OpenRequest request) throws Exception {
        if (request.isToBeSetUp()) {
            hooks.setUp(request);
        }
        request.flush();
    }

    /** Has the handler handle one message, in a thread that has the turn. */
    void handle(OpenRequest request) throws Exception {
        reports.handling();
        hooks.handle(request);
    }

    /** Tells the handler that its peer has been silent for a while. Of the turn. */
    public void idle(OpenRequest request) throws IOException {
        hooks.idle(request);
    }

    // ---- the end of a request

    /** Finishes the handler, and sends what is unsent. */
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
        request.endCalls(); // what finish() has sent
    }

    /** Lets a connection that was idle when the server began to drain hear the protocol's last words. */
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

    /** Handles what ended the serving of a request. Never throws. */
    private void failed(OpenRequest request, Throwable failure) {
        try {
            request.failed();
            fail(request, failure);
            hooks.finish(request); // if it was not handle() that threw, which has finished by then
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
     * Closes a request, in whatever state it is. Only the thread that has the turn finishes and releases it: if that is
     * another one, it is made to.
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

    /** Finishes the handler of a request that is closed before its time; any other was finished before. */
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

    /** Ends what is still open: closes it, and interrupts its thread; what no thread serves is ended in this one. */
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
