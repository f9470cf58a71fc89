package dev.socketserver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.peer.Loopback;
import dev.socketserver.peer.RecordingListener;
import dev.socketserver.peer.TestClient;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a server counts, and how Micrometer sees it. */
@Timeout(60)
class ServerMetersTest {
    private final RecordingListener listener = new RecordingListener();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final ServerConfig.Builder config =
            Loopback.config().name("metered").listener(listener);

    /** Echoes bytes one by one; fails on an 'f'. */
    private static final class ByteEcho extends StreamRequestHandler {
        @Override
        protected void handle() throws IOException {
            int next = in().read();
            if (next == 'f') {
                throw new IllegalStateException("says the test");
            }
            out().write(next);
            keepOpen();
        }
    }

    private double counter(String name, String... tags) {
        return registry.get("socket.server." + name)
                .tag("server", "metered")
                .tags(tags)
                .functionCounter()
                .count();
    }

    private double gauge(String name) {
        return registry.get("socket.server." + name).gauge().value();
    }

    @Test
    void metersFollowTheServer() throws Exception {
        try (var server = new TcpServer(config.build(), ByteEcho::new)) {
            new ServerMeters(server).bindTo(registry);
            assertThat(gauge("ready")).isZero();
            server.start();
            assertThat(gauge("ready")).isEqualTo(1);
            try (TestClient client = TestClient.to(server.address())) {
                for (int i = 0; i < 3; i++) {
                    client.send("x").read(1);
                }
                assertThat(gauge("connections.open")).isEqualTo(1);
                client.send("f").awaitEnd();
            }
            listener.await("closed", 1);
            assertThat(server.join(Duration.ofSeconds(50))).isTrue();
            assertThat(gauge("connections.open")).isZero();
            assertThat(counter("connections.accepted")).isEqualTo(1);
            assertThat(counter("requests")).isEqualTo(4);
            assertThat(counter("requests.failed")).isEqualTo(1);
            assertThat(server.snapshot().rejected()).isZero();
        }
    }

    @Test
    void whatIsRejectedIsCountedByReason() throws Exception {
        try (var server =
                new TcpServer(
                        config.executor(task -> {
                                    throw new RejectedExecutionException("says the test");
                                })
                                .build(),
                        ByteEcho::new) {
                    private boolean refusesNext = true; // confined to the accepting thread

                    @Override
                    protected boolean verifyRequest(StreamConnection request) {
                        refusesNext = !refusesNext;
                        return refusesNext;
                    }
                }) {
            new ServerMeters(server).bindTo(registry);
            server.start();
            for (int i = 1; i <= 3; i++) {
                try (TestClient client = TestClient.to(server.address())) {
                    client.awaitEnd();
                    listener.await("closed", i);
                }
            }
            assertThat(counter("connections.rejected", "reason", "verify")).isEqualTo(2);
            assertThat(counter("connections.rejected", "reason", "overload")).isEqualTo(1);
            assertThat(server.snapshot().rejected()).isEqualTo(3);
        }
    }

    @Test
    void theCountsGoOnWhenTheServerIsStartedAgain() throws Exception {
        try (var server = new TcpServer(config.build(), ByteEcho::new)) {
            for (int run = 1; run <= 2; run++) {
                server.start();
                try (TestClient client = TestClient.to(server.address())) {
                    client.send("x").read(1);
                }
                server.shutdown(Duration.ofSeconds(50));
                assertThat(server.snapshot().accepted()).isEqualTo(run);
            }
            assertThat(server.snapshot().state()).isEqualTo(ServerState.STOPPED);
        }
    }
}
