package dev.socketserver.peer;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.socketserver.StreamRequestHandler;

/** Sends each line back, one request at a time. */
public class LineEcho extends StreamRequestHandler {
    @Override
    protected void handle() throws Exception {
        String line = in().readLine(UTF_8, 100);
        if (line != null) {
            out().write(line + "\n", UTF_8);
            keepOpen();
        }
    }
}
