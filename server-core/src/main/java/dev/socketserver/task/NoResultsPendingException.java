package dev.socketserver.task;

/** Thrown by {@link TaskPool#poll()} when there is no request whose result could ever come. */
public final class NoResultsPendingException extends IllegalStateException {
    private static final long serialVersionUID = 1;

    NoResultsPendingException(String pool) {
        super("pool " + pool + " has no request whose result was not collected");
    }
}
