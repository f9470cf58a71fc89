package dev.socketserver.net;

import dev.socketserver.internal.util.Printable;
import java.io.IOException;

/** Thrown when a connection does not begin with a valid PROXY protocol header. */
public final class ProxyProtocolException extends IOException {
    private static final long serialVersionUID = 1;

    /**
     * Creates an exception. Control characters in the message are escaped, since it may quote the peer.
     *
     * @param message the problem
     */
    public ProxyProtocolException(String message) {
        super(Printable.of(message));
    }
}
