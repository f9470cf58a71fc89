package dev.socketserver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.socketserver.net.Tls;
import dev.socketserver.peer.Certificates;
import dev.socketserver.peer.LineEcho;
import dev.socketserver.peer.Polling;
import dev.socketserver.peer.RecordingListener;
import dev.socketserver.peer.Strategy;
import dev.socketserver.peer.TestClient;
import dev.socketserver.peer.TlsClient;
import dev.socketserver.pool.PoolConfig;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Peers that are slow with their handshakes, on a server of very few workers. */
@Timeout(60)
@ParameterizedClass
@MethodSource("setups")
class TlsPauseTest {
    private static final int SLOW_PEERS = 10;
    private static final Duration LONG = Duration.ofSeconds(50);
    private static final PoolConfig TWO_WORKERS =
            PoolConfig.builder().minWorkers(1).maxWorkers(2).build();

    private final RecordingListener listener = new RecordingListener();
    private final CountDownLatch begun = new CountDownLatch(SLOW_PEERS);
    private final TlsSetup setup;

    TlsPauseTest(TlsSetup setup) {
        this.setup = setup;
    }

    static Stream<TlsSetup> setups() {
        return TlsSetup.everywhere().stream().filter(setup -> setup.strategy() == Strategy.ELASTIC_POOL);
    }

    private TcpServer server(Duration handshakeTimeout, Supplier<? extends StreamRequestHandler> handlers) {
        SSLContext context = Certificates.context("server");
        Tls tls = Tls.of(() -> {
            begun.countDown();
            return context.createSSLEngine();
        });
        ServerConfig.Builder config = setup.config()
                .engine(Engine.SELECTING)
                .selectors(1)
                .pool(TWO_WORKERS)
                .listener(listener)
                .tls(tls.withHandshakeTimeout(handshakeTimeout));
        return new TcpServer(config.build(), handlers);
    }

    /** A peer that has begun a handshake. */
    private final class Slow {
        private final TlsClient client;
        private final byte[] hello;
        private final int sent;

        /** Sends some of the first step, or all of it. */
        Slow(TcpServer server, boolean whole) throws IOException {
            SSLEngine engine = TlsSetup.trusting().createSSLEngine("localhost", 1);
            engine.setEnabledProtocols(new String[] {setup.version()});
            client = new TlsClient(TestClient.to(server.address()), engine);
            hello = client.hello();
            sent = whole ? hello.length : hello.length / 2;
            client.transport().send(Arrays.copyOf(hello, sent));
        }

        TlsClient finish() throws IOException {
            client.transport().send(Arrays.copyOfRange(hello, sent, hello.length));
            return client.shakeHands();
        }
    }

    /** Half of them have sent the whole first step. */
    private List<Slow> slowPeers(TcpServer server) throws IOException {
        List<Slow> peers = new ArrayList<>();
        for (int i = 0; i < SLOW_PEERS; i++) {
            peers.add(new Slow(server, i % 2 == 0));
        }
        return peers;
    }

    @Test
    void peersThatPauseInTheirHandshakesHoldNoWorker() throws Exception {
        try (TcpServer server = server(LONG, LineEcho::new)) {
            server.start();
            List<Slow> peers = slowPeers(server);
            begun.await();
            try (TlsClient other = setup.connect(server)) {
                assertThat(other.send("hello\n").readLine()).isEqualTo("hello");
                for (Slow peer : peers) {
                    try (TlsClient client = peer.finish()) {
                        assertThat(client.send("at last\n").readLine()).isEqualTo("at last");
                        assertThat(other.send("more\n").readLine()).isEqualTo("more");
                    }
                }
            }
            listener.await("closed", SLOW_PEERS + 1);
        }
        assertThat(listener.failures()).isEmpty();
    }

    @Test
    void peersThatStayInTheMiddleAreRefusedInTime() throws Exception {
        try (TcpServer server = server(Duration.ofMillis(500), LineEcho::new)) {
            server.start();
            List<Slow> peers = slowPeers(server);
            listener.await("closed", SLOW_PEERS);
            for (Slow peer : peers) {
                peer.client.close();
            }
            assertThat(server.snapshot().rejectionsByReason())
                    .containsEntry(Rejection.TLS_HANDSHAKE, (long) SLOW_PEERS);
        }
        assertThat(listener.failures())
                .hasSize(SLOW_PEERS)
                .allSatisfy(why -> assertThat(why).isInstanceOf(SocketTimeoutException.class));
    }

    private static List<TestClient> silentPeers(TcpServer server) throws IOException {
        List<TestClient> peers = new ArrayList<>();
        for (int i = 0; i < SLOW_PEERS; i++) {
            peers.add(TestClient.to(server.address()));
        }
        return peers;
    }

    @Test
    void silentPeersHoldNoWorker() throws Exception {
        try (TcpServer server = server(LONG, LineEcho::new)) {
            server.start();
            List<TestClient> silent = silentPeers(server);
            try (TlsClient other = setup.connect(server)) {
                assertThat(other.send("hello\n").readLine()).isEqualTo("hello");
            }
            for (TestClient peer : silent) {
                peer.close();
            }
            listener.await("closed", SLOW_PEERS + 1);
        }
        assertThat(listener.count("rejected")).isEqualTo(setup.awaitFirstByte() ? 0 : SLOW_PEERS);
    }

    @Test
    void silentPeersHaveNoLongerThanTheHandshakeUnlessTheFirstByteIsAwaited() throws Exception {
        assumeThat(setup.awaitFirstByte()).isFalse();
        try (TcpServer server = server(Duration.ofMillis(300), LineEcho::new)) {
            server.start();
            List<TestClient> silent = silentPeers(server);
            listener.await("closed", SLOW_PEERS);
            for (TestClient peer : silent) {
                peer.close();
            }
        }
        assertThat(listener.failures())
                .hasSize(SLOW_PEERS)
                .allSatisfy(why -> assertThat(why).isInstanceOf(SocketTimeoutException.class));
    }

    private static Supplier<StreamRequestHandler> echoingOnce() {
        return StreamRequestHandler.of((in, out) -> out.write(String.valueOf(in.readLine(UTF_8, 100)), UTF_8));
    }

    @Test
    void aDrainWaitsForAHandshakeThatHasBegunAndEndsThoseThatHaveNot() throws Exception {
        try (TcpServer server = server(LONG, echoingOnce())) {
            server.start();
            List<Slow> peers = slowPeers(server);
            begun.await();
            try (TestClient silent = TestClient.to(server.address())) {
                assertThat(Polling.await(() -> server.snapshot().open() == SLOW_PEERS + 1))
                        .isTrue();
                var drain = new FutureTask<>(() -> server.shutdown(LONG));
                new Thread(drain, "drain").start();
                silent.awaitEnd();
                for (Slow peer : peers) {
                    try (TlsClient client = peer.finish()) {
                        if (setup.awaitFirstByte()) {
                            assertThat(client.readAll()).as("said nothing").isEmpty();
                        } else {
                            assertThat(client.send("hello\n").readAll()).isEqualTo("hello");
                        }
                    }
                }
                DrainReport report = drain.get();
                assertThat(report.forced()).isEmpty();
                assertThat(report.finished() + report.idleClosed()).isEqualTo(SLOW_PEERS + 1);
            }
        }
        assertThat(listener.failures()).isEmpty();
    }
}
