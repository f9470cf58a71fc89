package dev.socketserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.socketserver.peer.LineEcho;
import dev.socketserver.peer.Loopback;
import dev.socketserver.peer.Strategy;
import dev.socketserver.peer.TestClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The hooks of socketserver: their order, and what happens when one throws. */
@Timeout(60)
@SuppressWarnings("try") // closed early on purpose
class HookOrderTest {
    private static final Duration GRACE = Duration.ofSeconds(50);
    private static final int RACES = 300;

    @TempDir
    Path directory;

    private final HookLog log = new HookLog();

    static Stream<Arguments> everywhere() {
        return SocketserverScenariosTest.everywhere();
    }

    private BaseServer<?> server(Transport transport, Strategy strategy) {
        return transport.server(strategy.in(transport.config(directory)).build(), log, line -> {
            if (line.equals("fail")) {
                throw new IllegalStateException("says the test");
            }
            return line;
        });
    }

    private void request(BaseServer<?> server, Transport transport, String line) throws Exception {
        log.clear();
        try (Transport.Exchange exchange = transport.request(server.address(), line)) {
            log.await("closeRequest", 1);
        }
    }

    @ParameterizedTest
    @MethodSource("everywhere")
    void hooksAreCalledInSocketserversOrder(Transport transport, Strategy strategy) throws Exception {
        try (BaseServer<?> server = server(transport, strategy)) {
            server.start();
            assertThat(log.calls()).containsExactly("serverBind", "serverActivate");
            request(server, transport, "fine");
            assertThat(log.calls())
                    .containsExactly(
                            "verifyRequest",
                            "processRequest",
                            "finishRequest",
                            "setup",
                            "handle",
                            "finish",
                            "shutdownRequest",
                            "closeRequest");
            log.clear();
        }
        assertThat(log.calls()).containsExactly("serverClose");
    }

    @ParameterizedTest
    @MethodSource("everywhere")
    void aFailureIsHandledAfterTheHandlersFinishAndBeforeTheShutdown(Transport transport, Strategy strategy)
            throws Exception {
        try (BaseServer<?> server = server(transport, strategy)) {
            server.start();
            request(server, transport, "fail");
            assertThat(log.calls())
                    .containsExactly(
                            "verifyRequest",
                            "processRequest",
                            "finishRequest",
                            "setup",
                            "handle",
                            "finish",
                            "handleError",
                            "shutdownRequest",
                            "closeRequest");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aHandlerWhoseSetupThrewIsNotFinished(Transport transport) throws Exception {
        try (BaseServer<?> server = server(transport, Strategy.ELASTIC_POOL)) {
            server.start();
            log.fail("setup");
            request(server, transport, "fine");
            assertThat(log.calls())
                    .containsExactly(
                            "verifyRequest",
                            "processRequest",
                            "finishRequest",
                            "setup",
                            "handleError",
                            "shutdownRequest",
                            "closeRequest");
        }
    }

    static Stream<Arguments> hooksOfARequest() {
        return Stream.of(
                        "verifyRequest",
                        "processRequest",
                        "finishRequest",
                        "handleError",
                        "shutdownRequest",
                        "closeRequest")
                .flatMap(hook -> Stream.of(Transport.values()).map(transport -> Arguments.of(transport, hook)));
    }

    @ParameterizedTest
    @MethodSource("hooksOfARequest")
    void aHookThatThrowsCostsTheRequestItWasCalledFor(Transport transport, String hook) throws Exception {
        for (Strategy strategy : Strategy.available()) {
            try (BaseServer<?> server = server(transport, strategy)) {
                server.start();
                log.clear();
                log.fail(hook);
                transport.request(server.address(), "fail").close();
                log.await(hook, 1);
                assertThat(server.join(GRACE)).isTrue();
                log.fail("");
                assertThat(transport.ask(server.address(), "fine")).isEqualTo("fine");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"serverBind", "serverActivate"})
    void aHookThatThrowsWhileBindingLeavesNothingBound(String hook) throws Exception {
        log.fail(hook);
        try (BaseServer<?> server = server(Transport.TCP, Strategy.ELASTIC_POOL)) {
            assertThatThrownBy(server::start).hasMessage(hook + " fails, says the test");
            assertThat(log.count("serverClose")).isEqualTo(1);
            log.fail("");
            server.start();
            assertThat(Transport.TCP.ask(server.address(), "fine")).isEqualTo("fine");
        }
    }

    @ParameterizedTest
    @MethodSource("everywhere")
    void aServerWhoseServerCloseThrowsStopsAllTheSame(Transport transport, Strategy strategy) throws Exception {
        BaseServer<?> server = server(transport, strategy);
        server.start();
        assertThat(transport.ask(server.address(), "fine")).isEqualTo("fine");
        log.fail("serverClose");
        assertThat(server.shutdown(GRACE).complete()).isTrue();
        assertThat(BaseServer.opened(server.channelOrNull()).isOpen()).isFalse();
        assertThat(server.state()).isEqualTo(ServerState.STOPPED);
        log.fail("");
    }

    @Test
    void serviceActionsThatThrowRunAgain() throws Exception {
        log.fail("serviceActions");
        try (BaseServer<?> server = server(Transport.TCP, Strategy.ELASTIC_POOL)) {
            server.start();
            log.await("serviceActions", 2);
            assertThat(Transport.TCP.ask(server.address(), "fine")).isEqualTo("fine");
        }
    }

    @Test
    void serviceActionsThatHangAreInterruptedWhenTheServerStops() throws Exception {
        var hanging = new CountDownLatch(1);
        var interrupted = new CountDownLatch(1);
        var server = new TcpServer(Loopback.config().build(), StreamRequestHandler.of((in, out) -> {})) {
            @Override
            protected void serviceActions() {
                hanging.countDown();
                try {
                    new CountDownLatch(1).await();
                } catch (InterruptedException e) {
                    interrupted.countDown();
                }
            }
        };
        server.start();
        hanging.await();
        assertThat(server.shutdown(GRACE).complete()).isTrue();
        interrupted.await();
    }

    @Test
    void aSubclassMayRefuseConnectionsByTheirAddress() throws Exception {
        try (var server =
                new TcpServer(Loopback.config().build(), StreamRequestHandler.of((in, out) -> in.transferTo(out))) {
                    @Override
                    protected boolean verifyRequest(StreamConnection request) {
                        return !request.remoteAddress().toString().contains("127.0.0.1");
                    }
                }) {
            server.start();
            try (TestClient client = TestClient.to(server.address())) {
                assertThat(client.readAll()).isEmpty();
            }
        }
    }

    @Test
    void aConnectionThatIsClosedFromOutsideWhileItsPeerAsksIsShutDownOnce() throws Exception {
        var shutDown = new ConcurrentHashMap<StreamConnection, Integer>();
        var connections = new LinkedBlockingQueue<StreamConnection>();
        var server = new TcpServer(Loopback.config().build(), LineEcho::new) {
            @Override
            protected void processRequest(StreamConnection connection) throws Exception {
                connections.add(connection);
                super.processRequest(connection);
            }

            @Override
            protected void shutdownRequest(StreamConnection connection) throws Exception {
                shutDown.merge(connection, 1, Integer::sum);
                super.shutdownRequest(connection);
            }
        };
        try (server) {
            server.start();
            for (int i = 0; i < RACES; i++) {
                try (TestClient client = TestClient.to(server.address())) {
                    assertThat(client.send("one\n").readLine()).isEqualTo("one");
                    StreamConnection connection = connections.take();
                    var closing = new Thread(connection::close);
                    closing.start();
                    client.send("two\n").awaitEnd();
                    closing.join();
                }
            }
        }
        assertThat(shutDown)
                .hasSize(RACES)
                .allSatisfy((connection, times) -> assertThat(times).isEqualTo(1));
    }

    @Test
    void connectionsThatAreForcedWhileTheyAreIdleAreShutDownToo() throws Exception {
        try (BaseServer<?> server = new TcpServer(Loopback.config().build(), LineEcho::new) {
            @Override
            protected void shutdownRequest(StreamConnection connection) throws Exception {
                log.call("shutdownRequest");
                super.shutdownRequest(connection);
            }
        }) {
            server.start();
            List<TestClient> clients = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                TestClient client = TestClient.to(server.address());
                clients.add(client);
                assertThat(client.send("one\n").readLine()).isEqualTo("one");
            }
            server.shutdown(Duration.ZERO);
            assertThat(log.count("shutdownRequest")).isEqualTo(50);
            for (TestClient client : clients) {
                client.close();
            }
        }
    }
}
