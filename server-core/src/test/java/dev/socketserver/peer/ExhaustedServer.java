package dev.socketserver.peer;

import dev.socketserver.Server;
import dev.socketserver.ServerConfig;
import dev.socketserver.ServerListener;
import dev.socketserver.StreamRequestHandler;
import dev.socketserver.TcpServer;
import dev.socketserver.net.Cidr;
import dev.socketserver.net.ProxyProtocol;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/**
 * An echo server that a test runs in a JVM of its own, with few descriptors. Prints its port, then a line for each
 * failed accept; ends with its input.
 */
public final class ExhaustedServer {
    private ExhaustedServer() {}

    /**
     * Serves until the standard input ends. The arguments are the most connections, 0 for the default, and within how
     * many milliseconds a proxy has to send its header, 0 if there are no proxies.
     */
    public static void main(String... args) throws Exception {
        PrintStream out = System.out;
        var listener = new ServerListener() {
            @Override
            public void acceptFailed(Server server, Throwable failure) {
                out.println("failed");
            }
        };
        ServerConfig.Builder config = Loopback.config().listener(listener).maxConnections(Integer.parseInt(args[0]));
        Duration headerTimeout = Duration.ofMillis(Long.parseLong(args[1]));
        if (!headerTimeout.isZero()) {
            config.proxyProtocol(new ProxyProtocol(List.of(Cidr.parse("127.0.0.0/8")), headerTimeout));
        }
        try (var server = new TcpServer(config.build(), StreamRequestHandler.of((in, reply) -> in.transferTo(reply)))) {
            server.start();
            out.println(((InetSocketAddress) server.address()).getPort());
            while (System.in.read() >= 0) {
                // Until the input ends.
            }
        }
    }
}
