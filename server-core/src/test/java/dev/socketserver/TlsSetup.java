package dev.socketserver;

import dev.socketserver.net.Tls;
import dev.socketserver.peer.Certificates;
import dev.socketserver.peer.Loopback;
import dev.socketserver.peer.Strategy;
import dev.socketserver.peer.TlsClient;
import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;

/** One way to run a server with TLS, and the version that its clients speak. */
record TlsSetup(Strategy strategy, boolean awaitFirstByte, String version) {
    static final String NEWEST = "TLSv1.3";
    static final String OLDER = "TLSv1.2";
    private static final Duration AMPLE = Duration.ofSeconds(50);

    /** Returns every way, with each version. */
    static List<TlsSetup> everywhere() {
        return Stream.of(NEWEST, OLDER)
                .flatMap(version ->
                        engines().stream().map(setup -> new TlsSetup(setup.strategy, setup.awaitFirstByte, version)))
                .toList();
    }

    /** Returns every way, with the newest version. */
    static List<TlsSetup> engines() {
        Stream<TlsSetup> waiting = Stream.of(new TlsSetup(Strategy.ELASTIC_POOL, true, NEWEST));
        Stream<TlsSetup> others = Strategy.available().stream()
                .filter(strategy -> strategy != Strategy.SYNCHRONOUS)
                .map(strategy -> new TlsSetup(strategy, false, NEWEST));
        return Stream.concat(waiting, others).toList();
    }

    /** Returns a configuration with a certificate of the name "server". */
    ServerConfig.Builder config() {
        return strategy.in(Loopback.config()).awaitFirstByte(awaitFirstByte).tls(tls());
    }

    /** Returns what a server of the name "server" needs. */
    static Tls tls() {
        return tls(Certificates.context("server")::createSSLEngine);
    }

    /** Returns the same with other engines; a handshake has more time than one takes on the busiest machine. */
    static Tls tls(Supplier<SSLEngine> engines) {
        return Tls.of(engines).withHandshakeTimeout(AMPLE);
    }

    /** Returns what a client without a certificate needs. */
    static SSLContext trusting() {
        return Certificates.anonymous("server");
    }

    /** Connects and shakes hands. */
    TlsClient connect(BaseServer<?> server) throws IOException {
        return connect(server.address());
    }

    /** Connects and shakes hands. */
    TlsClient connect(SocketAddress address) throws IOException {
        return TlsClient.to(address, trusting(), version);
    }
}
