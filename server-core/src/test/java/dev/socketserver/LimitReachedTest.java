package dev.socketserver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.limit.AtLimit;
import dev.socketserver.peer.LineEcho;
import dev.socketserver.peer.Loopback;
import dev.socketserver.peer.RecordingListener;
import dev.socketserver.peer.TestClient;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a server tells when it has as many connections as it may have. */
@Timeout(60)
class LimitReachedTest {
    private static final String REACHED = "limitReached 1";
    private static final String LEFT = "limitLeft";

    private final RecordingListener listener = new RecordingListener();

    private TcpServer server(Engine engine, AtLimit policy) {
        ServerConfig config = Loopback.config()
                .engine(engine)
                .maxConnections(1)
                .atLimit(policy)
                .listener(listener)
                .build();
        return new TcpServer(config, LineEcho::new);
    }

    private TestClient served(TcpServer server) throws IOException {
        TestClient client = TestClient.to(server.address()).send("x\n");
        assertThat(client.readLine()).isEqualTo("x");
        return client;
    }

    @ParameterizedTest
    @CsvSource({"SELECTING, PAUSE", "BLOCKING, PAUSE", "SELECTING, REFUSE", "BLOCKING, REFUSE"})
    void theListenerIsToldWhenTheLimitIsReachedAndWhenItIsLeft(Engine engine, AtLimit policy) throws Exception {
        try (TcpServer server = server(engine, policy)) {
            server.start();
            for (int round = 1; round <= 3; round++) {
                try (TestClient holding = served(server)) {
                    listener.await(REACHED, round);
                    assertThat(listener.count(LEFT)).isEqualTo(round - 1);
                    holding.reset();
                }
                listener.await(LEFT, round);
            }
            assertThat(server.snapshot().limitReached()).isEqualTo(3);
            assertThat(server.snapshot().timeAtLimit()).isPositive();
        }
        assertThat(listener.count(REACHED)).isEqualTo(listener.count(LEFT));
    }

    @Test
    void aServerThatStopsAtTheLimitHasLeftItBeforeItHasStopped() throws Exception {
        try (TcpServer server = server(Engine.SELECTING, AtLimit.PAUSE)) {
            server.start();
            try (TestClient holding = served(server)) {
                listener.await(REACHED, 1);
                server.shutdown(Duration.ofSeconds(10));
                holding.awaitEnd();
            }
            assertThat(listener.events()).containsSubsequence(REACHED, LEFT, "STOPPED");
            assertThat(listener.count(LEFT)).isEqualTo(1);
            Duration total = server.snapshot().timeAtLimit();
            assertThat(server.snapshot().timeAtLimit()).isEqualTo(total);
        }
    }

    @Test
    void theMetersSayHowOftenAndForHowLong() throws Exception {
        var registry = new SimpleMeterRegistry();
        try (TcpServer server = server(Engine.SELECTING, AtLimit.PAUSE)) {
            new ServerMeters(server).bindTo(registry);
            server.start();
            try (TestClient holding = served(server)) {
                listener.await(REACHED, 1);
                holding.reset();
            }
            listener.await(LEFT, 1);
            assertThat(registry.get("socket.server.connections.limit.reached")
                            .functionCounter()
                            .count())
                    .isEqualTo(1);
            assertThat(registry.get("socket.server.connections.limit.time")
                            .functionCounter()
                            .count())
                    .isPositive();
        }
    }
}
