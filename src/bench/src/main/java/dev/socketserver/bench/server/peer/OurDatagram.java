package dev.socketserver.bench.server.peer;

import dev.socketserver.DatagramRequestHandler;
import java.io.IOException;

/** Sends a datagram back. */
final class OurDatagram extends DatagramRequestHandler {
    @Override
    protected void handle() throws IOException {
        datagram().reply(datagram().content());
    }
}
