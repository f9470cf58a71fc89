package dev.socketserver.examples.http;

import java.io.IOException;

/** A request is refused. */
final class HttpException extends IOException {
    private static final long serialVersionUID = 1;

    private final int status;
    private final String reason;

    HttpException(int status, String reason) {
        super(reason);
        this.status = status;
        this.reason = reason;
    }

    String reason() {
        return reason;
    }

    int status() {
        return status;
    }
}
