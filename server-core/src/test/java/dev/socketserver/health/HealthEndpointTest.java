package dev.socketserver.health;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.socketserver.Server;
import dev.socketserver.ServerConfig;
import dev.socketserver.ServerListener;
import dev.socketserver.ServerState;
import dev.socketserver.StreamRequestHandler;
import dev.socketserver.TcpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.BindException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is answered over real HTTP. */
@Timeout(60)
class HealthEndpointTest {
    private static final int TIMEOUT_MILLIS = 20_000;
    private static final InetSocketAddress ANY_PORT = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    private record Answer(int status, String type, String body) {}

    private final CountDownLatch draining = new CountDownLatch(1);
    private final CountDownLatch handling = new CountDownLatch(1);
    private final CountDownLatch finish = new CountDownLatch(1);
    private final TcpServer server = new TcpServer(
            ServerConfig.builder()
                    .name("asked")
                    .address(ANY_PORT)
                    .listener(new ServerListener() {
                        @Override
                        public void stateChanged(Server server, ServerState state) {
                            if (state == ServerState.DRAINING) {
                                draining.countDown();
                            }
                        }
                    })
                    .build(),
            StreamRequestHandler.of((in, out) -> {
                out.write(in.read());
                out.flush();
                handling.countDown();
                finish.await();
            }));
    private HealthEndpoint health;

    @AfterEach
    void stop() {
        finish.countDown();
        server.close();
        health.close();
    }

    @BeforeEach
    void open() throws IOException {
        server.bind();
        health = open(ANY_PORT);
    }

    private HealthEndpoint open(InetSocketAddress address) throws IOException {
        return HealthEndpoint.of(server)
                .page("/long", "text/plain", () -> "long ".repeat(10_000))
                .open(address);
    }

    private Answer ask(String method, String path) throws IOException {
        return ask(health, method, path);
    }

    private static Answer ask(HealthEndpoint health, String method, String path) throws IOException {
        URI uri = URI.create("http://127.0.0.1:" + health.address().getPort() + path);
        var connection = (HttpURLConnection) uri.toURL().openConnection();
        connection.setRequestMethod(method);
        connection.setReadTimeout(TIMEOUT_MILLIS);
        int status = connection.getResponseCode();
        InputStream body = status < 400 ? connection.getInputStream() : connection.getErrorStream();
        return new Answer(status, connection.getContentType(), new String(body.readAllBytes(), UTF_8));
    }

    private int status(String path) throws IOException {
        return ask("GET", path).status();
    }

    @Test
    void readinessFollowsTheServerThroughItsLife() throws Exception {
        assertThat(status("/health/ready")).as("bound").isEqualTo(503);
        server.start();
        assertThat(status("/health/ready")).as("started").isEqualTo(200);

        try (var connection = new Socket(InetAddress.getLoopbackAddress(), port())) {
            connection.getOutputStream().write('x');
            handling.await();
            var shutdown = new FutureTask<>(() -> server.shutdown(Duration.ofSeconds(50)));
            new Thread(shutdown).start();
            draining.await();
            Answer answer = ask("GET", "/health/ready");
            assertThat(answer.status()).as("draining").isEqualTo(503);
            assertThat(answer.body()).isEqualTo("DRAINING\n");
            assertThat(status("/health/live")).as("draining").isEqualTo(200);
            finish.countDown();
            shutdown.get();
        }
        assertThat(status("/health/ready")).as("stopped").isEqualTo(503);
        assertThat(status("/health/live")).as("stopped").isEqualTo(200);
    }

    private int port() {
        return ((InetSocketAddress) server.address()).getPort();
    }

    @Test
    void allServersHaveToBeReady() throws Exception {
        try (var other = new TcpServer(
                        ServerConfig.builder().address(ANY_PORT).build(), StreamRequestHandler.of((in, out) -> {}));
                var both = HealthEndpoint.of(server, other).open(ANY_PORT)) {
            server.start();
            assertThat(ask(both, "GET", "/health/ready").body()).isEqualTo(other.state() + "\n");
            other.start();
            assertThat(ask(both, "GET", "/health/ready").body()).isEqualTo("READY\n");
        }
        assertThatIllegalArgumentException().isThrownBy(HealthEndpoint::of).withMessage("there must be a server");
    }

    @Test
    void pagesAreMadeForEachRequest() throws Exception {
        var asked = new AtomicInteger();
        try (var counting = HealthEndpoint.of(server)
                .page("/count", "application/json", () -> "[" + asked.incrementAndGet() + "]")
                .page("/broken", "text/plain", () -> {
                    throw new IllegalStateException("on purpose");
                })
                .page("/none", "text/plain", () -> null)
                .open(ANY_PORT)) {
            assertThat(ask(counting, "GET", "/count").body()).isEqualTo("[1]");
            Answer second = ask(counting, "GET", "/count?of=requests");
            assertThat(second.body()).isEqualTo("[2]");
            assertThat(second.type()).isEqualTo("application/json");
            assertThat(ask(counting, "GET", "/broken").status()).isEqualTo(500);
            assertThat(ask(counting, "GET", "/none").status()).isEqualTo(500);
            assertThat(ask(counting, "GET", "/health/live").status()).isEqualTo(200);
        }
    }

    @Test
    void healthChecksDoNotWaitForPagesThatTakeLong() throws Exception {
        var asked = new Semaphore(0);
        var goOn = new CountDownLatch(1);
        try (var slow = HealthEndpoint.of(server)
                .page("/slow", "text/plain", () -> {
                    asked.release();
                    try {
                        goOn.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    return "done";
                })
                .open(ANY_PORT)) {
            List<FutureTask<Answer>> asking = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                asking.add(new FutureTask<>(() -> ask(slow, "GET", "/slow")));
                new Thread(asking.get(i)).start();
            }
            asked.acquire(2);
            for (int i = 0; i < 10; i++) {
                assertThat(ask(slow, "GET", "/slow").status()).isEqualTo(503);
            }
            assertThat(ask(slow, "GET", "/health/live").status()).isEqualTo(200);
            goOn.countDown();
            for (FutureTask<Answer> answer : asking) {
                assertThat(answer.get().body()).isEqualTo("done");
            }
            assertThat(ask(slow, "GET", "/slow").body()).isEqualTo("done");
        }
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            count, text/plain, 'path must begin with a slash, and have no space or ?: count'
            /a b, text/plain, 'path must begin with a slash, and have no space or ?: /a b'
            /a?b, text/plain, 'path must begin with a slash, and have no space or ?: /a?b'
            /health/ready, text/plain, 'path has a page already: /health/ready'
            /a, '', 'type must be printable: '
            """)
    void aPageThatCannotBeServedIsRefused(String path, String type, String message) {
        HealthEndpoint.Builder builder = HealthEndpoint.of(server);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.page(path, type, () -> ""))
                .withMessage(message);
    }

    @Test
    void onlyReadingIsAllowed() throws Exception {
        assertThat(ask("POST", "/health/live").status()).isEqualTo(405);
        Answer head = ask("HEAD", "/health/live");
        assertThat(head.status()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
        assertThat(status("/elsewhere")).isEqualTo(404);
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            4, 'GET /health/live HTTP/1.1\r\nHost:'
            1000, 'GET /health/live HTTP/1.1\r\nHost:'
            1000, ''
            1000, 'GET /long HTTP/1.1\r\nHost: x\r\n\r\n'
            """)
    void peersThatStopHalfwayDoNotSilenceIt(int peers, String sent) throws Exception {
        List<Socket> open = new ArrayList<>();
        try {
            for (int i = 0; i < peers; i++) {
                var peer = new Socket();
                open.add(peer);
                peer.setReceiveBufferSize(1); // it reads nothing, and its system takes as little as it can
                peer.connect(health.address());
                peer.getOutputStream().write(sent.translateEscapes().getBytes(US_ASCII));
            }
            assertThat(status("/health/live")).isEqualTo(200);
        } finally {
            for (Socket peer : open) {
                peer.close();
            }
        }
    }

    @Test
    void aPortInUseIsReportedWithItsNumber() {
        assertThatExceptionOfType(BindException.class)
                .isThrownBy(() -> open(health.address()))
                .withMessageContaining("health endpoint: ")
                .withMessageContaining(":" + health.address().getPort());
    }
}
