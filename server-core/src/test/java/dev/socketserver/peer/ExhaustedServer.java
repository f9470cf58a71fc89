package dev.socketserver.peer;

import dev.socketserver.Server;
import dev.socketserver.ServerListener;
import dev.socketserver.StreamRequestHandler;
import dev.socketserver.TcpServer;
import java.io.PrintStream;
import java.net.InetSocketAddress;

/**
 * An echo server that a test runs in a JVM of its own, with few descriptors. Prints its port, then a line for each
 * failed accept; ends with its input.
 */
public final class ExhaustedServer {
    private ExhaustedServer() {}

    /** Serves until the standard input ends; the argument is the most connections, 0 for the default. */
    public static void main(String... args) throws Exception {
        PrintStream out = System.out;
        var listener = new ServerListener() {
            @Override
            public void acceptFailed(Server server, Throwable failure) {
                out.println("failed");
            }
        };
        try (var server = new TcpServer(
                Loopback.config()
                        .listener(listener)
                        .maxConnections(Integer.parseInt(args[0]))
                        .build(),
                StreamRequestHandler.of((in, reply) -> in.transferTo(reply)))) {
            server.start();
            out.println(((InetSocketAddress) server.address()).getPort());
            while (System.in.read() >= 0) {
                // Until the input ends.
            }
        }
    }
}
