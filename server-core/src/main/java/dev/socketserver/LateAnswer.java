package dev.socketserver;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.net.SocketAddress;

/**
 * The right to answer a datagram though its handler has returned; see {@link Datagram#answerLater()}. Thread-safe.
 *
 * <p>The datagram is open until this is closed: it counts as open, and a drain waits for it. One that is still open at
 * the end of the grace is closed by the server.
 */
public interface LateAnswer extends AutoCloseable {
    /** Returns the peer's address. */
    SocketAddress remoteAddress();

    /**
     * Sends the readable bytes to the peer as one datagram. May be called several times.
     *
     * @param message stays the caller's, with its indices, and must not change meanwhile
     * @throws dev.socketserver.limit.LimitExceededException if the answer is larger than
     *     {@link ServerConfig#maxAmplification()} allows
     * @throws IOException if the datagram cannot be sent, or the server has closed this
     * @throws IllegalStateException if this was closed by {@link #close()}
     */
    void send(ByteBuf message) throws IOException;

    /** Gives the right back. A second call does nothing. */
    @Override
    void close();
}
