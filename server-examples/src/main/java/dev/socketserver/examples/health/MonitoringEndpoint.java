package dev.socketserver.examples.health;

import dev.socketserver.BaseServer;
import dev.socketserver.ServerMeters;
import dev.socketserver.health.HealthEndpoint;
import dev.socketserver.pool.PoolMeters;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * A {@link HealthEndpoint} with a page {@code /metrics}: those of server, pool and JVM, in Prometheus' text format. Not
 * thread-safe: open and close it in one thread.
 */
public final class MonitoringEndpoint implements AutoCloseable {
    private static final String METRICS = "text/plain; version=0.0.4; charset=utf-8";

    private final PrometheusMeterRegistry registry;
    private final HealthEndpoint endpoint;

    private MonitoringEndpoint(PrometheusMeterRegistry registry, HealthEndpoint endpoint) {
        this.registry = registry;
        this.endpoint = endpoint;
    }

    /**
     * Opens an endpoint for a server. The server must be bound, because only then does it have a pool to observe.
     *
     * @param server the server to report on
     * @param address the address to listen on
     * @throws IOException if the endpoint cannot listen there
     */
    public static MonitoringEndpoint open(BaseServer<?> server, InetSocketAddress address) throws IOException {
        var registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        try {
            bindMeters(server, registry);
            HealthEndpoint endpoint = HealthEndpoint.of(server)
                    .page("/metrics", METRICS, registry::scrape)
                    .open(address);
            return new MonitoringEndpoint(registry, endpoint);
        } catch (Throwable e) {
            registry.close();
            throw e;
        }
    }

    private static void bindMeters(BaseServer<?> server, PrometheusMeterRegistry registry) {
        new ServerMeters(server).bindTo(registry);
        server.pool().ifPresent(pool -> new PoolMeters(pool).bindTo(registry));
        List.of(new JvmMemoryMetrics(), new ProcessorMetrics(), new FileDescriptorMetrics(), new UptimeMetrics())
                .forEach(meters -> meters.bindTo(registry));
    }

    /** Returns the address that the endpoint listens on. */
    public InetSocketAddress address() {
        return endpoint.address();
    }

    /** Stops answering at once. */
    @Override
    public void close() {
        endpoint.close();
        registry.close();
    }
}
