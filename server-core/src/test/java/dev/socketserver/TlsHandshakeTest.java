package dev.socketserver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.socketserver.net.Tls;
import dev.socketserver.peer.Certificates;
import dev.socketserver.peer.LineEcho;
import dev.socketserver.peer.Polling;
import dev.socketserver.peer.RecordingListener;
import dev.socketserver.peer.Strategy;
import dev.socketserver.peer.TestClient;
import dev.socketserver.peer.TlsClient;
import dev.socketserver.pool.ElasticThreadPool;
import dev.socketserver.pool.PoolConfig;
import dev.socketserver.pool.PoolSnapshot;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a handshake settles, and what one costs that fails. */
@Timeout(60)
class TlsHandshakeTest {
    private static final String SETUPS = "dev.socketserver.TlsSetup#engines";
    private static final String EVERYWHERE = "dev.socketserver.TlsSetup#everywhere";
    private static final TlsSetup USUAL = new TlsSetup(Strategy.ELASTIC_POOL, false, TlsSetup.NEWEST);
    private static final TlsSetup PATIENT = new TlsSetup(Strategy.ELASTIC_POOL, true, TlsSetup.NEWEST);

    /** The first byte of a record that is an alert. */
    private static final byte ALERT = 21;

    private final RecordingListener listener = new RecordingListener();
    private final AtomicInteger handlers = new AtomicInteger();

    /** Fails a test whose failed handshake got as far as a handler. */
    private LineEcho counted() {
        handlers.incrementAndGet();
        return new LineEcho();
    }

    private TcpServer server(ServerConfig.Builder config) {
        return new TcpServer(config.listener(listener).build(), this::counted);
    }

    private static void assertThatOthersAreServed(TlsSetup setup, TcpServer server) throws Exception {
        try (TlsClient client = setup.connect(server)) {
            assertThat(client.send("hello\n").readLine()).isEqualTo("hello");
        }
    }

    private void assertThatOneWasRejected(TcpServer server, Class<? extends Exception> why) throws Exception {
        listener.await("closed", 1);
        assertThat(listener.events()).containsSubsequence("opened", "rejected", "closed");
        assertThat(listener.failures()).singleElement().isInstanceOf(why);
        assertThat(server.snapshot().rejectionsByReason()).isEqualTo(Map.of(Rejection.TLS_HANDSHAKE, 1L));
        assertThat(server.snapshot().failed()).isZero();
        assertThat(handlers).hasValue(0);
    }

    @ParameterizedTest
    @MethodSource(SETUPS)
    void clearTextAndGarbageCostTheirConnection(TlsSetup setup) throws Exception {
        for (String nonsense :
                List.of("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", "\u0016\u0003\u0001\u0000\u0005hello")) {
            var told = new RecordingListener();
            try (var server = new TcpServer(setup.config().listener(told).build(), this::counted)) {
                server.start();
                try (TestClient client = TestClient.to(server.address())) {
                    byte[] answer = answerTo(client, nonsense.getBytes(UTF_8));
                    assertThat(answer.length == 0 || answer[0] == ALERT).isTrue();
                }
                told.await("closed", 1);
                assertThat(told.failures()).singleElement().isInstanceOf(SSLException.class);
                assertThat(handlers.getAndSet(0)).isZero();
                assertThatOthersAreServed(setup, server);
                assertThat(server.snapshot().rejectionsByReason()).containsEntry(Rejection.TLS_HANDSHAKE, 1L);
            }
            handlers.set(0);
        }
    }

    /** Sends bytes; returns what comes back up to an end of whatever kind. */
    private static byte[] answerTo(TestClient client, byte[] bytes) throws IOException {
        try {
            return client.send(bytes).readAllBytes().toByteArray();
        } catch (IOException reset) {
            return new byte[0];
        }
    }

    @ParameterizedTest
    @MethodSource(SETUPS)
    void aPeerThatEndsInTheMiddleCostsItsConnection(TlsSetup setup) throws Exception {
        try (TcpServer server = server(setup.config())) {
            server.start();
            TestClient.to(server.address()).send(Arrays.copyOf(hello(), 50)).close();
            assertThatOneWasRejected(server, SSLException.class);
            assertThatOthersAreServed(setup, server);
        }
    }

    /** Returns the first step of a handshake. */
    private static byte[] hello() throws Exception {
        SSLEngine engine = TlsSetup.trusting().createSSLEngine();
        try (TestClient nowhere = TestClient.none()) {
            return new TlsClient(nowhere, engine).hello();
        }
    }

    /** With a flood of such peers, the server would compute for nobody else. */
    @Test
    void nothingIsComputedForAPeerThatHasResetTheConnectionBehindItsFirstStep() throws Exception {
        var handling = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        var engines = new AtomicInteger();
        SSLContext context = Certificates.context("server");
        Tls counting = Tls.of(() -> {
            engines.incrementAndGet();
            return context.createSSLEngine();
        });
        var config = USUAL.config()
                .tls(counting)
                .listener(listener)
                .pool(PoolConfig.builder().minWorkers(1).maxWorkers(1).build());
        try (var server = new TcpServer(config.build(), StreamRequestHandler.of((in, out) -> {
            String line = in.readLine(UTF_8, 10);
            handling.countDown();
            goOn.await();
            out.write(line + "\n", UTF_8);
        }))) {
            server.start();
            try (TlsClient client = USUAL.connect(server)) {
                client.send("hello\n");
                handling.await();
                TestClient gone = TestClient.to(server.address());
                gone.send(hello()).reset();
                goOn.countDown();
                assertThat(client.readLine()).isEqualTo("hello");
            }
            listener.await("closed", 2);
        }
        assertThat(engines).hasValue(1);
        assertThat(listener.count("rejected")).isEqualTo(1);
    }

    @ParameterizedTest
    @MethodSource(SETUPS)
    void aPeerThatFallsSilentIsRefusedInTime(TlsSetup setup) throws Exception {
        Tls hasty = Tls.of(Certificates.context("server")).withHandshakeTimeout(Duration.ofMillis(200));
        try (TcpServer server = server(setup.config().tls(hasty))) {
            server.start();
            try (TestClient client = TestClient.to(server.address())) {
                client.send(Arrays.copyOf(hello(), 50)).awaitEnd();
                assertThatOneWasRejected(server, SocketTimeoutException.class);
            }
        }
    }

    @Test
    void neitherSilenceBeforeTheHandshakeNorAfterItHoldsAWorker() throws Exception {
        PoolConfig two = PoolConfig.builder().minWorkers(1).maxWorkers(2).build();
        List<TestClient> silent = new ArrayList<>();
        List<TlsClient> greeted = new ArrayList<>();
        try (TcpServer server = server(PATIENT.config().engine(Engine.SELECTING).pool(two))) {
            server.start();
            for (int i = 0; i < 10; i++) {
                silent.add(TestClient.to(server.address()));
                greeted.add(PATIENT.connect(server));
            }
            assertThatOthersAreServed(PATIENT, server);
            assertThat(handlers).hasValue(1);
            for (TlsClient client : greeted) {
                assertThat(client.send("at last\n").readLine()).isEqualTo("at last");
                client.close();
            }
            for (TestClient client : silent) {
                client.close();
            }
            listener.await("closed", 21);
        }
        assertThat(listener.count("rejected"))
                .as("ended before a handshake began")
                .isZero();
    }

    private static Supplier<SSLEngine> demanding(SSLContext context) {
        return () -> {
            SSLEngine engine = context.createSSLEngine();
            engine.setNeedClientAuth(true);
            return engine;
        };
    }

    @ParameterizedTest
    @MethodSource(EVERYWHERE)
    void aClientCertificateMayBeDemandedAndIsSeenByTheHandler(TlsSetup setup) throws Exception {
        Tls tls = TlsSetup.tls(demanding(Certificates.context("server", "friend")));
        try (var server = new TcpServer(setup.config().tls(tls).build(), () -> new StreamRequestHandler() {
            @Override
            protected void handle() throws Exception {
                out().write(
                                String.valueOf(
                                        connection().tlsSession().orElseThrow().getPeerPrincipal()),
                                UTF_8);
            }
        })) {
            server.start();
            SSLContext friend = Certificates.context("friend", "server");
            try (TlsClient client = TlsClient.to(server.address(), friend, setup.version())) {
                assertThat(client.send("who am I?").readAll()).isEqualTo("CN=friend");
            }
        }
    }

    @ParameterizedTest
    @MethodSource(EVERYWHERE)
    void aClientWithoutTheCertificateOrWithAnUnknownOneIsRefused(TlsSetup setup) throws Exception {
        Tls tls = TlsSetup.tls(demanding(Certificates.context("server", "friend")));
        try (TcpServer server = server(setup.config().tls(tls))) {
            server.start();
            int refused = 0;
            for (SSLContext context : List.of(TlsSetup.trusting(), Certificates.context("stranger", "server"))) {
                assertThatThrownBy(() -> {
                            // With TLS 1.3 the client is done before the server has looked at its certificate.
                            try (TlsClient client = TlsClient.to(server.address(), context, setup.version())) {
                                client.readAll();
                            }
                        })
                        .isInstanceOf(IOException.class);
                refused++;
                listener.await("closed", refused);
            }
            assertThat(listener.failures())
                    .hasSize(2)
                    .allSatisfy(why -> assertThat(why).isInstanceOf(SSLException.class));
            assertThat(handlers).hasValue(0);
        }
    }

    @Test
    void theProtocolIsNegotiatedAsTheEngineIsSetUp() throws Exception {
        SSLContext context = Certificates.context("server");
        Tls tls = TlsSetup.tls(() -> {
            SSLEngine engine = context.createSSLEngine();
            offer(engine, "ours", "theirs");
            return engine;
        });
        try (var server = new TcpServer(USUAL.config().tls(tls).build(), () -> new StreamRequestHandler() {
            @Override
            protected void handle() throws Exception {
                out().write(connection().applicationProtocol().orElseThrow(), UTF_8);
            }
        })) {
            server.start();
            SSLEngine engine = TlsSetup.trusting().createSSLEngine();
            offer(engine, "theirs");
            try (TlsClient client = new TlsClient(TestClient.to(server.address()), engine).shakeHands()) {
                assertThat(client.readAll()).isEqualTo("theirs");
            }
        }
    }

    private static void offer(SSLEngine engine, String... protocols) {
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setApplicationProtocols(protocols);
        engine.setSSLParameters(parameters);
    }

    @Test
    void aSupplierThatThrowsCostsOneConnectionAndIsReportedAsAFault() throws Exception {
        SSLContext context = Certificates.context("server");
        var calls = new AtomicInteger();
        Tls tls = TlsSetup.tls(() -> {
            if (calls.incrementAndGet() == 1) {
                throw new IllegalStateException("no certificate yet");
            }
            return context.createSSLEngine();
        });
        try (TcpServer server = server(USUAL.config().tls(tls))) {
            server.start();
            try (TestClient client = TestClient.to(server.address())) {
                client.send(hello()).awaitEnd();
            }
            listener.await("error", 1);
            assertThat(listener.failures()).singleElement().isInstanceOf(IllegalStateException.class);
            assertThatOthersAreServed(USUAL, server);
        }
    }

    @ParameterizedTest
    @MethodSource(SETUPS)
    void twoHundredFailuresLeaveNothingBehind(TlsSetup setup) throws Exception {
        byte[] hello = hello();
        try (TcpServer server = server(setup.config())) {
            server.start();
            for (int i = 0; i < 200; i++) {
                try (TestClient client = TestClient.to(server.address())) {
                    if (i % 2 == 0) {
                        answerTo(client, "what is this?\n".getBytes(UTF_8));
                    } else {
                        client.send(Arrays.copyOf(hello, 1 + i % (hello.length - 1)));
                    }
                }
            }
            listener.await("closed", 200);
            assertThatOthersAreServed(setup, server);
            assertThat(server.join(Polling.PATIENCE)).isTrue();
            assertThat(server.snapshot().open()).isZero();
            assertThat(server.snapshot().rejectionsByReason()).containsEntry(Rejection.TLS_HANDSHAKE, 200L);
            assertThat(server.snapshot().failed()).isZero();
            if (server.pool().isPresent()) {
                ElasticThreadPool pool = server.pool().orElseThrow();
                assertThat(Polling.await(
                                () -> isAtRest(pool.snapshot(), server.config().selectors())))
                        .isTrue();
            }
        }
    }

    /** At rest, the only tasks that run are the leaders. */
    private static boolean isAtRest(PoolSnapshot pool, int leaders) {
        return pool.queued() == 0
                && pool.busy() <= Math.max(leaders, Runtime.getRuntime().availableProcessors());
    }

    @Test
    void nothingIsEverSaidInClearText() throws Exception {
        ServerConfig.Builder overloaded = USUAL.config().executor(task -> {
            throw new RejectedExecutionException("full");
        });
        var asked = new CountDownLatch(1);
        try (var server = new TcpServer(overloaded.build(), LineEcho::new) {
            @Override
            protected boolean verifyRequest(StreamConnection connection) throws IOException {
                connection.out().write("welcome\n", UTF_8);
                return true;
            }

            @Override
            protected void handleOverload(StreamConnection connection) {
                asked.countDown();
            }
        }) {
            server.start();
            try (TestClient client = TestClient.to(server.address())) {
                assertThat(client.readAll()).isEmpty();
            }
        }
        assertThat(asked.getCount()).as("nothing could be said").isOne();
        assertThat(handlers).hasValue(0);
    }

    @Test
    void aHookThatWritesBeforeTheHandshakeFails() throws Exception {
        try (var server = new TcpServer(USUAL.config().listener(listener).build(), LineEcho::new) {
            @Override
            protected boolean verifyRequest(StreamConnection connection) throws IOException {
                connection.out().write("welcome\n", UTF_8);
                connection.out().flush();
                return true;
            }
        }) {
            server.start();
            try (TestClient client = TestClient.to(server.address())) {
                assertThat(client.readAll()).isEmpty();
            }
            listener.await("closed", 1);
            assertThat(listener.failures()).singleElement().isInstanceOf(SSLException.class);
        }
    }
}
