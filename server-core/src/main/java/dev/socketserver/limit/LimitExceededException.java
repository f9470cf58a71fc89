package dev.socketserver.limit;

import java.io.IOException;

/**
 * Says which limit keeps a connection or a datagram out. Has no stack trace: there may be thousands of these in a
 * second, and all come from the same place.
 */
public final class LimitExceededException extends IOException {
    private static final long serialVersionUID = 1;

    /** Creates one. */
    public LimitExceededException(String message) {
        super(message);
    }

    @Override
    @SuppressWarnings("UnsynchronizedOverridesSynchronized") // it does nothing
    public Throwable fillInStackTrace() {
        return this;
    }
}
