package dev.socketserver;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Serves one request: {@link #setup()}, {@link #handle()}, {@link #finish()}, in that order. A server creates one
 * instance per connection or datagram, so fields need no synchronization: they are confined to the serving thread.
 *
 * <pre>
 *   NEW ──setup()──▶ SET UP ──handle(), and again while it calls keepOpen()──▶ finish() ──▶ FINISHED
 *    └── setup() threw: finish() is not called
 * </pre>
 *
 * @param <R> the type of the request
 */
public abstract sealed class RequestHandler<R extends Request> permits StreamRequestHandler, DatagramRequestHandler {
    private @Nullable R request;
    private @Nullable Server server;
    private volatile boolean setUp; // published after setup() was: other threads may find the handler then
    private boolean finished;
    private boolean kept;

    RequestHandler() {}

    /**
     * Prepares the handler; runs once, before the first {@link #handle()}. If it throws, neither handle nor finish
     * runs; if it closes or relays the connection, handle does not.
     */
    protected void setup() throws Exception {}

    /** Serves the request. An exception affects only this request and is passed to {@link BaseServer#handleError}. */
    protected abstract void handle() throws Exception;

    /**
     * Cleans up; runs once after the last {@link #handle()}, even if that threw. Its output still reaches a peer that
     * reads, for example after {@link EndReason#IDLE_TIMEOUT}; {@link StreamConnection#endedBy()} returns why the
     * connection ends.
     */
    protected void finish() throws Exception {}

    /** Returns the request. */
    protected final R request() {
        return attached(request);
    }

    /** Returns the server that created this handler. */
    protected final Server server() {
        return attached(server);
    }

    private static <T> T attached(@Nullable T value) {
        if (value == null) {
            throw new IllegalStateException("a handler has no request before setup(), and none in its constructor");
        }
        return value;
    }

    final void attach(R newRequest, Server newServer) {
        if (request != null) {
            throw new IllegalStateException("the handler supplier must return a new handler for each request");
        }
        request = newRequest;
        server = newServer;
    }

    /** Calls {@link #setup()} the first time. */
    final void setUp() throws Exception {
        if (!setUp) {
            setup();
            setUp = true;
        }
    }

    /** Has this handler called again for the request's next message, once {@link #handle()} has returned. */
    final void keep() {
        kept = true;
    }

    /** Handles one message; returns whether the handler asked to be called again. */
    final boolean handleOnce() throws Exception {
        kept = false;
        handle();
        return kept;
    }

    /** Is called when the peer has been silent for a while. */
    void hearSilence() throws IOException {}

    /** Sends the protocol's goodbye to a peer that was idle when the server began to drain. */
    void sayGoodbye() throws Exception {}

    /** Calls {@link #finish()}, at most once, and only if {@link #setup()} succeeded. */
    final void end() throws Exception {
        if (setUp && !finished) {
            finished = true;
            finish();
        }
    }

    /** Returns whether {@link #setup()} has run. Thread-safe: the caller then sees what it did. */
    final boolean isSetUp() {
        return setUp;
    }

    final boolean isFinished() {
        return finished;
    }

    /** Calls {@link #finish()}, as {@link #end()} does, after a failure, which is to be thrown on. */
    final void endAfter(Throwable failure) {
        try {
            end();
        } catch (Throwable e) {
            if (e != failure) { // as are the errors that the JVM throws when it has no memory for new ones
                failure.addSuppressed(e);
            }
        }
    }
}
