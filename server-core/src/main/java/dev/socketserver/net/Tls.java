package dev.socketserver.net;

import dev.socketserver.internal.util.Check;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;

/**
 * The TLS settings of a server; each connection has its own {@link SSLEngine}. Immutable; thread-safe if the supplier
 * is.
 *
 * @param engines creates and configures (client certificates, protocols, ALPN) the engine of one connection. Called
 *     concurrently by workers, once per handshake, so a change applies to all later connections
 * @param handshakeTimeout the time limit of a handshake, from the accept or, with {@code awaitFirstByte}, from the
 *     first byte; after {@link dev.socketserver.StreamConnection#startTls} from when its peer is waited for;
 *     {@link #DEFAULT_HANDSHAKE_TIMEOUT} with {@link #of(SSLContext)}
 * @param sessionTickets whether TLS 1.3 clients get session tickets, with which they can resume the session on a later
 *     connection. The default is false: a ticket is sent after the handshake, and if a client only writes and then
 *     closes without reading it, the client's kernel resets the connection and destroys the data it has sent
 * @param maxHandshakes how many handshakes the server computes at a time with the selecting engine; the others wait
 *     without a worker, and addresses take turns. The default is the number of processors. Increase it if a handshake
 *     waits for something, such as a key in a hardware module
 */
public record Tls(Supplier<SSLEngine> engines, Duration handshakeTimeout, boolean sessionTickets, int maxHandshakes) {
    /** The default of {@link #handshakeTimeout()}: 5 seconds. */
    public static final Duration DEFAULT_HANDSHAKE_TIMEOUT = Duration.ofSeconds(5);

    /**
     * Creates the settings.
     *
     * @throws IllegalArgumentException if the timeout or the number of handshakes is not positive
     */
    public Tls {
        Objects.requireNonNull(engines, "engines");
        Check.positive("handshakeTimeout", handshakeTimeout);
        Check.atLeast("maxHandshakes", 1, maxHandshakes);
    }

    /**
     * Returns settings with the context's certificate and the default timeout. Of what the context enables, TLS 1.2 and
     * 1.3 and cipher suites with forward secrecy are used.
     */
    public static Tls of(SSLContext context) {
        Objects.requireNonNull(context, "context");
        return of(() -> ForwardSecrecy.of(context.createSSLEngine()));
    }

    /**
     * Returns settings with the certificates that the files have at each handshake, the default timeout, and the
     * protocols of {@link PemCertificates#engine()}.
     */
    public static Tls of(PemCertificates certificates) {
        Objects.requireNonNull(certificates, "certificates");
        return of(certificates::engine);
    }

    /** Returns settings that use each connection's engine as the supplier has made it, with the default timeout. */
    public static Tls of(Supplier<SSLEngine> engines) {
        return new Tls(
                engines, DEFAULT_HANDSHAKE_TIMEOUT, false, Runtime.getRuntime().availableProcessors());
    }

    /**
     * Returns the same settings with another timeout.
     *
     * @throws IllegalArgumentException if it is not positive
     */
    public Tls withHandshakeTimeout(Duration timeout) {
        return new Tls(engines, timeout, sessionTickets, maxHandshakes);
    }

    /**
     * Returns the same settings, with or without session tickets. Without them, the server invalidates the session of
     * each TLS 1.3 connection during its handshake, which stops the JDK from sending any.
     */
    public Tls withSessionTickets(boolean send) {
        return new Tls(engines, handshakeTimeout, send, maxHandshakes);
    }

    /**
     * Returns the same settings with another {@link #maxHandshakes()}.
     *
     * @throws IllegalArgumentException if it is not positive
     */
    public Tls withMaxHandshakes(int atATime) {
        return new Tls(engines, handshakeTimeout, sessionTickets, atATime);
    }
}
