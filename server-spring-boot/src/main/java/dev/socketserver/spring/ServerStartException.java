package dev.socketserver.spring;

import java.io.IOException;

/** Thrown if a server that is a bean cannot be started, which fails the start of the context. */
public final class ServerStartException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** Creates the failure of the bean of that name. */
    ServerStartException(String bean, IOException cause) {
        super("cannot start the server of the bean '" + bean + "': " + cause.getMessage(), cause);
    }
}
