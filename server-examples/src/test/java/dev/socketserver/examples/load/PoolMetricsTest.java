package dev.socketserver.examples.load;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import com.sun.net.httpserver.HttpServer;
import dev.socketserver.StreamRequestHandler;
import dev.socketserver.TcpServer;
import dev.socketserver.examples.health.MonitoringEndpoint;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class PoolMetricsTest {
    private static URI url(int port) {
        return URI.create("http://127.0.0.1:" + port + "/metrics");
    }

    private static MonitoringEndpoint start(TcpServer server) throws IOException {
        server.start();
        return MonitoringEndpoint.open(server, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    @Test
    void aRealServerTellsOfItsPool() throws Exception {
        var handling = new CountDownLatch(2);
        var finish = new CountDownLatch(1);
        try (var server = new TcpServer(0, StreamRequestHandler.of((in, out) -> {
                    handling.countDown();
                    finish.await();
                }));
                var health = start(server)) {
            int port = ((InetSocketAddress) server.address()).getPort();
            try (var one = new Socket(InetAddress.getLoopbackAddress(), port);
                    var other = new Socket(InetAddress.getLoopbackAddress(), port)) {
                one.getOutputStream().write(1);
                other.getOutputStream().write(2);
                handling.await();
                var metrics = new PoolMetrics(url(health.address().getPort()));
                PoolSample state = metrics.read();
                while (state.queued() > 0) { // as whoever leads next, until a worker is there
                    state = metrics.read();
                }

                assertThat(state.workers()).isBetween(2, 100);
                assertThat(state.busy()).isBetween(2, state.workers());
            } finally {
                finish.countDown();
            }
        }
    }

    @Test
    void severalPoolsAreAddedUp() throws IOException {
        PoolSample state = PoolMetrics.parse("""
                # HELP elastic_pool_workers
                # TYPE elastic_pool_workers gauge
                elastic_pool_workers{pool="a",state="busy"} 3.0
                elastic_pool_workers{pool="a",state="idle"} 2.0
                elastic_pool_workers{pool="a",state="starting"} 1.0
                elastic_pool_workers{application="shop",pool="b } 7",state="busy"} 1.2E2 1700000000000
                elastic_pool_workers_max{pool="a"} 100.0
                elastic_pool_workers_started_total{pool="a",reason="state=\\"busy\\""} 50.0
                elastic_pool_queue_size{pool="a"} 4.0
                elastic_pool_queue_size{pool="b } 7"} 1.0
                elastic_pool_tasks_wait_duration_seconds_count{pool="a"} 99
                jvm_memory_used_bytes{area="heap",id="G1 Old Gen"} 1.0
                """);

        assertThat(state).isEqualTo(new PoolSample(126, 123, 5));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "<html>", "jvm_threads 1.0\n", "elastic_pool_workers_max{pool=\"a\"} 100.0\n"})
    void anAnswerWithoutAPoolIsNone(String text) {
        assertThatIOException()
                .isThrownBy(() -> PoolMetrics.parse(text))
                .withMessage("has no metric elastic_pool_workers");
    }

    @Test
    void anotherStatusThan200IsToldWithTheUrl() throws IOException {
        HttpServer http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        http.start();
        try {
            URI url = url(http.getAddress().getPort());

            assertThatIOException()
                    .isThrownBy(() -> new PoolMetrics(url).read())
                    .withMessage(url + ": answered with status 404");
        } finally {
            http.stop(0);
        }
    }

    @Test
    void whereNobodyListensIsToldWithTheUrl() throws IOException {
        URI url;
        try (var unused = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            url = url(unused.getLocalPort());
        }

        assertThatIOException().isThrownBy(() -> new PoolMetrics(url).read()).withMessage(url + ": Connection refused");
    }

    @Test
    void anAnswerThatNeverEndsIsGivenUp() throws Exception {
        try (var endless = new StreamPeer(connection -> {
            connection.getOutputStream().write("HTTP/1.1 200 OK\r\n\r\n".getBytes(US_ASCII));
            while (true) {
                connection.getOutputStream().write('\n');
            }
        })) {
            URI url = url(endless.address().getPort());

            assertThatIOException()
                    .isThrownBy(() -> new PoolMetrics(url, Duration.ofSeconds(1)).read())
                    .withMessage(url + ": the response did not end within 1000 ms");
        }
    }

    @Test
    void whoAcceptsAndNeverAnswersIsGivenUp() throws IOException {
        try (var silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            URI url = url(silent.getLocalPort());

            assertThatIOException()
                    .isThrownBy(() -> new PoolMetrics(url, Duration.ofMillis(100)).read())
                    .withMessageStartingWith(url + ": ")
                    .withMessageContaining("timed out");
        }
    }
}
