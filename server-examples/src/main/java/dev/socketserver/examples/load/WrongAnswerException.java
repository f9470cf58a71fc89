package dev.socketserver.examples.load;

import java.io.IOException;

/** The peer answered, but not as it should. */
final class WrongAnswerException extends IOException {
    private static final long serialVersionUID = 1;

    WrongAnswerException(String message) {
        super(message);
    }
}
