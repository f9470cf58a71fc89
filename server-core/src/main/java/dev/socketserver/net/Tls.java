package dev.socketserver.net;

import java.time.Duration;
import java.util.Objects;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;

/**
 * How a server of streams encrypts: with an {@link SSLEngine} of its own for each connection. Immutable, so
 * thread-safe, if the supplier is.
 *
 * @param engines makes the engine of one connection, set up as it shall be (client certificates, protocols, ALPN);
 *     asked by the workers, several at a time, once for each handshake, so what it changes to holds for the connections
 *     after
 * @param handshakeTimeout how long a peer may take for the handshake, from the connection, or with
 *     {@code awaitFirstByte} from its first step, to its last; 5 seconds by {@link #of}
 */
public record Tls(Supplier<SSLEngine> engines, Duration handshakeTimeout) {
    /** How long a peer may take for the handshake unless told otherwise. */
    public static final Duration DEFAULT_HANDSHAKE_TIMEOUT = Duration.ofSeconds(5);

    /** Checks both. */
    public Tls {
        Objects.requireNonNull(engines, "engines");
        Timeouts.checkPositive("handshakeTimeout", handshakeTimeout);
    }

    /** Encrypts with the context's certificate and defaults, and the default timeout. */
    public static Tls of(SSLContext context) {
        return of(Objects.requireNonNull(context, "context")::createSSLEngine);
    }

    /** Encrypts with the engines that this makes, one for each connection, and the default timeout. */
    public static Tls of(Supplier<SSLEngine> engines) {
        return new Tls(engines, DEFAULT_HANDSHAKE_TIMEOUT);
    }

    /**
     * Returns the same with another timeout.
     *
     * @throws IllegalArgumentException if it is not positive
     */
    public Tls withHandshakeTimeout(Duration timeout) {
        return new Tls(engines, timeout);
    }
}
