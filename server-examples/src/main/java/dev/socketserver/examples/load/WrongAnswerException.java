package dev.socketserver.examples.load;

import java.io.IOException;

/** Thrown if an answer of the peer is wrong. */
final class WrongAnswerException extends IOException {
    private static final long serialVersionUID = 1;

    WrongAnswerException(String message) {
        super(message);
    }
}
