package dev.socketserver.task;

/** Thrown by {@link WorkRequestPool#poll()} if no request is pending, so that no result can ever arrive. */
public final class NoResultsPendingException extends IllegalStateException {
    private static final long serialVersionUID = 1;

    NoResultsPendingException(String pool) {
        super("pool " + pool + " has no pending requests");
    }
}
