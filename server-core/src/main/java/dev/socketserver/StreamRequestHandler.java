package dev.socketserver;

import dev.socketserver.buffer.ByteInput;
import dev.socketserver.buffer.ByteOutput;
import java.util.function.Supplier;

/**
 * Serves one connection, in blocking code.
 *
 * <p>The connection closes when {@link #handle()} returns, unless that called {@link #keepOpen()}: then the same
 * instance's {@code handle()} is called again when the peer sends more.
 */
public abstract non-sealed class StreamRequestHandler extends RequestHandler<StreamConnection> {
    /** What a handler made of a lambda does with its connection. */
    @FunctionalInterface
    public interface Conversation {
        /** Serves the connection, which closes when this returns. */
        void hold(ByteInput in, ByteOutput out) throws Exception;
    }

    /** For subclasses. */
    protected StreamRequestHandler() {}

    /** Returns a supplier of handlers that each hold one conversation, for a server made of a lambda. */
    public static Supplier<StreamRequestHandler> of(Conversation conversation) {
        return () -> new StreamRequestHandler() {
            @Override
            protected void handle() throws Exception {
                conversation.hold(in(), out());
            }
        };
    }

    /**
     * Says the protocol's last words, such as {@code 421 closing}, on a connection that was idle when the server began
     * to stop; it is closed next, after {@link #finish()}. No wait in here may last longer than half a second. Whoever
     * waits in {@link ByteInput#awaitMessage()} is inside {@code handle()} and says them there. Does nothing unless
     * overridden.
     */
    protected void goodbye() throws Exception {}

    @Override
    final void sayGoodbye() throws Exception {
        goodbye();
    }

    /** Returns the connection. */
    protected final StreamConnection connection() {
        return request();
    }

    /** Returns what the peer sends. */
    protected final ByteInput in() {
        return request().in();
    }

    /** Returns what goes to the peer. */
    protected final ByteOutput out() {
        return request().out();
    }

    /**
     * Keeps the connection open after this {@link #handle()}: it is called again when the peer sends more, or at once
     * if more has come already. Holds for one call; has no effect if {@code handle()} throws.
     */
    protected final void keepOpen() {
        request().kept(true);
    }
}
