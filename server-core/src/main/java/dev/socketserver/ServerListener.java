package dev.socketserver;

/**
 * Receives the events of a server, or of several. Every method does nothing unless overridden.
 *
 * <p>Called by the accepting and serving threads, several at a time: an implementation must be thread-safe and must not
 * block. Whatever it throws is logged and has no other effect.
 */
public interface ServerListener {
    /** The listener that does nothing. */
    ServerListener NONE = new ServerListener() {};

    /** The server entered a state. */
    default void stateChanged(Server server, ServerState state) {}

    /**
     * A connection was accepted or a datagram received. Behind a proxy, its header has come, or it is rejected next.
     */
    default void opened(Server server, Request request) {}

    /** A request was closed; follows every {@link #opened}, exactly once. */
    default void closed(Server server, Request request) {}

    /**
     * A request will not be served: the executor refused it or gave it up, the rules of the
     * {@linkplain ServerConfig#proxyProtocol() PROXY protocol} refused its connection, its
     * {@linkplain ServerConfig#tls() TLS} handshake failed, or it is a datagram with a forged source address. It is
     * closed next. Not called for one that {@link BaseServer#verifyRequest} turns down, which is counted and closed.
     */
    default void rejected(Server server, Request request, Throwable cause) {}

    /** A request's handler or hook threw; it is closed next. */
    default void error(Server server, Request request, Throwable failure) {}

    /** Messages for a peer that does not read were dropped, as the {@link ServerConfig#outboundPolicy()} says. */
    default void dropped(Server server, StreamConnection connection, int messages) {}

    /** Accepting or receiving failed; the server pauses and goes on. */
    default void acceptFailed(Server server, Throwable failure) {}

    /** A datagram was longer than allowed; it is served truncated. */
    default void truncated(Server server, Datagram datagram) {}

    /** The server stopped. */
    default void stopped(Server server, DrainReport report) {}
}
