package dev.socketserver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.peer.Loopback;
import dev.socketserver.peer.RecordingListener;
import dev.socketserver.peer.Strategy;
import dev.socketserver.peer.TestClient;
import dev.socketserver.peer.TestDatagramClient;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
class ServerListenerTest {
    private static final DrainReport NOTHING_OPEN = new DrainReport(0, 0, List.of(), true);

    private final RecordingListener listener = new RecordingListener();

    static List<Strategy> strategies() {
        return Strategy.available();
    }

    @ParameterizedTest
    @MethodSource("strategies")
    void everyEventOfAConnectionIsToldExactlyOnceAndInOrder(Strategy strategy) throws Exception {
        try (var server = new TcpServer(
                strategy.in(Loopback.config().listener(listener)).build(), StreamRequestHandler.of((in, out) -> {
                    if (in.read() == 'f') {
                        throw new IllegalStateException("says the test");
                    }
                }))) {
            server.start();
            for (String request : List.of("ok", "fail")) {
                try (TestClient client = TestClient.to(server.address())) {
                    client.send(request).awaitEnd();
                }
                listener.await("closed", request.equals("ok") ? 1 : 2);
            }
            server.shutdown(Duration.ofSeconds(50));
        }
        assertThat(listener.events())
                .containsExactly(
                        "STARTING",
                        "READY",
                        "opened",
                        "closed",
                        "opened",
                        "error",
                        "closed",
                        "DRAINING",
                        "STOPPED",
                        "stopped " + NOTHING_OPEN);
    }

    @Test
    void aConnectionWithSeveralRequestsIsOpenedAndClosedOnce() throws Exception {
        try (var server = new TcpServer(Loopback.config().listener(listener).build(), () -> new StreamRequestHandler() {
            @Override
            protected void handle() throws IOException {
                out().write(in().read());
                keepOpen();
            }
        })) {
            server.start();
            try (TestClient client = TestClient.to(server.address())) {
                for (int i = 0; i < 10; i++) {
                    client.send("x");
                    assertThat(client.read(1)).containsExactly('x');
                }
            }
            listener.await("closed", 1);
        }
        assertThat(listener.count("opened")).isEqualTo(1);
        assertThat(listener.count("closed")).isEqualTo(1);
    }

    @Test
    void aListenerThatThrowsOnEveryEventHasNoEffect() throws Exception {
        ServerListener throwing = (ServerListener) Proxy.newProxyInstance(
                ServerListener.class.getClassLoader(), new Class<?>[] {ServerListener.class}, (proxy, event, args) -> {
                    throw new AssertionError("the listener's own, on " + event.getName());
                });
        try (var server =
                new TcpServer(Loopback.config().listener(throwing).build(), StreamRequestHandler.of((in, out) -> {
                    in.transferTo(out);
                    throw new IllegalStateException("says the test");
                }))) {
            server.start();
            for (int i = 0; i < 3; i++) {
                try (TestClient client = TestClient.to(server.address())) {
                    assertThat(client.send("served").halfClose().readAll()).isEqualTo("served");
                }
            }
            assertThat(server.shutdown(Duration.ofSeconds(50)).complete()).isTrue();
        }
    }

    @Test
    void aListenerThatThrowsOnATruncatedDatagramHasNoEffect() throws Exception {
        var throwing = new ServerListener() {
            @Override
            public void truncated(Server server, Datagram datagram) {
                throw new AssertionError("the listener's own");
            }
        };
        try (var server = new UdpServer(
                Loopback.config().listener(throwing).maxDatagramSize(1).build(),
                DatagramRequestHandler.of((in, out) -> in.transferTo(out)))) {
            server.start();
            try (var client = TestDatagramClient.to(server.address())) {
                assertThat(client.send("served").receiveText()).isEqualTo("s");
            }
        }
    }
}
