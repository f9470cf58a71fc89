package dev.socketserver.net;

import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import javax.net.ssl.SSLEngine;

/**
 * Restricts engines to TLS 1.2 and 1.3 and to key exchanges with forward secrecy: who obtains the server's private key
 * later cannot decrypt what was recorded before. JDKs before 24 also offer others.
 */
final class ForwardSecrecy {
    private static final List<String> PROTOCOLS = List.of("TLSv1.3", "TLSv1.2");

    /** How the names of cipher suites begin; those of TLS 1.3 do not name a key exchange. */
    private static final List<String> SUITES = List.of("TLS_ECDHE_", "TLS_DHE_", "TLS_AES_", "TLS_CHACHA20_");

    private ForwardSecrecy() {}

    /** Returns the engine, restricted. What would leave nothing is not restricted: somebody has configured it so. */
    static SSLEngine of(SSLEngine engine) {
        String[] protocols = only(engine.getEnabledProtocols(), PROTOCOLS::contains);
        if (protocols.length > 0) {
            engine.setEnabledProtocols(protocols);
        }
        String[] suites =
                only(engine.getEnabledCipherSuites(), name -> SUITES.stream().anyMatch(name::startsWith));
        if (suites.length > 0) {
            engine.setEnabledCipherSuites(suites);
        }
        return engine;
    }

    private static String[] only(String[] names, Predicate<String> isWanted) {
        return Stream.of(names).filter(isWanted).toArray(String[]::new);
    }
}
