package dev.socketserver;

/**
 * Why a server closed an accepted connection, or dropped a received datagram, without serving it, or did not send an
 * answer.
 */
public enum Rejection {
    /** The executor had no room or no worker for it. */
    OVERLOAD,

    /** {@link BaseServer#verifyRequest} rejected it. */
    VERIFY,

    /** There were as many connections as {@link ServerConfig#maxConnections()} allows, which refuses more. */
    LIMIT,

    /** Connections came more often than {@link ServerConfig#acceptRate()} allows, and more are refused. */
    RATE,

    /** Its source had as many connections as {@link ServerConfig#sourceLimits()} allows. */
    SOURCE_CONNECTIONS,

    /** Its source came more often than {@link ServerConfig#sourceLimits()} allows. */
    SOURCE_RATE,

    /** Its source was not known, and {@link ServerConfig#sourceLimits()} leaves no room to count one more. */
    SOURCE_TABLE_FULL,

    /** {@link ServerConfig#accessList()} does not admit its address. */
    DENIED,

    /** It did not come from one of the proxies that {@link ServerConfig#proxyProtocol()} trusts. */
    PROXY_SENDER,

    /** It did not send a valid PROXY protocol header in time. */
    PROXY_HEADER,

    /** Its TLS handshake failed or took too long, at its beginning or after {@link StreamConnection#startTls}. */
    TLS_HANDSHAKE,

    /** The datagram claims to come from the server's own address, or from port 0: answering it would do harm. */
    SENDER,

    /** An answer to the datagram was larger than {@link ServerConfig#maxAmplification()} allows, and was not sent. */
    AMPLIFICATION
}
