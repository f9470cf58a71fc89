package dev.socketserver;

import dev.socketserver.buffer.ByteInput;
import dev.socketserver.buffer.ByteOutput;
import java.io.IOException;
import java.util.function.Supplier;

/**
 * Serves one connection, in blocking code.
 *
 * <p>The connection closes when {@link #handle()} returns, unless it has called {@link #keepOpen()}: then
 * {@code handle()} of the same instance is called again when the peer sends more. A {@code handle()} that calls
 * {@code keepOpen()} without consuming anything waits for the rest of a message: it is called again when further bytes
 * have arrived, or at the end of the stream.
 *
 * <p>A handler that speaks first writes in {@link #setup()}, or in its first {@code handle()}; see
 * {@link ServerConfig#awaitFirstByte()}.
 */
public abstract non-sealed class StreamRequestHandler extends RequestHandler<StreamConnection> {
    /** A handler as a lambda expression. */
    @FunctionalInterface
    public interface Conversation {
        /** Serves the connection, which closes when this returns. */
        void hold(ByteInput in, ByteOutput out) throws Exception;
    }

    /** What a handler does with its connection, as a lambda expression. */
    @FunctionalInterface
    public interface ConnectionHandler {
        /** Serves the connection, or one message of its peer. */
        void handle(StreamConnection connection) throws Exception;
    }

    /** For subclasses. */
    protected StreamRequestHandler() {}

    /** Returns a supplier of handlers that hold one conversation each, for a server made from a lambda. */
    public static Supplier<StreamRequestHandler> of(Conversation conversation) {
        return () -> new StreamRequestHandler() {
            @Override
            protected void handle() throws Exception {
                conversation.hold(in(), out());
            }
        };
    }

    /** As {@link #of}, for a lambda that needs more of its connection than input and output. */
    public static Supplier<StreamRequestHandler> ofConnection(ConnectionHandler conversation) {
        return () -> new StreamRequestHandler() {
            @Override
            protected void handle() throws Exception {
                conversation.handle(connection());
            }
        };
    }

    /**
     * Returns a supplier of handlers that {@linkplain #keepOpen() keep their connections open}: the lambda is called
     * for each message, and between two messages a connection holds no worker. It closes when its peer ends it, is
     * silent for longer than {@link ServerConfig#idleTimeout()}, or the lambda calls {@link StreamConnection#close()}.
     */
    public static Supplier<StreamRequestHandler> ofMessages(ConnectionHandler message) {
        return () -> new StreamRequestHandler() {
            @Override
            protected void handle() throws Exception {
                message.handle(connection());
                keepOpen();
            }
        };
    }

    /**
     * Says the protocol's last words, such as {@code 421 closing}, on a connection that was idle when the server began
     * to drain, or that has reached its {@linkplain ServerConfig#maxConnectionAge() age}; it is closed next, after
     * {@link #finish()}. No wait in here may last longer than half a second. A handler that waits in
     * {@link ByteInput#awaitMessage()} is inside {@code handle()} and says its last words there. Does nothing unless
     * overridden.
     */
    protected void goodbye() throws Exception {}

    @Override
    final void sayGoodbye() throws Exception {
        goodbye();
    }

    /**
     * Called when the connection awaits a message and its peer has sent nothing for {@link ServerConfig#idleAfter()},
     * and again after each further such period until the peer sends something. It may write to the connection, for
     * example a heartbeat, and may close it. This does not postpone the {@linkplain ServerConfig#idleTimeout() idle
     * timeout}. It is not called before {@code setup()}: a peer that has sent nothing since it connected may have no
     * handler yet. Does nothing unless overridden.
     */
    protected void idle() throws IOException {}

    @Override
    final void hearSilence() throws IOException {
        idle();
    }

    /** Returns the connection. */
    protected final StreamConnection connection() {
        return request();
    }

    /** Returns the input from the peer. */
    protected final ByteInput in() {
        return request().in();
    }

    /** Returns the output to the peer. */
    protected final ByteOutput out() {
        return request().out();
    }

    /**
     * Keeps the connection open after this {@link #handle()}, which is called again when the peer sends more, or at
     * once if more has already arrived. Applies to this call only; has no effect if {@code handle()} throws.
     *
     * <p>A {@code handle()} that has consumed nothing may leave up to {@link ServerConfig#maxUnread()} bytes unread;
     * with more, the connection fails with a {@link dev.socketserver.buffer.MessageTooLongException}.
     * {@link ServerConfig#messageTimeout()} limits the time.
     */
    protected final void keepOpen() {
        keep();
    }
}
