package dev.socketserver;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * The metrics of a server as Micrometer meters, all named {@code socket.server.*} and tagged with the server's name;
 * its pool has {@linkplain dev.socketserver.pool.PoolMeters separate meters}. Needs Micrometer on the class path, which
 * is an optional dependency. Thread-safe.
 */
public final class ServerMeters implements MeterBinder {
    private final BaseServer<?> server;
    private final Tags tags;

    /**
     * Creates the meters of a server; {@link #bindTo} registers them.
     *
     * @param server the server, which need not be bound yet
     */
    public ServerMeters(BaseServer<?> server) {
        this.server = server;
        tags = Tags.of("server", server.config().name());
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        gauge(registry, "ready", s -> s.state() == ServerState.READY ? 1 : 0);
        gauge(registry, "connections.open", ServerSnapshot::open);
        counter(registry, "connections.accepted", tags, ServerSnapshot::accepted);
        for (Rejection why : Rejection.values()) {
            counter(
                    registry,
                    "connections.rejected",
                    tags.and("reason", why.name().toLowerCase(Locale.ROOT)),
                    s -> s.rejectionsByReason().getOrDefault(why, 0L));
        }
        counter(registry, "requests", tags, ServerSnapshot::requests);
        counter(registry, "requests.failed", tags, ServerSnapshot::failed);
        counter(registry, "accept.failures", tags, ServerSnapshot::acceptFailures);
        counter(registry, "messages.dropped", tags, ServerSnapshot::messagesDropped);
        if (server instanceof UdpServer datagrams) {
            FunctionCounter.builder(
                            "socket.server.system.drops",
                            datagrams,
                            s -> s.systemDrops().orElse(0))
                    .tags(tags)
                    .register(registry);
        }
    }

    private void gauge(MeterRegistry registry, String name, ToDoubleFunction<ServerSnapshot> figure) {
        Gauge.builder("socket.server." + name, server, s -> figure.applyAsDouble(s.snapshot()))
                .tags(tags)
                .register(registry);
    }

    private void counter(MeterRegistry registry, String name, Tags with, ToDoubleFunction<ServerSnapshot> figure) {
        FunctionCounter.builder("socket.server." + name, server, s -> figure.applyAsDouble(s.snapshot()))
                .tags(with)
                .register(registry);
    }
}
