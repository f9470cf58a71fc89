package dev.socketserver.examples.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.ServerConfig;
import dev.socketserver.StreamRequestHandler;
import dev.socketserver.TcpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is answered over real HTTP. */
@Timeout(60)
class MonitoringEndpointTest {
    private static final InetSocketAddress ANY_PORT = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    private final CountDownLatch handling = new CountDownLatch(1);
    private final CountDownLatch finish = new CountDownLatch(1);
    private final TcpServer server = new TcpServer(
            ServerConfig.builder().name("asked").address(ANY_PORT).build(), StreamRequestHandler.of((in, out) -> {
                out.write(in.read());
                out.flush();
                handling.countDown();
                finish.await();
            }));
    private MonitoringEndpoint health;

    @BeforeEach
    void open() throws IOException {
        server.bind();
        health = MonitoringEndpoint.open(server, ANY_PORT);
    }

    @AfterEach
    void stop() {
        finish.countDown();
        server.close();
        health.close();
    }

    private HttpResponse<String> ask(String path) throws IOException, InterruptedException {
        URI uri = URI.create("http://127.0.0.1:" + health.address().getPort() + path);
        HttpRequest request =
                HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(20)).build();
        return HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
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
            while (server.pool().orElseThrow().snapshot().queued() > 0) {
                Thread.onSpinWait(); // whoever leads next waits for a worker
            }
            HttpResponse<String> answer = ask("/metrics");

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
                            "elastic_pool_queue_size{pool=\"worker\"} 0.0")
                    .anyMatch(line -> line.startsWith("elastic_pool_workers{pool=\"worker\",state=\"busy\"} "))
                    .anyMatch(line -> line.startsWith("elastic_pool_tasks_rejected_total{pool=\"worker\",reason="))
                    .anyMatch(line -> line.matches(
                            "elastic_pool_tasks_wait_duration_histogram\\{le=\"\\+Inf\",pool=\"worker\"} [1-9].*"))
                    .anyMatch(line -> line.startsWith("process_files_open_files "));
        }
    }
}
