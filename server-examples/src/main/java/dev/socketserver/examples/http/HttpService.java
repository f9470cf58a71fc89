package dev.socketserver.examples.http;

import java.io.IOException;

/** Answers requests. Thread-safe. */
@FunctionalInterface
public interface HttpService {
    /**
     * Answers a request, whose body it may read, in blocking code.
     *
     * @throws IOException if that is not possible; a refusal is sent if the response has not begun
     */
    void serve(HttpRequest request, HttpResponse response) throws IOException;
}
