package dev.socketserver.bench.server.peer;

/** What a server speaks. */
public enum Transport {
    /** Connections. */
    TCP,
    /** Datagrams. */
    UDP
}
