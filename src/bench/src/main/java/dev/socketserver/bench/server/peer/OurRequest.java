package dev.socketserver.bench.server.peer;

import dev.socketserver.StreamRequestHandler;
import io.netty.buffer.ByteBuf;
import java.io.IOException;

/** Answers one request and gives the worker back. Confined to its connection. */
final class OurRequest extends StreamRequestHandler {
    private final Work work;

    OurRequest(Work work) {
        this.work = work;
    }

    @Override
    protected void handle() throws IOException {
        ByteBuf received = in().buffer();
        if (received.isReadable()) {
            work.run();
            out().write(received);
            keepOpen();
        }
    }
}
