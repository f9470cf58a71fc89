package dev.socketserver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.socketserver.peer.LineEcho;
import dev.socketserver.peer.Loopback;
import dev.socketserver.peer.RecordingListener;
import dev.socketserver.peer.TestClient;
import dev.socketserver.pool.PoolConfig;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Nobody whose connection the system took before the server stopped is sent away. */
@Timeout(60)
class ExactDrainTest {
    private static final Duration GRACE = Duration.ofSeconds(50);
    private static final int WAITING = 20;

    private final RecordingListener listener = new RecordingListener();
    private final CountDownLatch handling = new CountDownLatch(1);
    private final CountDownLatch finish = new CountDownLatch(1);
    private final Queue<TestClient> clients = new ConcurrentLinkedQueue<>();

    @AfterEach
    void closeClients() throws IOException {
        for (TestClient client : clients) {
            client.close();
        }
    }

    private ServerConfig.Builder config() {
        return Loopback.config().listener(listener);
    }

    private TestClient client(SocketAddress address) throws IOException {
        TestClient client = TestClient.to(address);
        clients.add(client);
        return client;
    }

    private FutureTask<DrainReport> shutdownInBackground(BaseServer<?> server) throws InterruptedException {
        var shutdown = new FutureTask<>(() -> server.shutdown(GRACE));
        new Thread(shutdown).start();
        listener.await("DRAINING", 1);
        return shutdown;
    }

    /** Waits for the test before it echoes a line, once. */
    private final class PatientEcho extends StreamRequestHandler {
        @Override
        protected void handle() throws Exception {
            handling.countDown();
            finish.await();
            out().write(in().readLine(UTF_8, 100) + "\n", UTF_8);
        }
    }

    /** One worker and no queue, so the acceptor waits with the second connection, and the system with the others. */
    private static ServerConfig.Builder narrow(ServerConfig.Builder config) {
        return config.pool(PoolConfig.builder()
                .minWorkers(1)
                .maxWorkers(1)
                .queueCapacity(0)
                .build());
    }

    private void assertThatWhatTheSystemHasQueuedIsServed(BaseServer<?> server) throws Exception {
        server.start();
        List<TestClient> waiting = new ArrayList<>();
        waiting.add(client(server.address()).send("0\n"));
        handling.await();
        for (int i = 1; i < WAITING; i++) {
            waiting.add(client(server.address()).send(i + "\n"));
        }
        FutureTask<DrainReport> shutdown = shutdownInBackground(server);
        finish.countDown();
        for (int i = 0; i < WAITING; i++) {
            assertThat(waiting.get(i).readAll()).isEqualTo(i + "\n");
        }
        assertThat(shutdown.get()).isEqualTo(new DrainReport(WAITING, 0, List.of(), true));
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> client(server.address()));
    }

    @ParameterizedTest
    @EnumSource(names = {"SELECTING", "BLOCKING"})
    void whatTheSystemHasQueuedIsServed(Engine engine) throws Exception {
        try (var server = new TcpServer(narrow(config().engine(engine)).build(), PatientEcho::new)) {
            assertThatWhatTheSystemHasQueuedIsServed(server);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"SELECTING", "BLOCKING"})
    void whatTheSystemHasQueuedForAUnixSocketIsServed(Engine engine, @TempDir Path directory) throws Exception {
        Path file = directory.resolve("socket");
        try (var server = new UnixServer(
                narrow(config().engine(engine).address(UnixDomainSocketAddress.of(file)))
                        .build(),
                PatientEcho::new)) {
            assertThatWhatTheSystemHasQueuedIsServed(server);
            assertThat(Files.exists(file)).isFalse();
        }
    }

    @Test
    void aSynchronousServerServesWhatTheSystemHasQueued() throws Exception {
        try (var server =
                new TcpServer(config().executor(RequestExecutors.synchronous()).build(), PatientEcho::new)) {
            assertThatWhatTheSystemHasQueuedIsServed(server);
        }
    }

    @Test
    void newcomersDoNotHoldTheDrainUp() throws Exception {
        try (var server = new TcpServer(
                config().backlog(1).executor(RequestExecutors.synchronous()).build(), () -> new StreamRequestHandler() {
                    @Override
                    protected void handle() throws Exception {
                        handling.countDown();
                        finish.await();
                        client(server().address()); // there is always one more
                    }
                })) {
            server.start();
            client(server.address());
            handling.await();
            client(server.address());
            FutureTask<DrainReport> shutdown = shutdownInBackground(server);
            finish.countDown();
            assertThat(shutdown.get().forced()).isEmpty();
        }
    }

    @Test
    void interruptingServeForeverServesWhatTheSystemHasQueued() throws Exception {
        try (var server = new TcpServer(narrow(config()).build(), PatientEcho::new)) {
            server.bind();
            var interruptedAtTheEnd = new FutureTask<>(() -> {
                server.serveForever();
                return Thread.interrupted();
            });
            var thread = new Thread(interruptedAtTheEnd);
            TestClient early = client(server.address()).send("early\n");
            thread.start();
            handling.await();
            thread.interrupt();
            listener.await("DRAINING", 1);
            finish.countDown();
            assertThat(early.readAll()).isEqualTo("early\n");
            assertThat(interruptedAtTheEnd.get()).isTrue();
        }
        assertThat(listener.count("error")).isZero();
    }

    @Test
    void aPeerThatHasJustConnectedMayStillSendItsRequest() throws Exception {
        finish.countDown();
        try (var server = new TcpServer(config().awaitFirstByte(true).build(), PatientEcho::new)) {
            server.start();
            TestClient silent = client(server.address());
            listener.await("opened", 1);
            FutureTask<DrainReport> shutdown = shutdownInBackground(server);
            assertThat(silent.send("at last\n").readAll()).isEqualTo("at last\n");
            assertThat(shutdown.get()).isEqualTo(new DrainReport(1, 0, List.of(), true));
        }
    }

    @Test
    void aPeerThatStaysSilentIsClosedAsIdleLongBeforeTheGraceEnds() throws Exception {
        try (var server = new TcpServer(
                config().engine(Engine.SELECTING).awaitFirstByte(true).build(), PatientEcho::new)) {
            server.start();
            TestClient silent = client(server.address());
            listener.await("opened", 1);
            assertThat(server.shutdown(Duration.ofHours(1))).isEqualTo(new DrainReport(0, 1, List.of(), true));
            assertThat(silent.readAll()).isEmpty();
        }
    }

    /** Echoes lines, and says goodbye. */
    private static class PoliteEcho extends LineEcho {
        @Override
        protected void goodbye() throws Exception {
            out().write("goodbye\n", UTF_8);
        }

        @Override
        protected void finish() throws Exception {
            out().write("finished\n", UTF_8);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"SELECTING", "BLOCKING"})
    void anIdlePeerHearsTheLastWords(Engine engine) throws Exception {
        try (var server = new TcpServer(config().engine(engine).build(), PoliteEcho::new)) {
            server.start();
            TestClient client = client(server.address()).send("hello\n");
            assertThat(client.readLine()).isEqualTo("hello");
            server.shutdown(GRACE);
            assertThat(client.readAll()).isEqualTo("goodbye\nfinished\n");
        }
        assertThat(listener.count("error")).isZero();
    }

    @ParameterizedTest
    @EnumSource(names = {"SELECTING", "BLOCKING"})
    void aPeerThatEndsByItselfHearsNone(Engine engine) throws Exception {
        try (var server = new TcpServer(config().engine(engine).build(), PoliteEcho::new)) {
            server.start();
            TestClient client = client(server.address()).send("hello\n").halfClose();
            assertThat(client.readAll()).isEqualTo("hello\nfinished\n");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"SELECTING", "BLOCKING"})
    void aGoodbyeThatThrowsCostsItsOwnConnectionOnly(Engine engine) throws Exception {
        try (var server = new TcpServer(config().engine(engine).build(), () -> new PoliteEcho() {
            @Override
            protected void goodbye() {
                throw new IllegalStateException("says the test");
            }
        })) {
            server.start();
            for (int i = 0; i < 3; i++) {
                assertThat(client(server.address()).send("hello\n").readLine()).isEqualTo("hello");
            }
            assertThat(server.shutdown(GRACE).forced()).isEmpty();
            for (TestClient client : clients) {
                assertThat(client.readAll()).isEqualTo("finished\n");
            }
        }
        assertThat(listener.failures()).hasSize(3).hasOnlyElementsOfType(IllegalStateException.class);
    }

    @Test
    void aPeerThatTakesNoGoodbyeHoldsUpNothing() throws Exception {
        byte[] large = new byte[64 << 20];
        try (var server = new TcpServer(config().build(), () -> new PoliteEcho() {
            @Override
            protected void goodbye() throws IOException {
                out().write(large);
            }
        })) {
            server.start();
            assertThat(client(server.address()).send("hello\n").readLine()).isEqualTo("hello");
            assertThat(server.shutdown(Duration.ofHours(1)).forced()).isEmpty();
        }
        assertThat(listener.count("error")).isZero();
    }
}
