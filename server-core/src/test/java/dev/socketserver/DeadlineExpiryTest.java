package dev.socketserver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.peer.LineEcho;
import dev.socketserver.peer.Loopback;
import dev.socketserver.peer.RecordingListener;
import dev.socketserver.peer.TestClient;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Peers that keep silent, or take nothing. */
@Timeout(60)
@ParameterizedClass
@EnumSource(names = {"AUTO", "BLOCKING"})
class DeadlineExpiryTest {
    private static final Duration SHORT = Duration.ofMillis(50);

    private final RecordingListener listener = new RecordingListener();
    private final ServerConfig.Builder config;

    DeadlineExpiryTest(Engine engine) {
        config = Loopback.config().engine(engine).listener(listener);
    }

    @Test
    void aKeptConnectionWhosePeerIsSilentEndsAfterTheIdleTimeoutWithoutAFault() throws Exception {
        try (var server = new TcpServer(config.idleTimeout(SHORT).build(), LineEcho::new)) {
            server.start();
            try (TestClient client = TestClient.to(server.address())) {
                assertThat(client.send("one\n").readLine()).isEqualTo("one");
                assertThat(client.readAll()).isEmpty();
            }
            listener.await("closed", 1);
        }
        assertThat(listener.count("error")).isZero();
    }

    @Test
    void aReadTimeoutIsAFailureThatTheListenerSees() throws Exception {
        try (var server = new TcpServer(config.readTimeout(SHORT).build(), LineEcho::new)) {
            server.start();
            try (TestClient client = TestClient.to(server.address())) {
                assertThat(client.readAll()).isEmpty();
            }
        }
        assertThat(listener.failures())
                .singleElement()
                .satisfies(failure -> assertThat(failure)
                        .isInstanceOf(SocketTimeoutException.class)
                        .hasMessage("no data received for PT0.05S"));
    }

    @Test
    void aHandlerWhoseReadTimedOutCanStillSayALastWord() throws Exception {
        try (var server = new TcpServer(config.readTimeout(SHORT).build(), StreamRequestHandler.of((in, out) -> {
            try {
                in.readLine(UTF_8, 100);
            } catch (SocketTimeoutException e) {
                out.write("too slow", UTF_8);
            }
        }))) {
            server.start();
            try (TestClient client = TestClient.to(server.address())) {
                assertThat(client.send("half a li").readAll()).isEqualTo("too slow");
            }
        }
        assertThat(listener.count("error")).isZero();
    }

    @Test
    void everyReadAfterAReadTimeoutTimesOut() throws Exception {
        try (var server = new TcpServer(config.readTimeout(SHORT).build(), StreamRequestHandler.of((in, out) -> {
            for (int i = 0; i < 3; i++) {
                try {
                    in.read();
                } catch (SocketTimeoutException e) {
                    out.write('t');
                }
            }
        }))) {
            server.start();
            try (TestClient client = TestClient.to(server.address())) {
                assertThat(client.readAll()).isEqualTo("ttt");
            }
        }
    }

    @Test
    void aHandlerMaySetItsConnectionsOwnReadTimeout() throws Exception {
        try (var server = new TcpServer(config.build(), () -> new StreamRequestHandler() {
            @Override
            protected void setup() {
                connection().readTimeout(SHORT);
            }

            @Override
            protected void handle() throws IOException {
                in().read();
            }
        })) {
            server.start();
            try (TestClient client = TestClient.to(server.address())) {
                assertThat(client.readAll()).isEmpty();
            }
        }
        assertThat(listener.failures()).hasOnlyElementsOfType(SocketTimeoutException.class);
    }

    @Test
    void aWriteToAPeerThatNeverReadsTimesOut() throws Exception {
        try (var server = new TcpServer(config.writeTimeout(SHORT).build(), Flood::new)) {
            server.start();
            try (TestClient client = TestClient.withSmallWindow(server.address())) {
                listener.await("closed", 1);
                client.awaitEnd();
            }
        }
        assertThat(listener.failures())
                .singleElement()
                .satisfies(failure -> assertThat(failure)
                        .isInstanceOf(SocketTimeoutException.class)
                        .hasMessage("the peer accepted no data for PT0.05S"));
    }

    @Test
    void theTimeBetweenTwoReadsDoesNotCount() throws Exception {
        var expired = new CountDownLatch(1);
        try (var server = new TcpServer(config.build(), () -> new StreamRequestHandler() {
            @Override
            protected void handle() throws Exception {
                String first = in().readLine(UTF_8, 10);
                connection().readTimeout(SHORT); // now that the test has sent something, which may take longer
                if ("silent".equals(first)) {
                    in().read();
                } else {
                    expired.await(); // that is, longer than another connection's read timeout
                    out().write(in().readLine(UTF_8, 10) + "\n", UTF_8);
                }
            }
        })) {
            server.start();
            try (TestClient thinking = TestClient.to(server.address());
                    TestClient silent = TestClient.to(server.address())) {
                thinking.send("think\n").send("second\n");
                silent.send("silent\n").awaitEnd();
                expired.countDown();
                assertThat(thinking.readLine()).isEqualTo("second");
            }
        }
    }

    private static final class Flood extends StreamRequestHandler {
        @Override
        protected void handle() throws IOException {
            byte[] much = new byte[1024 * 1024];
            for (int i = 0; i < 1024; i++) {
                out().write(much);
            }
        }
    }
}
