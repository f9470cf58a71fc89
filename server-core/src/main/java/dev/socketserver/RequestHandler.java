package dev.socketserver;

import org.jspecify.annotations.Nullable;

/**
 * Serves one request: {@link #setup()}, {@link #handle()}, {@link #finish()}, in that order. A server makes one
 * instance per connection or datagram, so fields need no synchronisation: they are confined to the thread that serves.
 *
 * <pre>
 *   NEW ──setup()──▶ SET UP ──handle(), and again while it calls keepOpen()──▶ finish() ──▶ FINISHED
 *    └── setup() threw: finish() is not called
 * </pre>
 *
 * @param <R> what is handled
 */
public abstract sealed class RequestHandler<R extends Request> permits StreamRequestHandler, DatagramRequestHandler {
    private @Nullable R request;
    private @Nullable BaseServer<R> server;
    private boolean setUp;

    RequestHandler() {}

    /** Prepares; runs once, before the first {@link #handle()}. If it throws, neither handle nor finish is called. */
    protected void setup() throws Exception {}

    /** Serves the request. Whatever it throws costs this one request and goes to {@link BaseServer#handleError}. */
    protected abstract void handle() throws Exception;

    /** Cleans up; runs once after the last {@link #handle()}, also when that threw. */
    protected void finish() throws Exception {}

    /** Returns what is handled. */
    protected final R request() {
        return attached(request);
    }

    /** Returns the server that made this handler. */
    protected final BaseServer<R> server() {
        return attached(server);
    }

    private static <T> T attached(@Nullable T value) {
        if (value == null) {
            throw new IllegalStateException("a handler has no request before setup(), so not in its constructor");
        }
        return value;
    }

    final void attach(R newRequest, BaseServer<R> newServer) {
        if (request != null) {
            throw new IllegalStateException("the handlers' supplier must return a new handler for each request");
        }
        request = newRequest;
        server = newServer;
        newRequest.handler(this);
    }

    /** Serves one request; finishes unless the handler asked to be called again. */
    final void serve() throws Exception {
        if (!setUp) {
            setup();
            setUp = true;
        }
        try {
            handle();
        } catch (Throwable e) {
            request().failed();
            finishAfter(e);
            throw e;
        }
        if (!request().isKept()) {
            end();
        }
    }

    /** Says the protocol's last words to a peer that was idle when the server stopped. */
    void sayGoodbye() throws Exception {}

    /** Calls {@link #finish()}, once at the most, and only if {@link #setup()} had succeeded. */
    final void end() throws Exception {
        if (setUp) {
            setUp = false;
            finish();
            request().kept(false); // finished is finished, whatever finish() asked for
        }
    }

    private void finishAfter(Throwable failure) {
        try {
            end();
        } catch (Throwable e) {
            failure.addSuppressed(e);
        }
    }
}
