package dev.socketserver.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.socketserver.StreamRequestHandler;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Writes down what is called, and echoes a line at a time. */
class LineRecorder extends StreamRequestHandler {
    final List<String> calls = new ArrayList<>();

    @Override
    protected void setup() throws Exception {
        calls.add("setup");
    }

    @Override
    protected void handle() throws Exception {
        calls.add("handle");
        String line = in().readLine(UTF_8, 100);
        if (line != null) {
            out().write(line + "\n", UTF_8);
            keepOpen();
        }
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
