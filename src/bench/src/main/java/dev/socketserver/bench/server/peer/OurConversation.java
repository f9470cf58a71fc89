package dev.socketserver.bench.server.peer;

import dev.socketserver.StreamRequestHandler;
import java.io.IOException;

/** Serves a connection from its first byte to its last in plain blocking code. Confined to its connection. */
final class OurConversation extends StreamRequestHandler {
    private final Setup setup;

    OurConversation(Setup setup) {
        this.setup = setup;
    }

    @Override
    protected void handle() throws IOException {
        byte[] chunk = new byte[setup.bufferBytes()];
        int count;
        while ((count = in().read(chunk)) > 0) {
            setup.work().run();
            out().write(chunk, 0, count);
            out().flush();
        }
    }
}
