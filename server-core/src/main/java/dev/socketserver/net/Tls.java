package dev.socketserver.net;

import dev.socketserver.internal.util.Check;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;

/**
 * How a server encrypts its connections: each has its own {@link SSLEngine}. Immutable; thread-safe if the supplier is.
 *
 * @param engines creates and configures (client certificates, protocols, ALPN) the engine of one connection. Called by
 *     several workers at a time, once per handshake, so a change applies to all later connections
 * @param handshakeTimeout how long a handshake may take, from the connection or, with {@code awaitFirstByte}, from its
 *     first byte; {@link #DEFAULT_HANDSHAKE_TIMEOUT} with {@link #of(SSLContext)}
 * @param sessionTickets whether TLS 1.3 clients get session tickets, with which they can resume the session in a later
 *     connection. The default is false: a ticket is sent after the handshake, and a client that only writes and then
 *     closes leaves it unread, for which its system resets the connection and destroys what it has sent
 */
public record Tls(Supplier<SSLEngine> engines, Duration handshakeTimeout, boolean sessionTickets) {
    /** The default for how long a handshake may take: 5 seconds. */
    public static final Duration DEFAULT_HANDSHAKE_TIMEOUT = Duration.ofSeconds(5);

    /**
     * Creates the settings.
     *
     * @throws IllegalArgumentException if the timeout is not positive
     */
    public Tls {
        Objects.requireNonNull(engines, "engines");
        Check.positive("handshakeTimeout", handshakeTimeout);
    }

    /** Returns settings with the context's certificate and defaults, and the default timeout. */
    public static Tls of(SSLContext context) {
        return of(Objects.requireNonNull(context, "context")::createSSLEngine);
    }

    /** Returns settings with an engine of this supplier per connection, and the default timeout. */
    public static Tls of(Supplier<SSLEngine> engines) {
        return new Tls(engines, DEFAULT_HANDSHAKE_TIMEOUT, false);
    }

    /**
     * Returns the same settings with another timeout.
     *
     * @throws IllegalArgumentException if it is not positive
     */
    public Tls withHandshakeTimeout(Duration timeout) {
        return new Tls(engines, timeout, sessionTickets);
    }

    /**
     * Returns the same settings, with session tickets or without. Without them, the server raises the session timeout
     * of the engines' {@link javax.net.ssl.SSLSessionContext} above seven days, for which the JDK sends none.
     */
    public Tls withSessionTickets(boolean send) {
        return new Tls(engines, handshakeTimeout, send);
    }
}
