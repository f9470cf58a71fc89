package dev.socketserver.examples.health;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.socketserver.BaseServer;
import dev.socketserver.ServerMeters;
import dev.socketserver.ServerState;
import dev.socketserver.pool.ElasticThreadPool;
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
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Answers an orchestrator's questions about a server, over HTTP on a port of its own.
 *
 * <table>
 * <caption>What there is</caption>
 * <tr><td>{@code /health/live}</td><td>200 as long as the process answers</td></tr>
 * <tr><td>{@code /health/ready}</td><td>200 while the server is {@code READY}, 503 otherwise</td></tr>
 * <tr><td>{@code /metrics}</td><td>the figures of server, pool and JVM, in Prometheus' text format</td></tr>
 * </table>
 *
 * <p>It outlives the server's drain, so that a balancer sees why it is to send nothing more. Not thread-safe: opened
 * and closed by one thread.
 */
public final class HealthEndpoint implements AutoCloseable {
    private static final int OK = 200;
    private static final int METHOD_NOT_ALLOWED = 405;
    private static final int UNAVAILABLE = 503;
    private static final int WORKERS = 4;
    private static final String TEXT = "text/plain; charset=utf-8";
    private static final String METRICS = "text/plain; version=0.0.4; charset=utf-8";

    /** An answer to be sent. */
    private record Answer(int status, String type, String body) {}

    private final BaseServer<?> server;
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private @Nullable HttpServer http;
    private @Nullable ElasticThreadPool workers;

    /**
     * Makes an endpoint that is not open yet.
     *
     * @param server what is asked about
     */
    public HealthEndpoint(BaseServer<?> server) {
        this.server = server;
    }

    /**
     * Begins to answer. The server must be bound, so that its pool is there to be looked at.
     *
     * @param port the port on all addresses; 0 for a free one
     * @throws IOException if the port is in use
     */
    public void open(int port) throws IOException {
        bindMeters();
        HttpServer opened = bound(port);
        http = opened;
        workers = new ElasticThreadPool(PoolConfig.builder()
                .name("health")
                .minWorkers(1)
                .minSpareWorkers(1)
                .maxWorkers(WORKERS)
                .build());
        opened.setExecutor(workers);
        answer("/health/live", () -> new Answer(OK, TEXT, "live\n"));
        answer("/health/ready", this::readiness);
        answer("/metrics", () -> new Answer(OK, METRICS, registry.scrape()));
        opened.start();
    }

    private static HttpServer bound(int port) throws IOException {
        try {
            return HttpServer.create(new InetSocketAddress(port), 0);
        } catch (BindException e) {
            var failure = new BindException("cannot answer for health on port " + port + ": " + e.getMessage());
            failure.initCause(e);
            throw failure;
        }
    }

    /**
     * Returns where the endpoint answers.
     *
     * @throws IllegalStateException if it is not open
     */
    public InetSocketAddress address() {
        if (http == null) {
            throw new IllegalStateException("the health endpoint is not open");
        }
        return http.getAddress();
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

    private Answer readiness() {
        ServerState state = server.state();
        return new Answer(state == ServerState.READY ? OK : UNAVAILABLE, TEXT, state + "\n");
    }

    private void answer(String path, Supplier<Answer> question) {
        opened().createContext(path, exchange -> {
            try (exchange) {
                boolean mayAsk = List.of("GET", "HEAD").contains(exchange.getRequestMethod());
                send(exchange, mayAsk ? question.get() : new Answer(METHOD_NOT_ALLOWED, TEXT, "GET only\n"));
            }
        });
    }

    private HttpServer opened() {
        if (http == null) {
            throw new IllegalStateException("the health endpoint is not open");
        }
        return http;
    }

    private static void send(HttpExchange exchange, Answer answer) throws IOException {
        byte[] body = answer.body().getBytes(UTF_8);
        exchange.getResponseHeaders().set("Content-Type", answer.type());
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.sendResponseHeaders(answer.status(), -1);
        } else {
            exchange.sendResponseHeaders(answer.status(), body.length);
            exchange.getResponseBody().write(body);
        }
    }

    /** Ends the answering; has no effect if it is not open. */
    @Override
    public void close() {
        if (http != null) {
            http.stop(0);
        }
        if (workers != null) {
            workers.close();
        }
        registry.close();
    }
}
