package dev.socketserver.buffer;

import java.io.IOException;

/**
 * Thrown when a peer's line or frame is longer than the reader allows. The connection is of no further use for reading.
 */
public final class MessageTooLongException extends IOException {
    private static final long serialVersionUID = 1L;

    /** The limit that was passed, in bytes. */
    private final long limit;

    MessageTooLongException(String what, long limit) {
        super(what + " is longer than " + limit + " bytes");
        this.limit = limit;
    }

    /** Returns the limit that was passed, in bytes. */
    public long limit() {
        return limit;
    }
}
