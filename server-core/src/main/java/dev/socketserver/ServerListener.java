package dev.socketserver;

import java.time.Duration;

/**
 * Receives the events of one or more servers. Every method does nothing by default.
 *
 * <p>Called by the accepting and serving threads, possibly concurrently: an implementation must be thread-safe and must
 * not block. Exceptions it throws are logged and otherwise ignored.
 */
public interface ServerListener {
    /** The listener that does nothing. */
    ServerListener NONE = new ServerListener() {};

    /** Called when the server has entered a state. */
    default void stateChanged(Server server, ServerState state) {}

    /**
     * Called when a connection was accepted or a datagram received. Behind a proxy, called once the PROXY header has
     * arrived, or just before the connection is rejected.
     */
    default void opened(Server server, Request request) {}

    /**
     * Called when a request was closed; follows every {@link #opened}, exactly once. Why a connection has ended says
     * {@link StreamConnection#endedBy()}.
     */
    default void closed(Server server, Request request) {}

    /**
     * Called when a request will not be served: the executor rejected or dropped it, the rules of the
     * {@linkplain ServerConfig#proxyProtocol() PROXY protocol} rejected its connection, its
     * {@linkplain ServerConfig#tls() TLS} handshake failed, that of {@link StreamConnection#startTls} included, it is a
     * datagram with a forged source address, or an answer to it is larger than {@link ServerConfig#maxAmplification()}
     * allows. The request is closed next. Not called if {@link BaseServer#verifyRequest} returns false; that request is
     * counted and closed.
     */
    default void rejected(Server server, Request request, Throwable cause) {}

    /** Called when a request's handler or hook threw; the request is closed next. */
    default void error(Server server, Request request, Throwable failure) {}

    /**
     * Called when messages for a peer that does not read were dropped, as the {@link ServerConfig#outboundPolicy()}
     * says.
     */
    default void dropped(Server server, StreamConnection connection, int messages) {}

    /** Called when accepting or receiving failed; the server backs off and retries. */
    default void acceptFailed(Server server, Throwable failure) {}

    /**
     * Called when there are as many connections as {@link ServerConfig#maxConnections()} allows: further ones wait, or
     * are refused.
     *
     * @param maxConnections the limit, also if it is derived from the descriptor limit
     */
    default void limitReached(Server server, int maxConnections) {}

    /**
     * Called when connections are accepted again, or the server has stopped; follows every {@link #limitReached},
     * exactly once.
     *
     * @param lasted the time since then
     */
    default void limitLeft(Server server, Duration lasted) {}

    /** Called when a datagram was longer than allowed; it is served truncated. */
    default void truncated(Server server, Datagram datagram) {}

    /** Called when the server has stopped. */
    default void stopped(Server server, DrainReport report) {}
}
