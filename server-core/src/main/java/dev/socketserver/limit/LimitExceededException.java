package dev.socketserver.limit;

import java.io.IOException;

/**
 * Reports the limit that rejects a connection or a datagram. Has no stack trace: there may be thousands per second, all
 * from the same place.
 */
public final class LimitExceededException extends IOException {
    private static final long serialVersionUID = 1;

    /** Creates an exception. */
    public LimitExceededException(String message) {
        super(message);
    }

    @Override
    @SuppressWarnings("UnsynchronizedOverridesSynchronized") // it does nothing
    public Throwable fillInStackTrace() {
        return this;
    }
}
