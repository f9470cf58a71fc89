package dev.socketserver;

import dev.socketserver.internal.run.OpenRequest;
import dev.socketserver.internal.util.Printable;
import io.micrometer.common.KeyValue;
import io.micrometer.common.KeyValues;
import io.micrometer.observation.GlobalObservationConvention;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.transport.Kind;
import io.micrometer.observation.transport.ReceiverContext;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.Objects;

/**
 * Makes a Micrometer {@link Observation} of each request, from which Micrometer's handlers make a span, a timer or
 * both. A server passes its requests through it in {@link BaseServer#finishRequest}:
 *
 * <pre>{@code
 * var observation = new RequestObservation(registry);
 * var server = new TcpServer(7007, EchoHandler::new) {
 *     @Override
 *     protected void finishRequest(StreamConnection connection) throws Exception {
 *         observation.observe(this, connection, () -> super.finishRequest(connection));
 *     }
 * };
 * }</pre>
 *
 * <p>The observation is named {@value #NAME}, and in traces {@code handle} with the server's name. Its keys are those
 * of the table; of these, the last three have high cardinality. To have others, register a
 * {@link GlobalObservationConvention} for {@link Context}.
 *
 * <table>
 * <caption>Keys</caption>
 * <tr><td>{@code server}</td><td>the server's name</td></tr>
 * <tr><td>{@code network.transport}</td><td>{@code tcp}, {@code udp} or {@code unix}</td></tr>
 * <tr><td>{@code outcome}</td><td>an {@link Outcome}</td></tr>
 * <tr><td>{@code socket.connection.id}</td><td>{@link Request#id()}</td></tr>
 * <tr><td>{@code client.address}</td><td>the address of {@link Request#remoteAddress()}</td></tr>
 * <tr><td>{@code client.port}</td><td>its port</td></tr>
 * </table>
 *
 * <p>Needs Micrometer's {@code micrometer-observation} on the class path, which is an optional dependency. Thread-safe.
 */
public final class RequestObservation {
    /** The name of the observations. */
    public static final String NAME = "socket.server.handle";

    private static final Convention CONVENTION = new Convention();
    private static final String NONE = KeyValue.NONE_VALUE;

    private final ObservationRegistry registry;

    /**
     * Creates what observes the requests of one or more servers.
     *
     * @param registry with the handlers that are told of observations; without any, nothing is observed
     */
    public RequestObservation(ObservationRegistry registry) {
        this.registry = Objects.requireNonNull(registry, "registry");
    }

    /**
     * Serves a request in an observation, which is started before, current in this thread meanwhile, and stopped
     * afterwards. If there is a current one already, that is its parent: a handler that reads many messages in one call
     * may so have an observation for each.
     *
     * @param server the server, which gives its name
     * @param request the request
     * @param serving serves the request; what it throws is recorded, and thrown on
     */
    public void observe(Server server, Request request, Observation.CheckedRunnable<Exception> serving)
            throws Exception {
        if (registry.isNoop()) {
            serving.run();
            return;
        }
        var context = new Context(server, request);
        Observation.createNotStarted(null, CONVENTION, () -> context, registry).observeChecked(() -> {
            try {
                serving.run();
                context.outcome = Outcome.SUCCESS;
            } catch (Throwable e) {
                context.outcome = context.isPeersFault(e) ? Outcome.CLIENT_ERROR : Outcome.SERVER_ERROR;
                throw e;
            }
        });
    }

    /** How a request has ended. */
    public enum Outcome {
        /** It has not ended yet. */
        UNKNOWN,
        /** Nothing was thrown. */
        SUCCESS,
        /** It failed by its own connection, or with a {@link ProtocolViolationException}: its peer's fault. */
        CLIENT_ERROR,
        /** Its handler or a hook threw something else. */
        SERVER_ERROR
    }

    /**
     * What Micrometer's handlers, filters and conventions learn about a request. Nothing has been read of it yet, so it
     * continues no trace of its peer's. Confined to the thread that serves the request.
     */
    public static final class Context extends ReceiverContext<Request> {
        private final Server server;
        private final Request request;
        private Outcome outcome = Outcome.UNKNOWN;

        Context(Server server, Request request) {
            super((carrier, key) -> null, Kind.SERVER);
            this.server = server;
            this.request = request;
            setCarrier(request);
        }

        /** Returns the server. */
        public Server server() {
            return server;
        }

        /** Returns the request. */
        public Request request() {
            return request;
        }

        /** Returns how the request has ended. */
        public Outcome outcome() {
            return outcome;
        }

        private boolean isPeersFault(Throwable failure) {
            return request instanceof OpenRequest open && open.isPeersFault(failure);
        }
    }

    private static final class Convention implements ObservationConvention<Context> {
        @Override
        public boolean supportsContext(Observation.Context context) {
            return context instanceof Context;
        }

        @Override
        public String getName() {
            return NAME;
        }

        @Override
        public String getContextualName(Context context) {
            return "handle " + context.server.name();
        }

        @Override
        public KeyValues getLowCardinalityKeyValues(Context context) {
            return KeyValues.of(
                    "server", context.server.name(),
                    "network.transport", transport(context.request),
                    "outcome", context.outcome.name());
        }

        private static String transport(Request request) {
            if (request instanceof Datagram) {
                return "udp";
            }
            return request.localAddress() instanceof UnixDomainSocketAddress ? "unix" : "tcp";
        }

        @Override
        public KeyValues getHighCardinalityKeyValues(Context context) {
            SocketAddress peer = context.request.remoteAddress();
            String address = NONE; // of a Unix-domain socket, which has none as a rule
            String port = NONE;
            if (peer instanceof InetSocketAddress inet) {
                address = inet.getHostString();
                port = Integer.toString(inet.getPort());
            } else if (!peer.toString().isEmpty()) {
                address = Printable.of(peer);
            }
            return KeyValues.of(
                    "socket.connection.id", Long.toString(context.request.id()),
                    "client.address", address,
                    "client.port", port);
        }
    }
}
