package dev.socketserver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import ch.qos.logback.classic.Level;
import dev.socketserver.internal.run.ServerRun;
import dev.socketserver.peer.CapturedLog;
import dev.socketserver.peer.LineEcho;
import dev.socketserver.peer.Loopback;
import dev.socketserver.peer.RecordingListener;
import dev.socketserver.peer.TestClient;
import dev.socketserver.peer.TestDatagramClient;
import dev.socketserver.pool.ElasticThreadPool;
import dev.socketserver.pool.PoolConfig;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A server whose pool is shut down before it: it has no workers any more, says so, and stops. */
@Timeout(60)
class LostPoolTest {
    @RegisterExtension
    final CapturedLog log = new CapturedLog(ServerRun.class);

    private final CountDownLatch held = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);
    private final RecordingListener listener = new RecordingListener();
    private final ElasticThreadPool pool =
            new ElasticThreadPool(PoolConfig.builder().name("shared").build());

    @AfterEach
    void closePool() {
        pool.close();
    }

    /** A way to end a pool. */
    private record Way(String name, Consumer<ElasticThreadPool> end) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Arguments> enginesAndWays() {
        var ways = List.of(
                new Way("close", ElasticThreadPool::close),
                new Way("shutdown", ElasticThreadPool::shutdown),
                new Way("shutdownNow", ElasticThreadPool::shutdownNow));
        return Stream.of(Engine.values()).flatMap(engine -> ways.stream().map(way -> Arguments.of(engine, way)));
    }

    private ServerConfig.Builder config() {
        return Loopback.config().executor(pool).listener(listener).shutdownGrace(Duration.ofSeconds(100));
    }

    @ParameterizedTest
    @MethodSource("enginesAndWays")
    void aServerWhosePoolIsShutDownSaysSoAndStops(Engine engine, Way way) throws Exception {
        try (var server = new TcpServer(config().engine(engine).build(), LineEcho::new)) {
            server.bind();
            var serving = new FutureTask<>(() -> {
                server.serveForever();
                return true;
            });
            new Thread(serving).start();
            listener.await("READY", 1);
            try (TestClient idle = TestClient.to(server.address())) {
                assertThat(idle.send("me\n").readLine()).isEqualTo("me");
                way.end.accept(pool);
                assertThat(idle.readAll()).isEmpty();
            }
            assertThat(serving.get()).isTrue();
            assertThat(pool.awaitTermination(Duration.ofSeconds(50))).isTrue();
            assertThat(server.state()).isEqualTo(ServerState.STOPPED);
            assertThat(log.lines(Level.WARN))
                    .containsExactly(server + " is stopping because its pool shared was shut down");
        }
    }

    @Test
    void aServerOfDatagramsStopsToo() throws Exception {
        try (var server =
                new UdpServer(config().build(), DatagramRequestHandler.of((in, out) -> out.write(in.readAllBytes())))) {
            server.start();
            try (TestDatagramClient client = TestDatagramClient.to(server.address())) {
                assertThat(client.send("me").receiveText()).isEqualTo("me");
                pool.close();
            }
            listener.await("STOPPED", 1);
            assertThat(log.lines(Level.WARN)).hasSize(1);
        }
    }

    /** Echoes lines; holds its connection after the line "hold", or when it says goodbye to a peer that sent "last". */
    private final class Holding extends StreamRequestHandler {
        private boolean holdsLast;

        @Override
        protected void handle() throws Exception {
            String line = in().readLine(UTF_8, 100);
            if (line == null) {
                return;
            }
            holdsLast = line.equals("last");
            if (line.equals("hold")) {
                hold();
            }
            out().write(line + "\n", UTF_8);
            keepOpen();
        }

        @Override
        protected void goodbye() throws IOException {
            if (holdsLast) {
                hold();
            }
        }

        private void hold() throws IOException {
            held.countDown();
            try {
                goOn.await();
            } catch (InterruptedException e) {
                throw new InterruptedIOException();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Engine.class)
    void aHandlerThatRunsMayFinish(Engine engine) throws Exception {
        try (var server = new TcpServer(config().engine(engine).build(), Holding::new)) {
            server.start();
            try (TestClient idle = TestClient.to(server.address());
                    TestClient busy = TestClient.to(server.address())) {
                assertThat(idle.send("me\n").readLine()).isEqualTo("me");
                busy.send("hold\n");
                held.await();
                var closed = new FutureTask<>(pool::close, true);
                new Thread(closed).start();
                assertThat(idle.readAll()).isEmpty();
                assertThat(closed.isDone()).isFalse();
                goOn.countDown();
                assertThat(busy.readAll()).isEqualTo("hold\n");
                closed.get();
            }
        }
    }

    /** The last leader is held up, and no worker can take the lead from it. */
    @Test
    void connectionsForWhichNobodyCanLeadAreClosed() throws Exception {
        try (var server = new TcpServer(config().engine(Engine.SELECTING).build(), Holding::new)) {
            server.start();
            try (TestClient first = TestClient.to(server.address());
                    TestClient holding = TestClient.to(server.address());
                    TestClient second = TestClient.to(server.address())) {
                assertThat(first.send("me\n").readLine()).isEqualTo("me");
                assertThat(holding.send("last\n").readLine()).isEqualTo("last");
                assertThat(second.send("me\n").readLine()).isEqualTo("me");
                pool.shutdown();
                held.await();
                assertThat(first.readAll()).isEmpty();
                assertThat(second.readAll()).isEmpty();
                goOn.countDown();
                assertThat(holding.readAll()).isEmpty();
            }
            listener.await("STOPPED", 1);
        }
    }

    @Test
    void aServerWhosePoolIsShutDownDoesNotStart() {
        pool.close();
        try (var server = new TcpServer(config().build(), LineEcho::new)) {
            assertThatIllegalStateException()
                    .isThrownBy(server::start)
                    .withMessage("%s cannot start: its pool shared is shut down", server);
            assertThat(server.state()).isEqualTo(ServerState.NEW);
        }
    }

    @Test
    void aServersOwnPoolIsNoException() throws Exception {
        try (var server = new TcpServer(Loopback.config().listener(listener).build(), LineEcho::new)) {
            server.start();
            server.pool().orElseThrow().shutdown();
            listener.await("STOPPED", 1);
            assertThat(log.lines(Level.WARN))
                    .containsExactly(server + " is stopping because its pool worker was shut down");
        }
    }

    @Test
    void aServerThatStoppedFirstIsNotConcerned() throws Exception {
        try (var server = new TcpServer(config().build(), LineEcho::new)) {
            server.start();
        }
        pool.close();
        assertThat(log.lines(Level.WARN)).isEmpty();
    }
}
