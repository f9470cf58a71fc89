package dev.socketserver.examples.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.socketserver.StreamRequestHandler;
import java.io.IOException;

/** Answers each line with the same line, after a {@link Query}. Confined to its connection. */
final class QueryHandler extends StreamRequestHandler {
    private final Query query;

    QueryHandler(Query query) {
        this.query = query;
    }

    @Override
    protected void handle() throws IOException {
        String line = in().readLine(UTF_8, Query.LONGEST);
        if (line != null) {
            query.run();
            out().write(line + "\n", UTF_8);
            keepOpen();
        }
    }
}
