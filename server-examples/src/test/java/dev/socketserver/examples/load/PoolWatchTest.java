package dev.socketserver.examples.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.ServerConfig;
import dev.socketserver.StreamRequestHandler;
import dev.socketserver.TcpServer;
import dev.socketserver.examples.health.MonitoringEndpoint;
import dev.socketserver.pool.PoolConfig;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Loads on a real server with a real endpoint; each ends when that has happened which it waits for. */
@Timeout(60)
class PoolWatchTest {
    private static final int WORKERS = 3;

    private final TcpServer server = new TcpServer(
            ServerConfig.builder()
                    .address(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                    .pool(PoolConfig.builder()
                            .minWorkers(WORKERS)
                            .maxWorkers(WORKERS)
                            .build())
                    .build(),
            StreamRequestHandler.of((in, out) -> in.transferTo(out)));
    private MonitoringEndpoint health;
    private PoolMetrics metrics;
    private LoadPlan plan;

    @BeforeEach
    void start() throws Exception {
        server.start();
        health = MonitoringEndpoint.open(server, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        metrics = new PoolMetrics(
                URI.create("http://127.0.0.1:" + health.address().getPort() + "/metrics"));
        plan = LoadPlan.builder(server.address())
                .connections(WORKERS)
                .warmup(Duration.ZERO)
                .duration(Duration.ofHours(1))
                .build();
    }

    @AfterEach
    void stop() {
        health.close();
        server.close();
    }

    @Test
    void theSamplesShowThePoolAtWork() throws Exception {
        var atWork = new PoolSample(WORKERS, WORKERS, 0);
        try (var watch = new PoolWatch(metrics)) {
            var load = new Load(plan, watch::next);
            LoadResult result = load.run((sample, warmup) -> {
                if (atWork.equals(sample.pool())) {
                    load.stop();
                }
            });

            assertThat(result.samples()).extracting(Sample::pool).contains(atWork);
            assertThat(result.failures()).isZero();
            assertThat(watch.failure()).isEmpty();
        }
    }

    @Test
    void anEndpointThatStopsAnsweringIsToldAndTheLoadGoesOn() throws Exception {
        try (var watch = new PoolWatch(metrics)) {
            var load = new Load(plan, watch::next);
            LoadResult result = load.run((sample, warmup) -> {
                if (sample.pool() != null) {
                    health.close();
                } else if (watch.failure().isPresent()) {
                    load.stop();
                }
            });

            assertThat(watch.failure())
                    .hasValueSatisfying(failure -> assertThat(failure)
                            .matches("[1-9]\\d* requests failed, the first: http://127.0.0.1:\\d+/metrics: .+"));
            assertThat(result.samples()).extracting(Sample::pool).contains((PoolSample) null);
            assertThat(result.failures()).isZero();
            assertThat(result.clients().successes()).isPositive();
        }
    }
}
