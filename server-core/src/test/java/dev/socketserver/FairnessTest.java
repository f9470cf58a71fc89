package dev.socketserver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.peer.LineEcho;
import dev.socketserver.peer.Loopback;
import dev.socketserver.peer.Polling;
import dev.socketserver.peer.TestClient;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Peers that always have something to say, beside those that say little. */
@Timeout(60)
class FairnessTest {
    private static final int REQUESTS = 200;

    /** Not a divisor of the buffer's size: a request is always only half here when the buffer has been served. */
    private static final byte[] LINE = "0123456789012345678901234567890123456789\n".getBytes(UTF_8);

    @ParameterizedTest
    @EnumSource(Engine.class)
    void connectionsThatAlwaysHaveDataDoNotStarveTheOthers(Engine engine) throws Exception {
        var echoed = new AtomicLong();
        try (var server = new TcpServer(Loopback.config().engine(engine).build(), LineEcho::new)) {
            server.start();
            try (TestClient one = flood(server, echoed);
                    TestClient other = flood(server, echoed);
                    TestClient modest = TestClient.to(server.address())) {
                assertThat(Polling.await(() -> echoed.get() > 1_000_000))
                        .as("flooded")
                        .isTrue();
                for (int i = 0; i < REQUESTS; i++) {
                    assertThat(modest.send("modest\n").readLine()).isEqualTo("modest");
                }
                assertThat(one).isNotSameAs(other);
            }
        }
    }

    /** A client that writes without end, in one thread, and reads what comes back, in another. */
    private static TestClient flood(TcpServer server, AtomicLong echoed) throws IOException {
        TestClient client = TestClient.to(server.address());
        byte[] many = new byte[LINE.length * 1000];
        for (int i = 0; i < many.length; i++) {
            many[i] = LINE[i % LINE.length];
        }
        new Thread(() -> untilClosed(() -> client.send(many))).start();
        new Thread(() -> untilClosed(() -> echoed.addAndGet(client.read(LINE.length).length))).start();
        return client;
    }

    /** A step of a client. */
    private interface Step {
        void run() throws IOException;
    }

    private static void untilClosed(Step step) {
        try {
            while (true) {
                step.run();
            }
        } catch (IOException expected) {
            // The test has closed the client.
        }
    }

    @ParameterizedTest
    @EnumSource(Engine.class)
    void aBurstOfRequestsIsAnsweredWithOneWrite(Engine engine) throws Exception {
        String burst = "a\nb\nc\nd\n".repeat(25);
        try (var server = new TcpServer(Loopback.config().engine(engine).build(), LineEcho::new)) {
            server.start();
            try (TestClient client = TestClient.to(server.address())) {
                assertThat(client.send("first\n").readLine()).isEqualTo("first");
                for (int i = 0; i < REQUESTS; i++) {
                    assertThat(client.send(burst).readOnce()).isEqualTo(burst);
                }
            }
        }
    }
}
