package dev.socketserver;

import dev.socketserver.internal.run.ServerCounters;
import dev.socketserver.internal.util.NamedBean;
import dev.socketserver.pool.TimeDistribution;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import javax.management.Attribute;
import javax.management.AttributeNotFoundException;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanInfo;
import javax.management.MBeanOperationInfo;
import javax.management.MBeanParameterInfo;
import javax.management.ObjectName;
import org.jspecify.annotations.Nullable;

/**
 * Exposes a server in JMX until closed: its metrics as attributes, and {@code pause}, {@code resume} and {@code drain}
 * as operations. Thread-safe.
 */
public final class ServerJmx implements AutoCloseable {
    private final Bean bean;

    private ServerJmx(Bean bean) {
        this.bean = bean;
    }

    /**
     * Registers a server as {@code dev.socketserver:type=Server,name="NAME"} with the platform MBean server.
     *
     * @param server need not be bound yet
     * @return the registration; closing it unregisters the server, which keeps running
     * @throws IllegalStateException if a server of that name is already registered
     */
    public static ServerJmx register(BaseServer<?> server) {
        var bean = new Bean(server);
        bean.register("server " + server.name());
        return new ServerJmx(bean);
    }

    /** Returns the object name of the server's MBean. */
    public ObjectName name() {
        return bean.name();
    }

    /** Unregisters the server. Further calls do nothing; a later registration of the same name is not affected. */
    @Override
    public void close() {
        bean.unregister();
    }

    /** How an attribute is read. */
    private record Figure(Class<?> type, String description, Function<BaseServer<?>, Object> reader) {}

    private static Map<String, Figure> figures() {
        Map<String, Figure> all = new LinkedHashMap<>();
        all.put(
                "State",
                new Figure(String.class, "lifecycle state", s -> s.state().name()));
        all.put("Description", new Figure(String.class, "name and address", BaseServer::toString));
        all.put("Open", new Figure(Long.class, "connections or datagrams open now", s -> (long) s.openCount()));
        count(all, "Accepted", "connections or datagrams accepted", ServerCounters::acceptedCount);
        count(all, "Requests", "calls of handlers", ServerCounters::requestCount);
        count(all, "Failed", "requests whose handler or a hook threw", ServerCounters::failedCount);
        count(
                all,
                "Rejected",
                "connections or datagrams closed unserved, or answers not sent",
                ServerCounters::rejectedCount);
        count(all, "AcceptFailures", "failed attempts to accept", ServerCounters::acceptFailureCount);
        count(all, "LimitReached", "how often maxConnections was reached", ServerCounters::limitReachedCount);
        count(all, "TimeAtLimitMillis", "for how long, ms", c -> c.timeAtLimit().toMillis());
        count(all, "MessagesDropped", "messages dropped for peers that do not read", ServerCounters::droppedCount);
        count(all, "BytesReceived", "bytes received", ServerCounters::receivedBytes);
        count(all, "BytesSent", "bytes sent", ServerCounters::sentBytes);
        times(all, "RequestTime", "duration of handler calls", ServerCounters::requestTime);
        times(all, "FirstByteWait", "wait for the first byte of connections", ServerCounters::firstByteWait);
        times(all, "ConnectionTime", "duration of ended connections", ServerCounters::connectionTime);
        return all;
    }

    private static void count(
            Map<String, Figure> all, String name, String description, Function<ServerCounters, Long> figure) {
        all.put(name, new Figure(Long.class, description, s -> figure.apply(s.counters())));
    }

    private static void times(
            Map<String, Figure> all,
            String name,
            String description,
            Function<ServerCounters, TimeDistribution> times) {
        micros(all, name + "P50Micros", description + ", 50th percentile, µs", times, t -> t.percentile(50));
        micros(all, name + "P99Micros", description + ", 99th percentile, µs", times, t -> t.percentile(99));
        micros(all, name + "MaxMicros", description + ", longest, µs", times, TimeDistribution::longest);
    }

    private static void micros(
            Map<String, Figure> all,
            String name,
            String description,
            Function<ServerCounters, TimeDistribution> times,
            Function<TimeDistribution, Duration> figure) {
        count(all, name, description, c -> figure.apply(times.apply(c)).toNanos() / 1000);
    }

    private static MBeanOperationInfo operation(
            String name, String description, String type, MBeanParameterInfo... of) {
        return new MBeanOperationInfo(name, description, of, type, MBeanOperationInfo.ACTION);
    }

    /** The MBean that JMX calls. Thread-safe. */
    private static final class Bean extends NamedBean {
        private static final Map<String, Figure> FIGURES = figures();
        private static final MBeanOperationInfo[] OPERATIONS = {
            operation("pause", "stops accepting; returns whether the server is paused now", "boolean"),
            operation("resume", "accepts again; returns whether the server is ready now", "boolean"),
            operation(
                    "drain",
                    "stops the server, and returns what became of its requests",
                    "java.lang.String",
                    new MBeanParameterInfo("graceMillis", "long", "how long running requests may go on, ms"))
        };

        private final BaseServer<?> server;

        Bean(BaseServer<?> server) {
            super("Server", server.name());
            this.server = server;
        }

        @Override
        public MBeanInfo getMBeanInfo() {
            MBeanAttributeInfo[] attributes = FIGURES.entrySet().stream()
                    .map(named -> new MBeanAttributeInfo(
                            named.getKey(),
                            named.getValue().type().getName(),
                            named.getValue().description(),
                            true,
                            false,
                            false))
                    .toArray(MBeanAttributeInfo[]::new);
            return new MBeanInfo(Server.class.getName(), "a socket server", attributes, null, OPERATIONS, null);
        }

        @Override
        public Object getAttribute(String name) throws AttributeNotFoundException {
            Figure figure = FIGURES.get(name);
            if (figure == null) {
                throw new AttributeNotFoundException(name);
            }
            return figure.reader().apply(server);
        }

        @Override
        public void setAttribute(Attribute attribute) throws AttributeNotFoundException {
            throw new AttributeNotFoundException("cannot be set: " + attribute.getName());
        }

        private static Duration grace(Object @Nullable [] parameters) {
            if (parameters == null || parameters.length != 1 || !(parameters[0] instanceof Long millis)) {
                throw new IllegalArgumentException("drain needs graceMillis, a long: " + Arrays.toString(parameters));
            }
            return Duration.ofMillis(millis);
        }

        @Override
        public @Nullable Object invoke(String action, Object @Nullable [] parameters, String @Nullable [] signature) {
            return switch (action) {
                case "pause" -> server.pause();
                case "resume" -> server.resume();
                case "drain" -> server.shutdown(grace(parameters)).toString();
                default -> throw new UnsupportedOperationException("a server has no such operation: " + action);
            };
        }
    }
}
