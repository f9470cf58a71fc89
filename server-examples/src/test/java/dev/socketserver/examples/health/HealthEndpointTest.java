package dev.socketserver.examples.health;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.socketserver.Server;
import dev.socketserver.ServerConfig;
import dev.socketserver.ServerListener;
import dev.socketserver.ServerState;
import dev.socketserver.StreamRequestHandler;
import dev.socketserver.TcpServer;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is answered over real HTTP. */
@Timeout(60)
class HealthEndpointTest {
    private static final InetSocketAddress ANY_PORT = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

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
        health = HealthEndpoint.open(server, ANY_PORT);
    }

    private HttpResponse<String> ask(String method, String path) throws IOException, InterruptedException {
        URI uri = URI.create("http://127.0.0.1:" + health.address().getPort() + path);
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(uri)
                                .timeout(Duration.ofSeconds(20))
                                .method(method, HttpRequest.BodyPublishers.noBody())
                                .build(),
                        BodyHandlers.ofString());
    }

    private int status(String path) throws IOException, InterruptedException {
        return ask("GET", path).statusCode();
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
            HttpResponse<String> answer = ask("GET", "/health/ready");
            assertThat(answer.statusCode()).as("draining").isEqualTo(503);
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
    void metricsTellWhatTheServerAndItsPoolDo() throws Exception {
        server.start();
        try (var connection = new Socket(InetAddress.getLoopbackAddress(), port())) {
            connection.getOutputStream().write('x');
            handling.await();
            HttpResponse<String> answer = ask("GET", "/metrics");

            assertThat(answer.headers().firstValue("Content-Type"))
                    .hasValueSatisfying(type -> assertThat(type).startsWith("text/plain; version=0.0.4"));
            assertThat(answer.body().lines())
                    .contains(
                            "socket_server_ready{server=\"asked\"} 1.0",
                            "socket_server_connections_open{server=\"asked\"} 1.0",
                            "socket_server_connections_accepted_total{server=\"asked\"} 1.0",
                            "socket_server_connections_rejected_total{reason=\"overload\",server=\"asked\"} 0.0",
                            "socket_server_requests_total{server=\"asked\"} 1.0",
                            "elastic_pool_workers_max{pool=\"worker\"} 100.0",
                            "elastic_pool_queue_size{pool=\"worker\"} 0.0",
                            "# TYPE elastic_pool_queue_wait_seconds histogram")
                    .anyMatch(line -> line.startsWith("elastic_pool_workers{pool=\"worker\",state=\"busy\"} "))
                    .anyMatch(line -> line.startsWith("elastic_pool_tasks_rejected_total{pool=\"worker\",reason="))
                    .anyMatch(line -> line.matches(
                            "elastic_pool_queue_wait_seconds_bucket\\{pool=\"worker\",le=\"\\+Inf\"} [1-9]\\d*"))
                    .anyMatch(line -> line.startsWith("process_files_open_files "));
        }
    }

    @Test
    void onlyReadingIsAllowed() throws Exception {
        assertThat(ask("POST", "/health/live").statusCode()).isEqualTo(405);
        HttpResponse<String> head = ask("HEAD", "/health/live");
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
        assertThat(status("/elsewhere")).isEqualTo(404);
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            4, 'GET /health/live HTTP/1.1\r\nHost:'
            1000, 'GET /health/live HTTP/1.1\r\nHost:'
            1000, ''
            1000, 'GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n'
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
                .isThrownBy(() -> HealthEndpoint.open(server, health.address()))
                .withMessageContaining("health endpoint: ")
                .withMessageContaining(":" + health.address().getPort());
    }
}
