package dev.socketserver;

import java.net.SocketAddress;
import java.time.Duration;

/** A unit of work that a server passes to a handler: a {@link StreamConnection} or a {@link Datagram}. */
public sealed interface Request permits StreamConnection, Datagram {
    /** Returns the number of this request, unique in this process; a connection's log lines show it. Thread-safe. */
    long id();

    /** Returns the peer's address; behind a trusted proxy, the client's address that it reported. Thread-safe. */
    SocketAddress remoteAddress();

    /** Returns the address that the peer connected or sent to, even after the request was closed. Thread-safe. */
    SocketAddress localAddress();

    /** Returns the time since the connection was accepted or the datagram received. Thread-safe. */
    Duration age();
}
