package dev.socketserver.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.socketserver.peer.LineEcho;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Writes down what is called, and echoes a line at a time. */
class LineRecorder extends LineEcho {
    final List<String> calls = new ArrayList<>();

    @Override
    protected void setup() throws Exception {
        calls.add("setup");
    }

    @Override
    protected void handle() throws Exception {
        calls.add("handle");
        super.handle();
    }

    @Override
    protected void goodbye() throws IOException {
        calls.add("goodbye");
        out().write("bye\n", UTF_8);
    }

    @Override
    protected void finish() {
        calls.add("finish");
    }
}
