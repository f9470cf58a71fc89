package dev.socketserver;

import dev.socketserver.internal.util.Printable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes requests through the server's hooks, in socketserver's order, and sees to it that whatever a hook or handler
 * throws costs that one request.
 *
 * <pre>
 *   accepting thread:  verifyRequest ─▶ processRequest
 *   serving thread:    finishRequest (setup, handle, finish), again for each request of a connection kept open
 *                      ─▶ handleError, if one threw ─▶ shutdownRequest ─▶ closeRequest
 * </pre>
 *
 * <p>Thread-safe.
 */
final class RequestRunner<R extends Request> {
    private static final Logger LOG = LoggerFactory.getLogger(RequestRunner.class);

    /** What {@link Request#receive} returns, at the least, if there is something to serve. */
    private static final int SOMETHING = 1;

    private final BaseServer<R> server;
    private final ServerListener listener;
    private final ServerCounters counters;
    private final RequestRegistry<R> open = new RequestRegistry<>();
    private final RateLimitedLog rejections = new RateLimitedLog(LOG);
    private final RateLimitedLog hookFailures = new RateLimitedLog(LOG);
    private final AtomicInteger endedDraining = new AtomicInteger();
    private volatile boolean draining;
    private volatile boolean hurrying;
    private volatile boolean ended;

    RequestRunner(BaseServer<R> server, ServerListener listener) {
        this.server = server;
        this.listener = listener;
        counters = server.counters();
    }

    RequestRegistry<R> open() {
        return open;
    }

    /** Takes an accepted request to the executor. An Error that is not the request's own fault is thrown on. */
    void admit(R request) {
        open.add(request);
        request.admitted(() -> shutDown(request), () -> draining);
        counters.accepted();
        listener.opened(request);
        if (request instanceof Datagram datagram && datagram.isTruncated()) {
            listener.truncated(datagram);
        }
        try {
            if (server.verifyRequest(request)) {
                server.processRequest(request);
            } else {
                counters.rejected(Rejection.VERIFY);
                shutDown(request);
            }
        } catch (RejectedExecutionException e) {
            reject(request, e);
        } catch (OutOfMemoryError e) {
            reject(request, e);
            throw e;
        } catch (Throwable e) {
            fail(request, e);
            shutDown(request);
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt(); // for the accepting thread, which it may be meant to end
            }
        }
    }

    /** Closes a request that the server's rules keep from its hooks. */
    void refuse(R request, Rejection reason, IOException why) {
        open.add(request);
        request.admitted(() -> shutDown(request), () -> draining);
        counters.accepted();
        counters.rejected(reason);
        listener.opened(request);
        listener.rejected(request, why);
        rejections.warn(server + " refuses " + request, why);
        shutDown(request);
    }

    /** Closes a request that no worker will serve, after the server's last word to it. */
    void reject(R request, Throwable cause) {
        counters.rejected(Rejection.OVERLOAD);
        listener.rejected(request, cause);
        rejections.warn(server + " has no worker for a request and closes it", cause);
        if (request.begin() && !request.awaitsHandshake()) {
            try {
                request.hurry();
                server.handleOverload(request);
                request.flush();
            } catch (Throwable e) {
                fail(request, e);
            }
        }
        shutDown(request);
    }

    /** Returns the request that the thread serves, if any. */
    @Nullable
    R servedBy(Thread thread) {
        return open.find(request -> request.isServedBy(thread));
    }

    /**
     * Serves a new request in the calling thread, which may be any, to its end or until it is parked. Throws nothing.
     */
    void run(R request) {
        if (request.begin()) {
            serve(request, SOMETHING);
        }
    }

    /** Serves a request that was parked, is ready, and was begun by the calling thread. Throws nothing. */
    void runReady(R request) {
        serve(request, request.receive());
    }

    /** Does what {@link #runReady} does, in a thread of the executor. Throws nothing. */
    void handOver(R request, Executor executor, Pace pace) {
        int received = request.receive();
        if (received < SOMETHING) {
            serve(request, received);
            return;
        }
        request.requeue();
        try {
            executor.execute(new RequestTask<>(this, request, pace));
        } catch (RejectedExecutionException | OutOfMemoryError e) {
            reject(request, e);
        }
    }

    private void serve(R request, int received) {
        try {
            int there = received != 0 && request.awaitsHandshake() ? shakeHands(request, received) : received;
            boolean parked = there == 0 ? park(request) : there > 0 && serveUntilIdle(request);
            if (parked) {
                return; // and is another thread's by now
            }
            finish(request);
        } catch (Throwable e) {
            request.failed();
            fail(request, e);
            sendLastWords(request);
        }
        shutDown(request);
        request.clearInterrupt();
    }

    /** Shakes hands with the peer; returns what came with it, as {@link Request#receive}, or -1 if it failed. */
    private int shakeHands(R request, int received) {
        try {
            return request.handshake(received);
        } catch (IOException e) {
            counters.rejected(Rejection.TLS_HANDSHAKE);
            listener.rejected(request, e);
            LOG.debug("{} and {} did not shake hands: {}", server, request, Printable.of(e));
            return -1;
        }
    }

    /** Serves what has come and comes; true if the request was then parked, false if there is no next one. */
    private boolean serveUntilIdle(R request) throws Exception {
        while (true) {
            counters.handling();
            server.finishRequest(request);
            if (!request.isKept()) {
                return false;
            }
            if (request.hasMore()) {
                request.begin();
            } else {
                request.flush();
                if (request.isParkable()) {
                    return park(request);
                }
                if (!request.awaitMore()) {
                    return false;
                }
            }
        }
    }

    /** Lets a request wait for its peer without a thread; true, since the caller has no more to do with it. */
    boolean park(R request) throws IOException {
        request.park();
        if (mayDismiss(request)) {
            request.dismiss();
        }
        if (!request.isOpen() && request.beginEnd()) {
            shutDown(request); // it was aborted before it was parked, so no selector will report it
        }
        return true;
    }

    /** Finishes a handler that was kept and has no next request, and sends what is unsent. */
    private void finish(R request) throws Exception {
        RequestHandler<?> handler = request.handler();
        if (handler != null) {
            if (request.isDismissed()) {
                sayGoodbye(request, handler);
            }
            handler.end();
        }
        request.flush();
    }

    /** Lets a connection that was idle when the server stopped hear the protocol's last words. */
    private void sayGoodbye(R request, RequestHandler<?> handler) {
        try {
            request.hurry();
            handler.sayGoodbye();
            request.flush();
        } catch (IOException e) {
            LOG.debug("{} did not hear the goodbye: {}", request, Printable.of(e));
        } catch (Exception e) {
            fail(request, e);
        }
    }

    /** Finishes the handler of a connection that is closed while it is parked; any other was finished before. */
    private void finishParked(R request) {
        RequestHandler<?> handler = request.handler();
        try {
            if (handler != null) {
                handler.end();
            }
        } catch (Throwable e) {
            fail(request, e);
        }
    }

    private void sendLastWords(R request) {
        try {
            request.flush();
        } catch (IOException | RuntimeException e) {
            LOG.debug("{} did not take the last words: {}", request, Printable.of(e));
        }
    }

    private void fail(R request, Throwable failure) {
        counters.failed();
        listener.error(request, failure);
        try {
            server.handleError(request, failure);
        } catch (Throwable e) {
            hookFailures.error("handleError threw", e);
        }
    }

    private void shutDown(R request) {
        try {
            server.shutdownRequest(request);
        } catch (Throwable e) {
            hookFailures.error("shutdownRequest threw", e);
        } finally {
            close(request);
        }
    }

    /** Closes a request; the one call that comes first and may, releases it. */
    void close(R request) {
        if (request.end()) {
            finishParked(request);
            try {
                request.release();
            } catch (RuntimeException e) {
                hookFailures.error("the handler of " + request + " released a buffer that is not its own", e);
            } finally {
                closed(request);
            }
        }
    }

    private void closed(R request) {
        if (draining) {
            endedDraining.incrementAndGet();
        }
        try {
            listener.closed(request);
        } finally {
            open.remove(request);
        }
    }

    /** Nothing is accepted for this run of the server any more, whatever a later one does. */
    void ended() {
        ended = true;
    }

    boolean hasEnded() {
        return ended;
    }

    /** From now on a connection kept open serves what its peer has sent already and then ends. */
    void beginDrain() {
        draining = true;
    }

    /** Returns how many requests have ended since {@link #beginDrain}. */
    int endedDraining() {
        return endedDraining.get();
    }

    /** Tells whether somebody who has just come, and sent nothing yet, is there. */
    boolean hasFresh() {
        return open.find(Request::isFresh) != null;
    }

    /** From now on also those who have sent nothing at all yet are idle. */
    void hurry() {
        hurrying = true;
    }

    private boolean mayDismiss(R request) {
        return draining && (hurrying || !request.isFresh());
    }

    /** Ends the connections that wait for their peer's next request; returns how many those were. */
    int dismissIdle() {
        int[] idle = {0};
        open.forEach(request -> {
            if (mayDismiss(request) && request.dismiss()) {
                idle[0]++;
            }
        });
        return idle[0];
    }

    /** Returns how the requests stand that are open. */
    List<DrainReport.Forced> toBeForced() {
        List<DrainReport.Forced> standing = new ArrayList<>();
        open.forEach(request -> standing.add(request.toBeForced()));
        return standing;
    }

    /** Ends what still runs: closes it, and interrupts its thread; what waits in a queue is closed for good. */
    void force() {
        open.forEach(request -> {
            request.interrupt();
            if (request.beginEnd()) {
                request.cutShort();
                shutDown(request);
            } else {
                close(request);
            }
        });
    }
}
