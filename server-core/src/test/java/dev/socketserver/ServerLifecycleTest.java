package dev.socketserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.socketserver.peer.Descriptors;
import dev.socketserver.peer.Loopback;
import dev.socketserver.peer.Polling;
import dev.socketserver.peer.RecordingListener;
import dev.socketserver.peer.TestClient;
import dev.socketserver.peer.TestDatagramClient;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Starting, stopping and starting again, in every order. */
@Timeout(60)
@SuppressWarnings("try") // closed early on purpose
class ServerLifecycleTest {
    private static final Duration GRACE = Duration.ofSeconds(20);

    private final RecordingListener listener = new RecordingListener();

    private TcpServer echo() {
        return new TcpServer(
                Loopback.config().listener(listener).build(), StreamRequestHandler.of((in, out) -> in.transferTo(out)));
    }

    private static void checkServed(SocketAddress address) throws IOException {
        try (TestClient client = TestClient.to(address)) {
            assertThat(client.send("served").halfClose().readAll()).isEqualTo("served");
        }
    }

    @Test
    void aThousandStartsAndStopsOnTheSamePortLeakNothing() throws Exception {
        try (TcpServer server = echo()) {
            server.bind();
            SocketAddress address = server.address();
            checkCycle(server, address);
            int descriptors = Descriptors.count();
            int threads = Thread.activeCount();
            for (int i = 1; i < 1000; i++) {
                checkCycle(server, address);
            }
            assertThat(Polling.await(() -> Descriptors.count() <= descriptors)).isTrue();
            assertThat(Polling.await(() -> Thread.activeCount() <= threads)).isTrue();
        }
        assertThat(listener.count("opened")).isEqualTo(1000);
        assertThat(listener.count("closed")).isEqualTo(1000);
        assertThat(listener.count("STOPPED")).isEqualTo(1000);
    }

    private static void checkCycle(TcpServer server, SocketAddress address) throws IOException {
        server.start();
        assertThat(server.address()).isEqualTo(address);
        checkServed(address);
        assertThat(server.shutdown(GRACE).complete()).isTrue();
    }

    @Test
    void aServerGoesThroughItsStatesInOrder() throws Exception {
        try (TcpServer server = echo()) {
            assertThat(server.state()).isEqualTo(ServerState.NEW);
            server.bind();
            assertThat(server.state()).isEqualTo(ServerState.STARTING);
            server.start();
            assertThat(server.state()).isEqualTo(ServerState.READY);
            server.shutdown(GRACE);
            assertThat(server.state()).isEqualTo(ServerState.STOPPED);
        }
        assertThat(listener.events())
                .containsExactly(
                        "STARTING",
                        "READY",
                        "DRAINING",
                        "STOPPED",
                        "stopped " + new DrainReport(0, 0, List.of(), true));
    }

    @Test
    void bindingTwiceHasNoEffect() throws Exception {
        try (TcpServer server = echo()) {
            server.bind();
            SocketAddress address = server.address();
            server.bind();
            assertThat(server.address()).isEqualTo(address);
        }
    }

    @Test
    void shutdownBeforeServingHasNoEffectAndLeavesNoneBehind() throws Exception {
        try (TcpServer server = echo()) {
            assertThat(server.shutdown(GRACE)).isEqualTo(DrainReport.NOTHING);
            server.start();
            checkServed(server.address());
        }
    }

    @Test
    void shutdownOfABoundServerFreesItAndItMayServeLater() throws Exception {
        try (TcpServer server = echo()) {
            server.bind();
            server.shutdown(GRACE);
            assertThatThrownBy(() -> TestClient.to(server.address())).isInstanceOf(ConnectException.class);
            server.start();
            checkServed(server.address());
        }
    }

    @Test
    void aServerNeverServedCanBeClosedBoundOrNot() throws Exception {
        echo().close();
        TcpServer bound = echo();
        bound.bind();
        bound.close();
        assertThat(bound.state()).isEqualTo(ServerState.STOPPED);
    }

    @Test
    void shuttingDownTwiceGivesTheSameReportAndLeavesNoFlagBehind() throws Exception {
        try (TcpServer server = echo()) {
            server.start();
            checkServed(server.address());
            DrainReport report = server.shutdown(GRACE);
            assertThat(server.shutdown(GRACE)).isSameAs(report);
            server.start();
            checkServed(server.address());
        }
    }

    @Test
    void concurrentShutdownsAllWaitForTheSameEnd() throws Exception {
        var handling = new CountDownLatch(1);
        var finish = new CountDownLatch(1);
        try (var server =
                new TcpServer(Loopback.config().listener(listener).build(), StreamRequestHandler.of((in, out) -> {
                    handling.countDown();
                    finish.await();
                }))) {
            server.start();
            try (TestClient client = TestClient.to(server.address())) {
                handling.await();
                List<FutureTask<DrainReport>> shutdowns = new ArrayList<>();
                for (int i = 0; i < 8; i++) {
                    var shutdown = new FutureTask<>(() -> server.shutdown(GRACE));
                    shutdowns.add(shutdown);
                    new Thread(shutdown).start();
                }
                listener.await("DRAINING", 1);
                finish.countDown();
                for (FutureTask<DrainReport> shutdown : shutdowns) {
                    assertThat(shutdown.get()).isSameAs(shutdowns.get(0).get());
                }
                client.awaitEnd();
            }
        }
        assertThat(listener.count("DRAINING")).isEqualTo(1);
        assertThat(listener.count("STOPPED")).isEqualTo(1);
    }

    @Test
    void startImmediatelyFollowedByShutdownStops() throws Exception {
        for (int i = 0; i < 50; i++) {
            try (TcpServer server = echo()) {
                server.start();
                assertThat(server.shutdown(GRACE).complete()).isTrue();
            }
        }
    }

    @Test
    void aServerThatServesCannotBeStartedAgain() throws Exception {
        try (TcpServer server = echo()) {
            server.start();
            assertThatThrownBy(server::start)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("already serving");
            assertThatThrownBy(server::serveForever).hasMessageContaining("already serving");
            assertThatThrownBy(server::handleRequest).hasMessageContaining("already serving");
            checkServed(server.address());
        }
    }

    @Test
    void aClosedServerCannotBeStartedAgain() {
        TcpServer server = echo();
        server.close();
        server.close();
        assertThatThrownBy(server::start)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("is closed");
    }

    @Test
    void serveForeverReturnsWhenTheServerHasStopped() throws Exception {
        TcpServer server = echo();
        var serving = new FutureTask<>(() -> {
            server.serveForever();
            return server.state();
        });
        new Thread(serving).start();
        listener.await("READY", 1);
        checkServed(server.address());
        server.close();
        assertThat(serving.get()).isEqualTo(ServerState.STOPPED);
    }

    @Test
    void anInterruptEndsServeForeverWithinTheGrace() throws Exception {
        var handling = new CountDownLatch(1);
        var finish = new CountDownLatch(1);
        try (var server =
                new TcpServer(Loopback.config().listener(listener).build(), StreamRequestHandler.of((in, out) -> {
                    handling.countDown();
                    finish.await();
                    out.write('!');
                }))) {
            var flag = new CompletableFuture<Boolean>();
            var serving = new Thread(() -> {
                try {
                    server.serveForever();
                    flag.complete(Thread.currentThread().isInterrupted());
                } catch (Throwable e) {
                    flag.completeExceptionally(e);
                }
            });
            serving.start();
            listener.await("READY", 1);
            try (TestClient client = TestClient.to(server.address())) {
                handling.await();
                serving.interrupt();
                listener.await("DRAINING", 1);
                finish.countDown();
                assertThat(client.readAll()).isEqualTo("!");
            }
            assertThat(flag.get()).isTrue();
            assertThat(server.state()).isEqualTo(ServerState.STOPPED);
        }
        assertThat(listener.events()).contains("stopped " + new DrainReport(1, 0, List.of(), true));
    }

    @Test
    void anInterruptEndsServeForeverAlsoAfterAnotherThreadHasTakenOverTheReceiving() throws Exception {
        var slow = new CountDownLatch(1);
        var server = new UdpServer(
                Loopback.config().engine(Engine.SELECTING).listener(listener).build(),
                DatagramRequestHandler.of((in, out) -> {
                    if (in.read() == 's') {
                        slow.await();
                    }
                    out.write('!');
                }));
        var serving = new FutureTask<>(() -> {
            server.serveForever();
            return Thread.currentThread().isInterrupted();
        });
        var thread = new Thread(serving);
        thread.start();
        listener.await("READY", 1);
        try (var client = TestDatagramClient.to(server.address())) {
            client.send("slow");
            assertThat(client.send("quick").receiveText())
                    .as("received by another thread")
                    .isEqualTo("!");
            slow.countDown();
            assertThat(client.receiveText()).isEqualTo("!");
        }
        assertThat(Polling.await(() -> thread.getState() == Thread.State.WAITING))
                .isTrue();
        thread.interrupt();
        assertThat(serving.get()).isTrue();
        assertThat(server.state()).isEqualTo(ServerState.STOPPED);
    }

    @Test
    void closingAnIdleServerInAnInterruptedThreadLeavesNothingBehind() throws Exception {
        TcpServer server = echo();
        server.bind();
        Thread.currentThread().interrupt();
        server.close();
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void closingInAnInterruptedThreadLeavesNothingBehindAndKeepsTheFlag() throws Exception {
        TcpServer server = echo();
        server.start();
        Thread.currentThread().interrupt();
        server.close();
        assertThat(Thread.interrupted()).isTrue();
        assertThat(server.state()).isEqualTo(ServerState.STOPPED);
    }
}
