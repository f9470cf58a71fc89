package dev.socketserver.buffer;

import java.io.IOException;

/**
 * Thrown if the line or frame of a peer is longer than the reader allows. Nothing more can be read from the connection.
 */
public final class MessageTooLongException extends IOException {
    private static final long serialVersionUID = 1L;

    /** The limit that was passed, in bytes. */
    private final long limit;

    /**
     * Creates an exception.
     *
     * @param what what is too long: "line" or "frame"
     * @param limit the longest allowed, in bytes
     */
    public MessageTooLongException(String what, long limit) {
        super(what + " is longer than " + limit + " bytes");
        this.limit = limit;
    }

    /** Returns the limit that was passed, in bytes. */
    public long limit() {
        return limit;
    }
}
