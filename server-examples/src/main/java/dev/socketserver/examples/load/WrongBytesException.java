package dev.socketserver.examples.load;

import java.io.IOException;

/** The peer answered, but not with what it was sent. */
final class WrongBytesException extends IOException {
    private static final long serialVersionUID = 1;

    WrongBytesException(String message) {
        super(message);
    }
}
