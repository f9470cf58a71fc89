package dev.socketserver.examples;

import dev.socketserver.StreamRequestHandler;
import dev.socketserver.TcpServer;
import java.io.IOException;

/** A complete TCP server: sends back what it receives, on port 7007. */
public final class EchoServer {
    public static void main(String... args) throws IOException {
        var server = new TcpServer(7007, StreamRequestHandler.ofMessages(peer -> {
            peer.out().write(peer.in().buffer());
        }));
        server.bind();
        System.out.println("listening on " + server.address());
        server.closeOnSignal(); // drains on SIGTERM
        server.serveForever();
    }
}
