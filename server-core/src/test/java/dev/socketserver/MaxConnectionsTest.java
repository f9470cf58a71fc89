package dev.socketserver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.socketserver.limit.AtLimit;
import dev.socketserver.limit.LimitExceededException;
import dev.socketserver.net.ProxyProtocol;
import dev.socketserver.peer.LineEcho;
import dev.socketserver.peer.Loopback;
import dev.socketserver.peer.Polling;
import dev.socketserver.peer.RecordingListener;
import dev.socketserver.peer.TestClient;
import dev.socketserver.pool.PoolConfig;
import java.io.Closeable;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** How many connections a server may have in total. */
@Timeout(60)
class MaxConnectionsTest {
    private static final Duration GRACE = Duration.ofSeconds(50);
    private static final String BUSY = "busy\n";

    /**
     * After so many requests of a second connection, the first one has been idle for longer, however late its thread
     * is.
     */
    private static final int LATER = 100;

    private final RecordingListener listener = new RecordingListener();

    @TempDir
    Path directory;

    static Stream<Arguments> everywhere() {
        return Stream.of(Transport.TCP, Transport.UNIX, Transport.TLS)
                .flatMap(transport -> Stream.of(Engine.SELECTING, Engine.BLOCKING)
                        .map(engine -> Arguments.arguments(transport, engine)));
    }

    private ServerConfig.Builder config(Transport transport, Engine engine, int most) {
        return transport.config(directory).engine(engine).listener(listener).maxConnections(most);
    }

    private static StreamServer server(ServerConfig config, Supplier<StreamRequestHandler> handler) {
        return config.address() instanceof UnixDomainSocketAddress
                ? new UnixServer(config, handler)
                : new TcpServer(config, handler);
    }

    private static void close(List<? extends Closeable> clients) throws IOException {
        for (Closeable client : clients) {
            client.close();
        }
    }

    private static void assertThatAllIsFree(StreamServer server) throws Exception {
        assertThat(Polling.await(() -> server.snapshot().open() == 0)).isTrue();
    }

    @ParameterizedTest
    @MethodSource("everywhere")
    void aPausedServerTakesTheNextWhenOneIsClosed(Transport transport, Engine engine) throws Exception {
        try (StreamServer server = server(config(transport, engine, 3).build(), LineEcho::new)) {
            server.start();
            List<Transport.Exchange> holding = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                Transport.Exchange exchange = transport.request(server.address(), "holds");
                holding.add(exchange);
                assertThat(exchange.answer()).isEqualTo("holds");
            }
            try (Transport.Exchange next = transport.request(server.address(), "next")) {
                assertThat(server.snapshot().accepted()).isEqualTo(3);
                holding.remove(0).close();
                assertThat(next.answer()).isEqualTo("next");
            }
            close(holding);
            assertThat(transport.ask(server.address(), "again")).isEqualTo("again");
            assertThatAllIsFree(server);
        }
        assertThat(listener.count("rejected")).isZero();
    }

    @ParameterizedTest
    @MethodSource("everywhere")
    void aRefusingServerTellsThoseItIsBusyUntilOneIsClosed(Transport transport, Engine engine) throws Exception {
        ServerConfig config =
                config(transport, engine, 2).atLimit(AtLimit.REFUSE).build();
        try (StreamServer server = refusing(config)) {
            server.start();
            try (Transport.Exchange first = transport.request(server.address(), "first");
                    Transport.Exchange second = transport.request(server.address(), "second")) {
                assertThat(first.answer()).isEqualTo("first");
                assertThat(second.answer()).isEqualTo("second");
                for (int i = 1; i <= 20; i++) {
                    if (transport == Transport.TLS) {
                        try (TestClient refused = TestClient.to(server.address())) {
                            refused.awaitEnd();
                        }
                    } else {
                        assertThat(transport.ask(server.address(), "third") + "\n")
                                .isEqualTo(BUSY);
                    }
                    listener.await("rejected", i);
                }
            }
            assertThatAllIsFree(server);
            assertThat(Polling.await(() -> transport.isAnswered(server.address(), "later")))
                    .isTrue();
            assertThat(server.snapshot().rejectionsByReason()).containsKey(Rejection.LIMIT);
            assertThat(listener.failures())
                    .allSatisfy(why -> assertThat(why)
                            .isInstanceOf(LimitExceededException.class)
                            .hasMessage("there are 2 connections already"));
            listener.await("closed", listener.count("opened"));
        }
    }

    private static StreamServer refusing(ServerConfig config) {
        return config.address() instanceof UnixDomainSocketAddress
                ? new UnixServer(config, LineEcho::new) {
                    @Override
                    protected void handleOverload(StreamConnection connection) throws IOException {
                        connection.out().write(BUSY, UTF_8);
                    }
                }
                : new TcpServer(config, LineEcho::new) {
                    @Override
                    protected void handleOverload(StreamConnection connection) throws IOException {
                        connection.out().write(BUSY, UTF_8);
                    }
                };
    }

    /** Counts those that are served at the same time. */
    private static final class Crowd {
        private final AtomicInteger now = new AtomicInteger();
        private final AtomicInteger peak = new AtomicInteger();

        StreamRequestHandler handler() {
            return new StreamRequestHandler() {
                @Override
                protected void setup() {
                    peak.accumulateAndGet(now.incrementAndGet(), Math::max);
                }

                @Override
                protected void handle() throws IOException {
                    out().write(in().readLine(UTF_8, 100) + "\n", UTF_8);
                }

                @Override
                protected void finish() {
                    now.decrementAndGet();
                }
            };
        }
    }

    @ParameterizedTest
    @MethodSource("everywhere")
    void theLimitHoldsForManyAtATimeAndAllAreServed(Transport transport, Engine engine) throws Exception {
        var crowd = new Crowd();
        try (StreamServer server = server(config(transport, engine, 4).build(), crowd::handler)) {
            server.start();
            List<FutureTask<Integer>> clients = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                clients.add(new FutureTask<>(() -> {
                    int answered = 0;
                    while (answered < 25 && transport.ask(server.address(), "x").equals("x")) {
                        answered++;
                    }
                    return answered;
                }));
                new Thread(clients.get(i)).start();
            }
            for (FutureTask<Integer> client : clients) {
                assertThat(client.get()).isEqualTo(25);
            }
            assertThat(crowd.peak.get()).isBetween(1, 4);
            assertThatAllIsFree(server);
        }
        assertThat(listener.count("error") + listener.count("rejected")).isZero();
    }

    @ParameterizedTest
    @EnumSource(
            value = Engine.class,
            names = {"SELECTING", "BLOCKING"})
    void aDrainServesThoseThatWaitedWhileSilentPeersHadThePlaces(Engine engine) throws Exception {
        ServerConfig config = config(Transport.TCP, engine, 2).build();
        try (var server = new TcpServer(config, LineEcho::new)) {
            server.start();
            try (TestClient first = TestClient.to(server.address());
                    TestClient second = TestClient.to(server.address())) {
                assertThat(first.send("a\n").readLine()).isEqualTo("a");
                assertThat(second.send("b\n").readLine()).isEqualTo("b");
                try (TestClient waiting = TestClient.to(server.address()).send("c\n");
                        TestClient alsoWaiting = TestClient.to(server.address()).send("d\n")) {
                    DrainReport report = server.shutdown(GRACE);
                    assertThat(report.forced()).isEmpty();
                    assertThat(waiting.readAll()).isEqualTo("c\n");
                    assertThat(alsoWaiting.readAll()).isEqualTo("d\n");
                }
            }
            assertThat(server.state()).isEqualTo(ServerState.STOPPED);
            server.start();
            assertThat(Transport.TCP.ask(server.address(), "again")).isEqualTo("again");
        }
    }

    @Test
    void aDrainDoesNotWaitForTheGraceBecauseOfPeersThatHaveNeverSpoken() throws Exception {
        ServerConfig config =
                config(Transport.TCP, Engine.SELECTING, 2).awaitFirstByte(true).build();
        try (var server = new TcpServer(config, LineEcho::new)) {
            server.start();
            List<TestClient> silent = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                silent.add(TestClient.to(server.address()));
            }
            listener.await("opened", 2);
            try (TestClient waiting = TestClient.to(server.address()).send("x\n")) {
                DrainReport report = server.shutdown(Duration.ofDays(1));
                assertThat(report.forced()).isEmpty();
                assertThat(waiting.readAll()).isEqualTo("x\n");
            }
            close(silent);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Engine.class,
            names = {"SELECTING", "BLOCKING"})
    void aStopAtTheLimitEndsAlthoughNoPlaceBecomesFree(Engine engine) throws Exception {
        var never = new CountDownLatch(1);
        ServerConfig config = config(Transport.TCP, engine, 1).build();
        try (var server = new TcpServer(config, StreamRequestHandler.of((in, out) -> {
            out.write("busy\n", UTF_8);
            out.flush();
            never.await();
        }))) {
            server.start();
            try (TestClient holding = TestClient.to(server.address()).send("x\n");
                    TestClient waiting = TestClient.to(server.address())) {
                assertThat(holding.readLine()).isEqualTo("busy");
                DrainReport report = server.shutdown(Duration.ofMillis(100));
                assertThat(report.forced()).hasSize(1);
                holding.awaitEnd();
                waiting.awaitEnd();
            }
            assertThat(server.state()).isEqualTo(ServerState.STOPPED);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Engine.class,
            names = {"SELECTING", "BLOCKING"})
    void nearTheLimitThoseIdleForLongestMakeRoomAgainAndAgain(Engine engine) throws Exception {
        ServerConfig config = config(Transport.TCP, engine, 10)
                .pool(PoolConfig.builder().minWorkers(12).build())
                .build();
        try (var server = new TcpServer(config, LineEcho::new)) {
            server.start();
            for (int round = 0; round < 2; round++) {
                checkThatTheOneIdleForLongestMakesRoom(server);
                assertThatAllIsFree(server);
            }
        }
        assertThat(listener.count("error") + listener.count("rejected")).isZero();
    }

    private static void checkThatTheOneIdleForLongestMakesRoom(TcpServer server) throws IOException {
        List<TestClient> idle = new ArrayList<>();
        idle.add(TestClient.to(server.address()));
        assertThat(idle.get(0).send("x\n").readLine()).isEqualTo("x");
        for (int i = 1; i < 10; i++) {
            idle.add(TestClient.to(server.address()));
            for (int later = 0; later < LATER; later++) {
                assertThat(idle.get(i).send("x\n").readLine()).isEqualTo("x");
            }
        }
        assertThat(idle.get(0).readAll()).isEmpty();
        for (TestClient client : idle.subList(1, 10)) {
            assertThat(client.send("y\n").readLine()).isEqualTo("y");
        }
        close(idle);
    }

    @ParameterizedTest
    @EnumSource(AtLimit.class)
    void silentPeersByTheHundredDoNotKeepOthersOut(AtLimit atLimit) throws Exception {
        ServerConfig config = config(Transport.TCP, Engine.SELECTING, 50)
                .atLimit(atLimit)
                .awaitFirstByte(true)
                .build();
        try (var server = new TcpServer(config, LineEcho::new)) {
            server.start();
            List<TestClient> silent = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                silent.add(TestClient.to(server.address()));
            }
            assertThat(Polling.await(() -> Transport.TCP.isAnswered(server.address(), "served")))
                    .isTrue();
            close(silent);
            assertThatAllIsFree(server);
        }
    }

    @Test
    void connectionsThatWaitForTheirProxyHeaderCount() throws Exception {
        ServerConfig config = config(Transport.TCP, Engine.SELECTING, 2)
                .proxyProtocol(ProxyProtocol.trusting("127.0.0.0/8", "::1"))
                .build();
        String header = "PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r\n";
        try (var server = new TcpServer(config, LineEcho::new)) {
            server.start();
            try (TestClient served = TestClient.to(server.address());
                    TestClient silent = TestClient.to(server.address())) {
                assertThat(served.send(header + "x\n").readLine()).isEqualTo("x");
                try (TestClient next = TestClient.to(server.address()).send(header + "y\n")) {
                    assertThat(served.send("z\n").readLine()).isEqualTo("z");
                    assertThat(server.snapshot().accepted()).isEqualTo(1);
                    silent.reset();
                    assertThat(next.readLine()).isEqualTo("y");
                }
            }
            assertThatAllIsFree(server);
        }
    }

    /** Nothing is said before the header, as the PROXY protocol demands. */
    @Test
    void whoIsOneTooManyBehindAProxyIsToldNothing() throws Exception {
        ServerConfig config = config(Transport.TCP, Engine.SELECTING, 1)
                .atLimit(AtLimit.REFUSE)
                .proxyProtocol(ProxyProtocol.trusting("127.0.0.0/8", "::1"))
                .build();
        try (var server = new TcpServer(config, LineEcho::new) {
            @Override
            protected void handleOverload(StreamConnection connection) throws IOException {
                connection.out().write("busy\n", UTF_8);
            }
        }) {
            server.start();
            try (TestClient served = TestClient.to(server.address()).send("PROXY UNKNOWN\r\nx\n")) {
                assertThat(served.readLine()).isEqualTo("x");
                try (TestClient next = TestClient.to(server.address())) {
                    assertThat(next.readAll()).isEmpty();
                }
            }
            assertThat(server.snapshot().rejectionsByReason()).containsEntry(Rejection.LIMIT, 1L);
        }
    }

    @Test
    void handleRequestTakesNoneAtTheLimit() throws Exception {
        try (var server =
                new TcpServer(config(Transport.TCP, Engine.SELECTING, 1).build(), LineEcho::new)) {
            server.bind();
            try (TestClient first = TestClient.to(server.address()).send("x\n");
                    TestClient second = TestClient.to(server.address()).send("y\n")) {
                server.handleRequest();
                assertThat(first.readLine()).isEqualTo("x");
                assertThat(server.handleRequest(Duration.ofMillis(50))).isFalse();
                first.reset();
                server.handleRequest();
                assertThat(second.readLine()).isEqualTo("y");
            }
        }
    }

    @Test
    void aServerOfDatagramsHasNoConnectionsToLimit() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new UdpServer(
                        Loopback.config().maxConnections(1).build(), DatagramRequestHandler.of((in, out) -> {})))
                .withMessageStartingWith("maxConnections is not supported for UDP");
    }
}
