package dev.socketserver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.socketserver.peer.ChildJvm;
import dev.socketserver.peer.LineEcho;
import dev.socketserver.peer.Loopback;
import dev.socketserver.peer.Polling;
import dev.socketserver.peer.RecordingListener;
import dev.socketserver.peer.TestClient;
import dev.socketserver.pool.ElasticThreadPool;
import dev.socketserver.pool.PoolConfig;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Several servers start together or not at all, and drain at the same time. */
@Timeout(60)
@SuppressWarnings("try")
class ServerGroupTest {
    private static final Duration GRACE = Duration.ofSeconds(50);

    private final RecordingListener listener = new RecordingListener();

    private TcpServer echo() {
        return new TcpServer(Loopback.config().listener(listener).build(), LineEcho::new);
    }

    private UdpServer datagrams() {
        return new UdpServer(
                Loopback.config().listener(listener).build(),
                DatagramRequestHandler.of((in, out) -> out.write(in.readAllBytes())));
    }

    private static String ask(BaseServer<?> server) throws IOException {
        try (TestClient client = TestClient.to(server.address())) {
            return client.send("me\n").readLine();
        }
    }

    @Test
    void itIsReadyWhenAllAreAndStoppedWhenAllAre() throws Exception {
        TcpServer one = echo();
        TcpServer other = echo();
        try (var group = new ServerGroup(one, other)) {
            assertThat(group.state()).isEqualTo(ServerState.NEW);
            one.bind();
            assertThat(group.state()).isEqualTo(ServerState.STARTING);
            group.start();
            assertThat(group.state()).isEqualTo(ServerState.READY);
            assertThat(List.of(ask(one), ask(other))).containsOnly("me");
            one.pause();
            assertThat(group.state()).isEqualTo(ServerState.PAUSED);
            assertThat(group.pause()).isTrue();
            assertThat(other.state()).isEqualTo(ServerState.PAUSED);
            assertThat(group.resume()).isTrue();
            assertThat(group.join(GRACE)).isTrue();
            one.shutdown(GRACE);
            assertThat(group.state()).isEqualTo(ServerState.DRAINING);
            assertThat(group.resume()).isFalse();
            assertThat(group.shutdown(GRACE).keySet()).containsExactly(one, other);
            assertThat(group.state()).isEqualTo(ServerState.STOPPED);
            group.start();
            assertThat(List.of(ask(one), ask(other))).containsOnly("me");
        }
    }

    @Test
    void ifOneCannotStartTheOthersDoNot() throws Exception {
        TcpServer first = echo();
        TcpServer last = echo();
        try (ServerSocket taken = new ServerSocket(0, 1, Loopback.anyPort().getAddress());
                var second = new TcpServer(
                        Loopback.config()
                                .address(new InetSocketAddress(taken.getInetAddress(), taken.getLocalPort()))
                                .build(),
                        LineEcho::new);
                var group = new ServerGroup(first, second, last)) {
            assertThatIOException().isThrownBy(group::start);
            assertThat(List.of(first.state(), last.state())).containsExactly(ServerState.STOPPED, ServerState.NEW);
            assertThat(group.state()).isEqualTo(ServerState.STOPPED);
            taken.close();
            group.start();
            assertThat(List.of(ask(first), ask(second), ask(last))).containsOnly("me");
        }
    }

    /** Its shutdown was the group's, which nobody has asked for. */
    @Test
    void aServerOfAGroupThatCannotStartMayServeByItself() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, Loopback.anyPort().getAddress());
                TcpServer first = echo();
                var second = new TcpServer(
                        Loopback.config()
                                .address(new InetSocketAddress(taken.getInetAddress(), taken.getLocalPort()))
                                .build(),
                        LineEcho::new);
                TcpServer last = echo()) {
            assertThatIOException().isThrownBy(() -> new ServerGroup(first, second, last).start());
            for (TcpServer server : List.of(first, last)) {
                var serving = new FutureTask<>(() -> {
                    server.serveForever();
                    return server.snapshot().accepted();
                });
                new Thread(serving).start();
                assertThat(Polling.await(() -> server.state() == ServerState.READY || serving.isDone()))
                        .isTrue();
                assertThat(server.state()).isEqualTo(ServerState.READY);
                assertThat(ask(server)).isEqualTo("me");
                server.shutdown(GRACE);
                assertThat(serving.get()).isEqualTo(1L);
            }
        }
    }

    @Test
    void aServerThatServesAlreadyIsLeftAlone() throws Exception {
        try (TcpServer serving = echo();
                var group = new ServerGroup(echo(), serving)) {
            serving.start();
            assertThatIllegalStateException().isThrownBy(group::start).withMessageContaining("READY");
            assertThat(ask(serving)).isEqualTo("me");
            assertThat(group.servers().get(0).state()).isEqualTo(ServerState.NEW);
        }
    }

    @Test
    void allDrainAtTheSameTime() throws Exception {
        var handling = new CountDownLatch(2);
        var draining = new CountDownLatch(2);
        var config = Loopback.config().listener(new ServerListener() {
            @Override
            public void stateChanged(Server server, ServerState state) {
                if (state == ServerState.DRAINING) {
                    draining.countDown();
                }
            }
        });
        var handler = StreamRequestHandler.of((in, out) -> {
            handling.countDown();
            draining.await(); // one that drains after the other would have to wait for the end of its grace
            out.write("bye\n", UTF_8);
        });
        var one = new TcpServer(config.build(), handler);
        var other = new TcpServer(config.build(), handler);
        try (var group = new ServerGroup(one, other)) {
            group.start();
            try (TestClient first = TestClient.to(one.address()).send("me");
                    TestClient second = TestClient.to(other.address()).send("me")) {
                handling.await();
                Map<Server, DrainReport> reports = group.shutdown(GRACE);
                assertThat(List.of(first.readAll(), second.readAll())).containsOnly("bye\n");
                assertThat(reports.values()).containsOnly(new DrainReport(1, 0, List.of(), true));
                assertThat(reports.values().stream().reduce(DrainReport.NOTHING, DrainReport::plus))
                        .isEqualTo(new DrainReport(2, 0, List.of(), true));
            }
        }
    }

    @Test
    void anInterruptEndsTheGraceOfAll() throws Exception {
        var handling = new CountDownLatch(2);
        var never = new CountDownLatch(1);
        var handler = StreamRequestHandler.of((in, out) -> {
            handling.countDown();
            never.await();
        });
        var one = new TcpServer(Loopback.config().listener(listener).build(), handler);
        var other = new TcpServer(Loopback.config().listener(listener).build(), handler);
        try (var group = new ServerGroup(one, other)) {
            group.start();
            try (TestClient first = TestClient.to(one.address()).send("me");
                    TestClient second = TestClient.to(other.address()).send("me")) {
                handling.await();
                var shutdown = new FutureTask<>(() -> {
                    Map<Server, DrainReport> reports = group.shutdown(GRACE);
                    assertThat(Thread.interrupted()).isTrue();
                    return reports;
                });
                var stopper = new Thread(shutdown);
                stopper.start();
                listener.await("DRAINING", 2);
                stopper.interrupt();
                assertThat(shutdown.get().values())
                        .allSatisfy(report -> assertThat(report.forced()).hasSize(1));
                first.awaitEnd();
                second.awaitEnd();
            }
        }
    }

    @Test
    void aHandlerThatStopsTheGroupIsNotWaitedForByItself() throws Exception {
        var group = new CompletableFuture<ServerGroup>();
        var handling = new CountDownLatch(2);
        var handler = StreamRequestHandler.of((in, out) -> {
            handling.countDown();
            handling.await(); // a server that stopped earlier would refuse its peer
            Map<Server, DrainReport> reports = group.get().shutdown(GRACE);
            out.write(reports.size() + " " + reports.values().iterator().next().complete(), UTF_8);
        });
        var one = new TcpServer(Loopback.config().build(), handler);
        var other = new TcpServer(Loopback.config().build(), handler);
        try (var both = new ServerGroup(one, other)) {
            group.complete(both);
            both.start();
            try (TestClient first = TestClient.to(one.address()).send("me");
                    TestClient second = TestClient.to(other.address()).send("me")) {
                assertThat(List.of(first.readAll(), second.readAll())).containsOnly("2 false");
            }
            assertThat(Polling.await(() -> both.state() == ServerState.STOPPED)).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"STARTING", "READY", "PAUSED", "DRAINING", "STOPPED"})
    void aListenerMayStopTheGroupWhateverItIsTold(ServerState told) throws Exception {
        var group = new CompletableFuture<ServerGroup>();
        var config = Loopback.config().listener(new ServerListener() {
            @Override
            public void stateChanged(Server server, ServerState state) {
                if (state == told) {
                    group.join().shutdown(GRACE);
                }
            }
        });
        try (var both = new ServerGroup(
                new TcpServer(config.build(), LineEcho::new), new TcpServer(config.build(), LineEcho::new))) {
            group.complete(both);
            boolean starts = told != ServerState.STARTING && told != ServerState.READY;
            try {
                both.start();
                assertThat(starts).isTrue();
            } catch (IllegalStateException e) {
                assertThat(starts).as(e.toString()).isFalse();
            }
            if (starts) {
                both.pause();
                both.servers().get(1).shutdown(GRACE);
            }
            assertThat(Polling.await(() -> both.state() == ServerState.STOPPED)).isTrue();
        }
    }

    @Test
    void serveForeverReturnsWhenAllHaveStopped() throws Exception {
        try (var group = new ServerGroup(echo(), datagrams())) {
            var serving = new FutureTask<>(() -> {
                group.serveForever();
                return group.state();
            });
            new Thread(serving).start();
            listener.await("READY", 2);
            group.servers().get(0).shutdown(GRACE);
            assertThat(serving.isDone()).isFalse();
            group.shutdown(GRACE);
            assertThat(serving.get()).isEqualTo(ServerState.STOPPED);
        }
    }

    @Test
    void anInterruptOfServeForeverStopsAll() throws Exception {
        try (var group = new ServerGroup(echo(), datagrams())) {
            var serving = new FutureTask<>(() -> {
                group.serveForever();
                assertThat(Thread.interrupted()).isTrue();
                return group.state();
            });
            var thread = new Thread(serving);
            thread.start();
            listener.await("READY", 2);
            thread.interrupt();
            assertThat(serving.get()).isEqualTo(ServerState.STOPPED);
        }
    }

    @Test
    void aStopThatComesFirstIsNotForgotten() throws Exception {
        try (var group = new ServerGroup(echo(), datagrams())) {
            group.shutdown(GRACE);
            group.serveForever();
            assertThat(group.state()).isEqualTo(ServerState.NEW);
            group.close();
            group.serveForever();
            assertThatIllegalStateException().isThrownBy(group::start).withMessageContaining("closed");
        }
    }

    /** Echoes lines on two ports, which it prints, until SIGTERM; then it says so to those who are connected. */
    static final class EchoOnTwoPorts {
        private static final class PoliteEcho extends LineEcho {
            @Override
            protected void goodbye() throws IOException {
                out().write("bye\n", UTF_8);
            }
        }

        public static void main(String... args) throws IOException {
            try (var pool = new ElasticThreadPool(PoolConfig.defaults())) {
                ServerConfig config = Loopback.config()
                        .executor(pool)
                        .shutdownGrace(GRACE)
                        .listener(new ServerListener() {
                            @Override
                            public void stateChanged(Server server, ServerState state) {
                                if (state == ServerState.READY) {
                                    System.out.println(server.port());
                                }
                            }
                        })
                        .build();
                var group =
                        new ServerGroup(new TcpServer(config, PoliteEcho::new), new TcpServer(config, PoliteEcho::new));
                group.closeOnSignal();
                group.serveForever();
            }
        }
    }

    @Test
    void aSignalDrainsAll() throws Exception {
        Process process = ChildJvm.builder(EchoOnTwoPorts.class)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (var said = process.inputReader(UTF_8);
                TestClient one = connectTo(said.readLine());
                TestClient other = connectTo(said.readLine())) {
            assertThat(one.send("one\n").readLine()).isEqualTo("one");
            assertThat(other.send("other\n").readLine()).isEqualTo("other");
            process.destroy();
            assertThat(List.of(one.readAll(), other.readAll())).containsOnly("bye\n");
            assertThat(process.waitFor()).isZero();
        } finally {
            process.destroyForcibly();
        }
    }

    private static TestClient connectTo(String port) throws IOException {
        return TestClient.to(new InetSocketAddress(Loopback.anyPort().getAddress(), Integer.parseInt(port)));
    }

    @Test
    void aGroupHasServersAndEachOnce() {
        assertThatIllegalArgumentException().isThrownBy(ServerGroup::new);
        TcpServer twice = echo();
        assertThatIllegalArgumentException().isThrownBy(() -> new ServerGroup(twice, twice));
    }
}
