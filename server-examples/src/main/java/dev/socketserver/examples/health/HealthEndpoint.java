package dev.socketserver.examples.health;

import dev.socketserver.BaseServer;
import dev.socketserver.ServerConfig;
import dev.socketserver.ServerMeters;
import dev.socketserver.ServerState;
import dev.socketserver.TcpServer;
import dev.socketserver.examples.health.HttpGetHandler.Response;
import dev.socketserver.pool.PoolConfig;
import dev.socketserver.pool.PoolMeters;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Serves health checks and Prometheus metrics over HTTP, on a separate address.
 *
 * <table>
 * <caption>Pages</caption>
 * <tr><td>{@code /health/live}</td><td>200 as long as the process answers</td></tr>
 * <tr><td>{@code /health/ready}</td><td>200 while the server is {@code READY}, 503 otherwise</td></tr>
 * <tr><td>{@code /metrics}</td><td>the metrics of server, pool and JVM, in Prometheus' text format</td></tr>
 * </table>
 *
 * <p>Keep it open until the server has drained, so that a load balancer sees that the server is not ready. The endpoint
 * is a {@link TcpServer} with a few workers; incomplete requests and peers that do not read hold no worker. Not
 * thread-safe: open and close it in one thread.
 */
public final class HealthEndpoint implements AutoCloseable {
    private static final String OK = "200 OK";
    private static final String METRICS = "text/plain; version=0.0.4; charset=utf-8";
    private static final int WORKERS = 4;

    private final BaseServer<?> server;
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final TcpServer http;

    private HealthEndpoint(BaseServer<?> server, InetSocketAddress address) {
        this.server = server;
        ServerConfig config = ServerConfig.builder()
                .name("health")
                .address(address)
                .awaitFirstByte(true)
                .idleTimeout(HttpGetHandler.TIME_LIMIT)
                .readTimeout(HttpGetHandler.TIME_LIMIT)
                .writeTimeout(HttpGetHandler.TIME_LIMIT)
                .pool(PoolConfig.builder()
                        .name("health-worker")
                        .minWorkers(1)
                        .minSpareWorkers(1)
                        .maxWorkers(WORKERS)
                        .build())
                .build();
        Map<String, Supplier<Response>> pages = Map.of(
                "/health/live", () -> Response.text(OK, "live"),
                "/health/ready", this::readiness,
                "/metrics", () -> new Response(OK, METRICS, registry.scrape()));
        this.http = new TcpServer(config, () -> new HttpGetHandler(pages, System::nanoTime));
    }

    /**
     * Returns an endpoint for a server. The server must be bound, because only then does it have a pool to observe.
     *
     * @param server the server to report on
     * @param address the address to listen on
     * @throws IOException if the endpoint cannot listen there
     */
    public static HealthEndpoint open(BaseServer<?> server, InetSocketAddress address) throws IOException {
        var endpoint = new HealthEndpoint(server, address);
        endpoint.bindMeters();
        try {
            endpoint.http.start();
        } catch (BindException e) {
            endpoint.close();
            var failure = new BindException("health endpoint: " + e.getMessage());
            failure.initCause(e);
            throw failure;
        }
        return endpoint;
    }

    /** Returns the address that the endpoint listens on. */
    public InetSocketAddress address() {
        return (InetSocketAddress) http.address();
    }

    private void bindMeters() {
        new ServerMeters(server).bindTo(registry);
        server.pool().ifPresent(pool -> {
            new PoolMeters(pool).bindTo(registry);
            registry.getPrometheusRegistry().register(new QueueWaitHistogram(pool));
        });
        List.of(new JvmMemoryMetrics(), new ProcessorMetrics(), new FileDescriptorMetrics(), new UptimeMetrics())
                .forEach(meters -> meters.bindTo(registry));
    }

    private Response readiness() {
        ServerState state = server.state();
        return Response.text(state == ServerState.READY ? OK : "503 Service Unavailable", state.toString());
    }

    /** Stops answering at once. */
    @Override
    public void close() {
        http.shutdown(Duration.ZERO);
        http.close();
        registry.close();
    }
}
