package dev.socketserver.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.socketserver.StreamRequestHandler;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Sends the document whose number the peer requests, after a delay that simulates a remote server. */
final class DocumentHandler extends StreamRequestHandler {
    private static final int LONGEST_REQUEST = 20;
    private static final int LINES = 40;

    private final Duration delay;

    DocumentHandler(Duration delay) {
        this.delay = delay;
    }

    @Override
    protected void handle() throws IOException, InterruptedException {
        String number = in().readLine(UTF_8, LONGEST_REQUEST);
        if (number != null) {
            TimeUnit.NANOSECONDS.sleep(delay.toNanos());
            out().write(document(Integer.parseInt(number)), UTF_8);
        }
    }

    /** Returns the text of a document, which is different for each. */
    static String document(int number) {
        return ("document " + number + "\n").repeat(1 + number % LINES);
    }
}
