package dev.socketserver.examples;

import dev.socketserver.StreamRequestHandler;
import dev.socketserver.TcpServer;
import java.io.IOException;

/** A complete TCP server: sends back what it receives, on port 7007. */
public final class EchoServer {
    static final class EchoHandler extends StreamRequestHandler {
        @Override
        protected void handle() throws IOException {
            in().transferTo(out());
        }
    }

    public static void main(String... args) throws IOException {
        try (var server = new TcpServer(7007, EchoHandler::new)) {
            Runtime.getRuntime().addShutdownHook(new Thread(server::close));
            server.serveForever();
        }
    }
}
