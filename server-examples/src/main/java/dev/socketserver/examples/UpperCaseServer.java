package dev.socketserver.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.socketserver.DatagramRequestHandler;
import dev.socketserver.UdpServer;
import java.io.IOException;
import java.util.Locale;

/** A complete UDP server: answers each datagram with its text in upper case, on port 7007. */
public final class UpperCaseServer {
    static final class UpperCaseHandler extends DatagramRequestHandler {
        @Override
        protected void handle() throws IOException {
            var text = new String(in().readAllBytes(), UTF_8);
            out().write(text.toUpperCase(Locale.ROOT).getBytes(UTF_8));
        }
    }

    public static void main(String... args) throws IOException {
        try (var server = new UdpServer(7007, UpperCaseHandler::new)) {
            server.closeOnSignal();
            server.serveForever();
        }
    }
}
