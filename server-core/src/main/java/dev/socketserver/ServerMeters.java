package dev.socketserver;

import dev.socketserver.internal.run.ServerCounters;
import dev.socketserver.pool.TimeDistribution;
import dev.socketserver.pool.TimeMeters;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.BaseUnits;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * The metrics of a server as Micrometer meters, all named {@code socket.server.*} and tagged with the server's name;
 * its pool has {@linkplain dev.socketserver.pool.PoolMeters separate meters}. Needs Micrometer on the class path, which
 * is an optional dependency. Thread-safe.
 */
public final class ServerMeters implements MeterBinder {
    private static final String PREFIX = "socket.server.";

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
        gauge(
                registry,
                "ready",
                "1 while the server is ready, otherwise 0",
                s -> s.state() == ServerState.READY ? 1 : 0);
        gauge(registry, "connections.open", "connections or datagrams open now", BaseServer::openCount);
        String accepted = "connections or datagrams accepted";
        counter(registry, "connections.accepted", tags, accepted, ServerCounters::acceptedCount);
        for (Rejection why : Rejection.values()) {
            String rejected = "connections or datagrams closed unserved, or answers not sent";
            counter(registry, "connections.rejected", reason(why), rejected, c -> c.rejectedCount(why));
        }
        counter(registry, "accept.failures", tags, "failed attempts to accept", ServerCounters::acceptFailureCount);
        bindRequests(registry);
        if (server instanceof UdpServer datagrams) {
            bindDrops(registry, datagrams);
        } else {
            bindEnds(registry);
        }
    }

    private void bindRequests(MeterRegistry registry) {
        counter(registry, "requests", tags, "calls of handlers", ServerCounters::requestCount);
        counter(
                registry,
                "requests.failed",
                tags,
                "requests whose handler or a hook threw",
                ServerCounters::failedCount);
        times(registry, "requests.duration", "how long calls of handlers took", ServerCounters::requestTime);
        String dropped = "messages dropped because their peers did not read";
        counter(registry, "messages.dropped", tags, dropped, ServerCounters::droppedCount);
        bytes(registry, "received", "bytes received", ServerCounters::receivedBytes);
        bytes(registry, "sent", "bytes sent", ServerCounters::sentBytes);
    }

    private void bindEnds(MeterRegistry registry) {
        String reached = "how often there were as many connections as there may be";
        counter(registry, "connections.limit.reached", tags, reached, ServerCounters::limitReachedCount);
        counter(
                        "connections.limit.time",
                        tags,
                        "for how long",
                        c -> c.timeAtLimit().toNanos() / 1e9)
                .baseUnit("seconds")
                .register(registry);
        for (EndReason why : EndReason.values()) {
            counter(registry, "connections.ended", reason(why), "connections that have ended", c -> c.endedCount(why));
        }
        times(registry, "connections.duration", "how long connections lasted", ServerCounters::connectionTime);
        String waited = "how long connections waited for their first byte";
        times(registry, "connections.first.byte", waited, ServerCounters::firstByteWait);
    }

    private void bindDrops(MeterRegistry registry, UdpServer datagrams) {
        FunctionCounter.builder(
                        PREFIX + "system.drops", datagrams, s -> s.systemDrops().orElse(0))
                .tags(tags)
                .description("datagrams that the system has dropped since the server was bound")
                .register(registry);
    }

    private Tags reason(Enum<?> why) {
        return tags.and("reason", why.name().toLowerCase(Locale.ROOT));
    }

    private void times(
            MeterRegistry registry, String name, String description, Function<ServerCounters, TimeDistribution> times) {
        new TimeMeters<BaseServer<?>>(PREFIX + name, tags, description, server, s -> times.apply(s.counters()))
                .bindTo(registry);
    }

    private void bytes(
            MeterRegistry registry, String name, String description, ToDoubleFunction<ServerCounters> figure) {
        counter(name, tags, description, figure).baseUnit(BaseUnits.BYTES).register(registry);
    }

    private void gauge(
            MeterRegistry registry, String name, String description, ToDoubleFunction<BaseServer<?>> figure) {
        Gauge.builder(PREFIX + name, server, figure)
                .tags(tags)
                .description(description)
                .register(registry);
    }

    private void counter(
            MeterRegistry registry,
            String name,
            Tags with,
            String description,
            ToDoubleFunction<ServerCounters> figure) {
        counter(name, with, description, figure).register(registry);
    }

    private FunctionCounter.Builder<BaseServer<?>> counter(
            String name, Tags with, String description, ToDoubleFunction<ServerCounters> figure) {
        return FunctionCounter.<BaseServer<?>>builder(PREFIX + name, server, s -> figure.applyAsDouble(s.counters()))
                .tags(with)
                .description(description);
    }
}
