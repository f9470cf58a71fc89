package dev.socketserver;

/**
 * Observes a server. Every method does nothing unless overridden.
 *
 * <p>Called from the accepting and serving threads, several at a time: an implementation must be thread-safe and quick.
 * What it throws is logged and otherwise without effect.
 */
public interface ServerListener {
    /** The listener that does nothing. */
    ServerListener NONE = new ServerListener() {};

    /** The server entered a state. */
    default void stateChanged(BaseServer<?> server, ServerState state) {}

    /**
     * A connection was accepted or a datagram received. Behind a proxy, its header has come, or it is rejected next.
     */
    default void opened(Request request) {}

    /** A request was closed; follows every {@link #opened}, exactly once. */
    default void closed(Request request) {}

    /**
     * A request will not be served: the executor refused it or gave it up, the rules of the
     * {@linkplain ServerConfig#proxyProtocol() PROXY protocol} refused its connection, or its
     * {@linkplain ServerConfig#tls() TLS} handshake failed. It is closed next. Not called for one that
     * {@link BaseServer#verifyRequest} turns down, which is counted and closed.
     */
    default void rejected(Request request, Throwable cause) {}

    /** A request's handler or hook threw; it is closed next. */
    default void error(Request request, Throwable failure) {}

    /** Accepting or receiving failed; the server pauses and goes on. */
    default void acceptFailed(Throwable failure) {}

    /** A datagram was longer than allowed; it is served cut off. */
    default void truncated(Datagram datagram) {}

    /** The server stopped. */
    default void stopped(DrainReport report) {}
}
