package dev.socketserver.examples;

import dev.socketserver.StreamRequestHandler;
import dev.socketserver.TcpServer;
import io.netty.buffer.ByteBuf;
import java.io.IOException;

/** A complete TCP server: sends back what it receives, on port 7007. */
public final class EchoServer {
    static final class EchoHandler extends StreamRequestHandler {
        @Override
        protected void handle() throws IOException {
            ByteBuf received = in().buffer();
            if (received.isReadable()) {
                out().write(received);
                keepOpen(); // without a worker until the peer sends more
            }
        }
    }

    public static void main(String... args) throws IOException {
        var server = new TcpServer(7007, EchoHandler::new);
        server.bind();
        System.out.println("listening on " + server.address());
        server.closeOnSignal(); // drains on SIGTERM
        server.serveForever();
    }
}
