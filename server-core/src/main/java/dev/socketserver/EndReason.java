package dev.socketserver;

/** Why a connection ended: the first reason that there was. See {@link StreamConnection#endedBy()}. */
public enum EndReason {
    /** The peer ended its stream. */
    PEER,
    /** The connection broke: the peer reset it, reading or writing failed, or the TLS handshake did. */
    RESET,
    /** The peer sent no message for as long as the idle timeout allows. */
    IDLE_TIMEOUT,
    /** The peer did not send the rest of a message, or what a read waited for, in time, or gave way to others. */
    READ_TIMEOUT,
    /** The peer took no byte for as long as the write timeout allows, or too few, or gave way to others. */
    WRITE_TIMEOUT,
    /** More messages would have waited for the peer than {@link ServerConfig#outboundLimit()} allows. */
    OUTBOUND_LIMIT,
    /** The connection was idle, and as old as {@link ServerConfig#maxConnectionAge()} allows. */
    MAX_CONNECTION_AGE,
    /** The server stops: the connection was idle, or still busy at the end of the grace. */
    DRAIN,
    /** The handler returned without {@code keepOpen()}, or it or a task in the connection's turn called close(). */
    HANDLER,
    /**
     * Another thread or the server closed the connection: it was not let in, its place was wanted near
     * {@link ServerConfig#maxConnections()}, or its handler was stuck.
     */
    SERVER,
    /** The handler or a task threw, and not because of one of the other reasons. */
    ERROR
}
