package dev.socketserver.examples.http;

import dev.socketserver.Framing;
import dev.socketserver.ServerState;
import dev.socketserver.StreamRequestHandler;
import java.io.EOFException;
import java.io.IOException;
import java.time.Clock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The connection of a client of HTTP/1.1: each call handles one request. Confined to its connection's turn. */
public final class HttpHandler extends StreamRequestHandler {
    /** Where the head of a request ends. For the configuration of the server. */
    public static final Framing FRAMING = HeadLines.FRAMING;

    private static final Logger LOG = LoggerFactory.getLogger(HttpHandler.class);

    private final HttpService service;
    private final Clock clock;

    /** Creates a handler of one client. */
    public HttpHandler(HttpService service, Clock clock) {
        this.service = service;
        this.clock = clock;
    }

    @Override
    protected void handle() throws IOException {
        try {
            if (in().await(1) && answer()) {
                keepOpen();
            }
        } catch (EOFException | HttpException e) {
            LOG.debug("{} is disconnected inside a request: {}", connection(), e);
        }
    }

    /** Returns whether another request may follow. */
    private boolean answer() throws IOException {
        HttpRequest request;
        try {
            request = new HttpRequest(in());
        } catch (HttpException e) {
            new HttpResponse(out(), clock).send(e.status(), e.reason());
            return false; // where the next request begins is not known
        }
        var response = new HttpResponse(request, server().state() != ServerState.DRAINING, out(), clock);
        try {
            service.serve(request, response);
        } catch (HttpException e) {
            if (response.hasBegun()) {
                throw e;
            }
            if (e.status() == 400 || e.status() == 431 || !request.isDiscarded()) {
                response.isLast(); // where the next request begins is not known
            }
            response.send(e.status(), e.reason());
        }
        return response.keepsOpen() && request.isDiscarded();
    }
}
