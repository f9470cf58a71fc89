package dev.socketserver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.net.Tls;
import dev.socketserver.peer.Certificates;
import dev.socketserver.peer.LineEcho;
import dev.socketserver.peer.Loopback;
import dev.socketserver.peer.Polling;
import dev.socketserver.peer.RecordingListener;
import dev.socketserver.peer.TestClient;
import dev.socketserver.peer.TlsClient;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Many handshakes at a time, of which the server computes a few; each needs a key that is slow to come. */
@Timeout(60)
class HandshakeFloodTest {
    private static final int FLOOD = 40;

    private final RecordingListener listener = new RecordingListener();
    private final AtomicInteger begun = new AtomicInteger();
    private long sent; // bytes of all hellos
    private final AtomicInteger chosen = new AtomicInteger();
    private final Semaphore keys = new Semaphore(0);
    private final List<TestClient> clients = new ArrayList<>();

    @AfterEach
    void closeClients() throws IOException {
        for (TestClient client : clients) {
            client.close();
        }
    }

    private Tls slow(int atATime) {
        SSLContext context = Certificates.choosing("server", () -> {
            chosen.incrementAndGet();
            keys.acquireUninterruptibly();
        });
        Tls tls = Tls.of(() -> {
            begun.incrementAndGet();
            return context.createSSLEngine();
        });
        return tls.withHandshakeTimeout(Duration.ofSeconds(50)).withMaxHandshakes(atATime);
    }

    private TcpServer server(Tls tls) throws IOException {
        TcpServer server = new TcpServer(
                Loopback.config()
                        .engine(Engine.SELECTING)
                        .awaitFirstByte(true)
                        .tls(tls)
                        .listener(listener)
                        .build(),
                LineEcho::new);
        server.start();
        return server;
    }

    private TestClient helloFrom(String source, TcpServer server) throws Exception {
        TestClient client = TestClient.from(source, server.address());
        clients.add(client);
        SSLEngine engine = TlsSetup.trusting().createSSLEngine();
        try (TestClient nowhere = TestClient.none()) {
            byte[] hello = new TlsClient(nowhere, engine).hello();
            client.send(hello);
            sent += hello.length;
        }
        return client;
    }

    private void awaitHellos(TcpServer server) throws Exception {
        assertThat(Polling.await(() -> server.snapshot().bytesReceived() >= sent))
                .isTrue();
    }

    /** Begins as many handshakes from one address. */
    private void flood(TcpServer server) throws Exception {
        for (int i = 0; i < FLOOD; i++) {
            helloFrom("127.0.0.2", server);
        }
    }

    private static int peak(TcpServer server) {
        return server.pool().orElseThrow().snapshot().peakSize();
    }

    @Test
    void aFloodFromOneAddressIsComputedAFewAtATimeAndAnotherAddressGetsItsTurn() throws Exception {
        try (TcpServer server = server(slow(2))) {
            try {
                flood(server);
                awaitHellos(server);
                TestClient visitor = helloFrom("127.0.0.3", server);
                awaitHellos(server);
                assertThat(Polling.await(() -> chosen.get() == 2)).isTrue();
                assertThat(begun.get())
                        .as("those that wait do not even have an engine")
                        .isEqualTo(2);
                assertThat(peak(server))
                        .as("two that compute, a leader, and some before they saw that they wait")
                        .isLessThan(10);
                keys.release(FLOOD / 2);
                assertThat(visitor.read(1))
                        .as("an answer while half of the flood waits")
                        .containsExactly(22);
            } finally {
                keys.release(FLOOD + 1);
            }
            assertThat(Polling.await(() -> chosen.get() == FLOOD + 1))
                    .as("all have had their turn")
                    .isTrue();
            closeClients();
        }
    }

    @Test
    void whoLeavesTheQueueLetsTheOthersGoOn() throws Exception {
        try (TcpServer server = server(slow(1))) {
            try {
                flood(server);
                awaitHellos(server);
                assertThat(Polling.await(() -> chosen.get() == 1)).isTrue();
                for (TestClient client : clients) {
                    client.reset();
                }
            } finally {
                keys.release(1);
            }
            assertThat(Polling.await(() -> server.snapshot().open() == 0)).isTrue();
            assertThat(chosen.get())
                    .as("nothing is computed for those that are gone")
                    .isOne();
            keys.release(1);
            try (TlsClient client = TlsClient.to(server.address(), TlsSetup.trusting(), TlsSetup.NEWEST)) {
                assertThat(client.send("hello\n").readLine()).isEqualTo("hello");
            }
        }
    }

    /** As a peer with a certificate may end behind its last step, of which there is much to compute. */
    @Test
    void whoHasSentAllAndEndedWhileItWaitsInTheQueueIsServed() throws Exception {
        SSLContext keysAndTrust = Certificates.choosing(
                "server",
                () -> {
                    chosen.incrementAndGet();
                    keys.acquireUninterruptibly();
                },
                "client");
        Tls tls = TlsSetup.tls(() -> {
                    SSLEngine engine = keysAndTrust.createSSLEngine();
                    engine.setNeedClientAuth(true);
                    return engine;
                })
                .withMaxHandshakes(1);
        try (TcpServer server = server(tls);
                TestClient transport = TestClient.from("127.0.0.3", server.address())) {
            try {
                keys.release();
                TlsClient client = new TlsClient(
                        transport, Certificates.context("client", "server").createSSLEngine());
                transport.send(client.hello());
                assertThat(Polling.await(() -> chosen.get() == 1)).isTrue();
                helloFrom("127.0.0.2", server);
                assertThat(Polling.await(() -> chosen.get() == 2))
                        .as("another one is computed")
                        .isTrue();

                long before = server.snapshot().bytesReceived();
                client.shakeHandsWith("all I say\n").closeNotify();
                transport.halfClose();
                assertThat(Polling.await(() -> server.snapshot().bytesReceived() > before))
                        .isTrue();
                TestClient later = TestClient.from("127.0.0.4", server.address());
                clients.add(later);
                later.halfClose().awaitEnd();
                keys.release();
                assertThat(client.readAll()).isEqualTo("all I say\n");
            } finally {
                keys.release(FLOOD);
            }
        }
    }

    @Test
    void whoWaitsInTheQueueForTooLongIsRefused() throws Exception {
        try (TcpServer server = server(slow(1).withHandshakeTimeout(Duration.ofMillis(300)))) {
            try {
                flood(server); // of which some may come too late to be received
                listener.await("rejected", FLOOD - 1);
                assertThat(listener.failures())
                        .allSatisfy(why -> assertThat(why).isInstanceOf(SocketTimeoutException.class));
                assertThat(chosen.get()).isOne();
            } finally {
                keys.release(FLOOD);
            }
            assertThat(Polling.await(() -> server.snapshot().open() == 0)).isTrue();
        }
    }

    @Test
    void aDrainWaitsForThoseInTheQueue() throws Exception {
        try (TcpServer server = server(slow(1))) {
            ExecutorService threads = Executors.newFixedThreadPool(2);
            try {
                helloFrom("127.0.0.2", server);
                assertThat(Polling.await(() -> chosen.get() == 1)).isTrue();
                Future<TlsClient> connecting =
                        threads.submit(() -> TlsClient.to(server.address(), TlsSetup.trusting(), TlsSetup.NEWEST));
                assertThat(Polling.await(() -> server.snapshot().bytesReceived() > sent))
                        .isTrue();
                Future<DrainReport> drain = threads.submit(() -> server.shutdown(Polling.PATIENCE));
                assertThat(Polling.await(() -> server.state() == ServerState.DRAINING))
                        .isTrue();
                keys.release(2);
                clients.get(0).close();
                try (TlsClient client = connecting.get()) {
                    assertThat(client.readAll()).as("an orderly end").isEmpty();
                }
                assertThat(drain.get().forced()).isEmpty();
            } finally {
                keys.release(2);
                threads.shutdown();
            }
        }
        assertThat(listener.count("rejected"))
                .as("the other one, which fell silent")
                .isLessThanOrEqualTo(1);
    }
}
