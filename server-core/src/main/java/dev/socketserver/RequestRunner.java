package dev.socketserver;

import java.io.IOException;
import java.util.concurrent.RejectedExecutionException;
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

    private final BaseServer<R> server;
    private final ServerListener listener;
    private final RequestRegistry<R> open = new RequestRegistry<>();
    private final RateLimitedLog rejections = new RateLimitedLog(LOG);
    private final RateLimitedLog hookFailures = new RateLimitedLog(LOG);
    private volatile boolean draining;

    RequestRunner(BaseServer<R> server, ServerListener listener) {
        this.server = server;
        this.listener = listener;
    }

    RequestRegistry<R> open() {
        return open;
    }

    /** Takes an accepted request to the executor. An Error that is not the request's own fault is thrown on. */
    void admit(R request) {
        open.add(request);
        listener.opened(request);
        if (request instanceof Datagram datagram && datagram.isTruncated()) {
            listener.truncated(datagram);
        }
        try {
            if (server.verifyRequest(request)) {
                server.processRequest(request);
            } else {
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
        }
    }

    private void reject(R request, Throwable cause) {
        listener.rejected(request, cause);
        rejections.warn(server + " has no worker for a request and closes it", cause);
        shutDown(request);
    }

    /** Serves a request to its end in the calling thread, which may be any. Throws nothing. */
    void run(R request) {
        if (!request.begin()) {
            return;
        }
        try {
            do {
                server.finishRequest(request);
            } while (request.isKept() && hasNext(request));
            finish(request);
        } catch (Throwable e) {
            request.failed();
            fail(request, e);
            sendLastWords(request);
        }
        shutDown(request);
        request.clearInterrupt();
    }

    /** Waits for the next request of a connection that was kept open; while draining, only if it has begun to come. */
    private boolean hasNext(R request) {
        if (!request.hasMore()) {
            request.idle();
            if (draining || !request.awaitNext()) {
                return false;
            }
        }
        return request.begin();
    }

    /** Finishes a handler that was kept and has no next request, and sends what is unsent. */
    private void finish(R request) throws Exception {
        RequestHandler<?> handler = request.handler();
        if (handler != null) {
            handler.end();
        }
        request.flush();
    }

    private void sendLastWords(R request) {
        try {
            request.flush();
        } catch (IOException | RuntimeException e) {
            LOG.debug("{} did not take the last words: {}", request, e.toString());
        }
    }

    private void fail(R request, Throwable failure) {
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
            try {
                request.release();
            } catch (RuntimeException e) {
                hookFailures.error("the handler of " + request + " released a buffer that is not its own", e);
            }
            listener.closed(request);
            open.remove(request);
        }
    }

    /** From now on a connection kept open serves what its peer has sent already and then ends. */
    int drain() {
        draining = true;
        int[] idle = {0};
        open.forEach(request -> {
            if (request.dismiss()) {
                idle[0]++;
            }
        });
        return idle[0];
    }

    /** Ends what still runs: closes it, and interrupts its thread; what waits in a queue is closed for good. */
    int force() {
        int forced = open.size();
        open.forEach(request -> {
            request.interrupt();
            close(request);
        });
        return forced;
    }
}
