package dev.socketserver;

import java.net.SocketAddress;

/** What a server accepts and hands to a handler: a {@link StreamConnection} or a {@link Datagram}. */
public sealed interface Request permits StreamConnection, Datagram {
    /** Returns the number of this request, unique in this process. Thread-safe. */
    long id();

    /** Returns the peer's address; the real peer's, if a trusted proxy said who it is. Thread-safe. */
    SocketAddress remoteAddress();

    /** Returns the address that the peer reached; also after the request was closed. Thread-safe. */
    SocketAddress localAddress();
}
