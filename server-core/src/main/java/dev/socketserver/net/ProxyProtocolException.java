package dev.socketserver.net;

import java.io.IOException;

/** Thrown when a connection does not begin with a header of the PROXY protocol as it should. */
public final class ProxyProtocolException extends IOException {
    private static final long serialVersionUID = 1;

    /**
     * Makes an exception.
     *
     * @param message what is wrong
     */
    public ProxyProtocolException(String message) {
        super(message);
    }
}
