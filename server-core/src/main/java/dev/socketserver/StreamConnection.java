package dev.socketserver;

import dev.socketserver.buffer.ByteInput;
import dev.socketserver.buffer.ByteOutput;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLSession;

/**
 * One accepted connection, TCP or Unix-domain: what a {@link StreamRequestHandler} works on.
 *
 * <p>Reading flushes what was written before it waits for the peer, so a conversation never deadlocks on unsent bytes.
 *
 * <p>Confined to the thread that serves it, except for {@link #close()} and the addresses, which any thread may use. A
 * call of {@link #in()} or {@link #out()}'s methods by another thread throws an {@link IllegalStateException}.
 */
public non-sealed interface StreamConnection extends Request, AutoCloseable {
    /** Returns what the peer sends. */
    ByteInput in();

    /** Returns what goes to the peer; flushed before each wait for the peer and when {@code handle()} has returned. */
    ByteOutput out();

    /**
     * Returns the address of the proxy that the connection came through, if it said by the PROXY protocol whose it is.
     */
    Optional<SocketAddress> proxyAddress();

    /**
     * Returns the TLS session, which has the peer's certificate, for example; empty without TLS, and in hooks that run
     * before the handshake.
     */
    Optional<SSLSession> tlsSession();

    /** Returns the protocol that peer and server agreed on by ALPN; empty if on none, or without TLS. */
    Optional<String> applicationProtocol();

    /**
     * Sets a socket option, such as {@link java.net.StandardSocketOptions#SO_KEEPALIVE}.
     *
     * @throws IOException if the system refuses the value
     */
    <T> void option(SocketOption<T> name, T value) throws IOException;

    /**
     * Sets how long one read inside {@code handle()} may wait; zero for no limit. The default is the server's
     * configuration.
     */
    void readTimeout(Duration timeout);

    /**
     * Sets how long a write may wait for the peer to take at least one byte; zero for no limit. The default is the
     * server's configuration.
     */
    void writeTimeout(Duration timeout);

    /**
     * Sends what was written and then the end of the stream, and ends {@link #out()}; reading goes on.
     *
     * @throws IOException if writing to the peer fails
     */
    void shutdownOutput() throws IOException;

    /** Returns whether the connection was not closed on this side. Thread-safe. */
    boolean isOpen();

    /**
     * Closes the connection at once. A handler that reads or writes fails with an {@code IOException}; one that is not
     * running is finished in a thread of the server's, not in the caller's. A TLS peer is told of the end if it is the
     * handler that closes, and is cut off otherwise. Thread-safe.
     */
    @Override
    void close();
}
