package dev.socketserver.examples;

import dev.socketserver.StreamRequestHandler;
import io.netty.buffer.ByteBuf;
import java.io.IOException;

/** Sends back the received bytes and keeps the connection open, idle until more arrive. Confined to its connection. */
final class EchoHandler extends StreamRequestHandler {
    @Override
    protected void handle() throws IOException {
        ByteBuf received = in().buffer();
        if (received.isReadable()) {
            out().write(received);
            keepOpen();
        }
    }
}
