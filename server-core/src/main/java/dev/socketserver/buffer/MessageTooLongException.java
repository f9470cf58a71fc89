package dev.socketserver.buffer;

import java.io.IOException;

/**
 * Thrown if a line or frame from a peer exceeds the reader's limit, and the failure of a connection whose handler
 * leaves more unread than {@link dev.socketserver.ServerConfig#maxUnread()} while it waits for the rest of a message.
 * No further input can be read from the connection.
 */
public final class MessageTooLongException extends IOException {
    private static final long serialVersionUID = 1L;

    /** The limit that was exceeded, in bytes. */
    private final long limit;

    /**
     * Creates an exception.
     *
     * @param what the kind of message, such as "line" or "frame"
     * @param limit the maximum length in bytes
     */
    public MessageTooLongException(String what, long limit) {
        super(what + " is longer than " + limit + " bytes");
        this.limit = limit;
    }

    /** Returns the limit that was exceeded, in bytes. */
    public long limit() {
        return limit;
    }
}
