package dev.socketserver.internal.run;

import dev.socketserver.Rejection;
import dev.socketserver.internal.util.Classes;
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
    static {
        Classes.initialize(MethodHandles.lookup(), RequestTask.class);
    }

    private final Hooks hooks;
    private final RequestReports reports;
    private final OpenRequests open;
    private final RequestEnds ends;
    private final LoggingContext context;

    RequestRunner(
            String server,
            Hooks hooks,
            GuardedListener listener,
            ServerCounters counters,
            DrainSignal drain,
            LoggingContext context) {
        this.hooks = hooks;
        this.context = context;
        reports = new RequestReports(server, listener, counters, context);
        open = new OpenRequests(drain);
        ends = new RequestEnds(server, hooks, reports, open, context);
    }

    /** Returns the open requests. */
    public OpenRequests open() {
        return open;
    }

    /** Returns the reports about requests. */
    public RequestReports reports() {
        return reports;
    }

    /** Returns what ends requests. */
    public RequestEnds ends() {
        return ends;
    }

    /** Returns what tells the log which request a thread is concerned with. */
    LoggingContext context() {
        return context;
    }

    // ---- the accepting thread

    /** Passes an accepted request on to be served. An {@link Error} that the request has not caused is rethrown. */
    public void admit(OpenRequest request) {
        LoggingContext.Scope scope = context.enter(request);
        try {
            admitInContext(request);
        } finally {
            scope.leave();
        }
    }

    private void admitInContext(OpenRequest request) {
        try {
            opened(request);
            if (hooks.verify(request)) {
                hooks.process(request);
            } else {
                reports.notVerified(request);
                refuse(request);
            }
        } catch (RejectedExecutionException e) {
            reject(request, e);
        } catch (OutOfMemoryError e) {
            reject(request, e);
            throw e;
        } catch (Throwable e) {
            try {
                ends.fail(request, e);
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
        LoggingContext.Scope scope = context.enter(request);
        try {
            try {
                opened(request);
                reports.refused(request, reason, why);
            } finally {
                refuse(request);
            }
        } finally {
            scope.leave();
        }
    }

    private void refuse(OpenRequest request) {
        if (request.hasTurn() || request.begin()) {
            try {
                ends.sendLastWords(request);
            } finally {
                ends.shutDown(request);
            }
        } else {
            request.abort(); // a hook passed it on before it threw
            request.call();
        }
    }

    /** Closes a request that a limit rejects, after the overload reply. */
    public void turnAway(OpenRequest request, Rejection limit, LimitExceededException why) {
        LoggingContext.Scope scope = context.enter(request);
        try {
            try {
                opened(request);
                reports.limited(request, limit, why);
            } finally {
                turnAway(request);
            }
        } finally {
            scope.leave();
        }
    }

    /**
     * Closes a request whose source is not admitted, at once and without a reply, so that it costs as little as
     * possible.
     */
    public void shutOut(OpenRequest request, Rejection limit, LimitExceededException why) {
        LoggingContext.Scope scope = context.enter(request);
        try {
            try {
                opened(request);
                reports.limited(request, limit, why);
            } finally {
                if (request.hasTurn() || request.begin()) {
                    request.cutOff();
                    ends.shutDown(request);
                }
            }
        } finally {
            scope.leave();
        }
    }

    /** Closes a request that no worker will serve, after the overload reply. */
    public void reject(OpenRequest request, Throwable cause) {
        LoggingContext.Scope scope = context.enter(request);
        try {
            try {
                reports.overloaded(request, cause);
            } finally {
                turnAway(request);
            }
        } finally {
            scope.leave();
        }
    }

    private void turnAway(OpenRequest request) {
        if (!request.hasTurn() && !request.begin()) {
            return; // another thread has ended it
        }
        try {
            sayBusy(request);
        } finally {
            ends.shutDown(request);
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
            ends.fail(request, e);
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
        LoggingContext.Scope scope = context.enter(request);
        try {
            serveInContext(request);
        } finally {
            scope.leave();
        }
    }

    private void serveInContext(OpenRequest request) {
        boolean served = true;
        try {
            served = !isParkedAfterServing(request); // a parked request may already belong to another thread
            if (served) {
                ends.finish(request);
            }
        } catch (Throwable e) {
            ends.failed(request, e);
        } finally {
            if (served) {
                ends.shutDown(request);
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
                    } else if (isIdle(request)) {
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
        LoggingContext.Scope scope = context.enter(request);
        try {
            hooks.idle(request);
        } finally {
            scope.leave();
        }
    }
}
