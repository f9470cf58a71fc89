package dev.socketserver;

import java.io.Serial;
import java.net.ProtocolException;

/**
 * Thrown by a handler whose peer has broken the protocol. The request ends as with any other exception, but the failure
 * is the peer's: {@link BaseServer#handleError} logs one line at DEBUG, not a stack trace at ERROR.
 */
public final class ProtocolViolationException extends ProtocolException {
    @Serial
    private static final long serialVersionUID = 1;

    /** Creates an exception that says what the peer has done. */
    public ProtocolViolationException(String message) {
        super(message);
    }

    /** Creates an exception that says what the peer has done, and how that was noticed. */
    public ProtocolViolationException(String message, Throwable cause) {
        super(message);
        initCause(cause);
    }
}
