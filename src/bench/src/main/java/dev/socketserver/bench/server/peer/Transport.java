package dev.socketserver.bench.server.peer;

/** What a server speaks. */
public enum Transport {
    /** Connections. */
    TCP,
    /** Encrypted connections. */
    TLS,
    /** Datagrams. */
    UDP
}
