package dev.socketserver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.RequestObservation.Outcome;
import dev.socketserver.peer.LineEcho;
import dev.socketserver.peer.Loopback;
import dev.socketserver.peer.Strategy;
import dev.socketserver.peer.TestClient;
import dev.socketserver.peer.TestDatagramClient;
import io.micrometer.common.KeyValue;
import io.micrometer.common.KeyValues;
import io.micrometer.core.instrument.observation.DefaultMeterObservationHandler;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.GlobalObservationConvention;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.tck.TestObservationRegistry;
import io.micrometer.observation.tck.TestObservationRegistryAssert.TestObservationRegistryAssertReturningObservationContextAssert;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What Micrometer learns about requests, from servers whose hook passes them through an observation. */
@Timeout(60)
class RequestObservationTest {
    private final TestObservationRegistry registry = TestObservationRegistry.create();
    private final Queue<Optional<Observation>> current = new ConcurrentLinkedQueue<>();

    @TempDir
    Path directory;

    /** Echoes lines, and notes which observation is current. */
    private final class Noting extends LineEcho {
        @Override
        protected void handle() throws Exception {
            current.add(Optional.ofNullable(registry.getCurrentObservation()));
            super.handle();
        }
    }

    private static void ask(TestClient peer, String line) throws IOException {
        peer.send(line + "\n");
        assertThat(peer.readLine()).isEqualTo(line);
    }

    private static String port(SocketAddress address) {
        return Integer.toString(((InetSocketAddress) address).getPort());
    }

    /** Returns the only observation, which is complete. */
    private TestObservationRegistryAssertReturningObservationContextAssert single() {
        return assertThat(registry)
                .hasSingleObservationThat()
                .hasBeenStarted()
                .hasBeenStopped()
                .hasNameEqualTo(RequestObservation.NAME);
    }

    static List<Strategy> strategies() {
        return Strategy.available();
    }

    @ParameterizedTest
    @MethodSource("strategies")
    void eachCallOfAHandlerHasOneWhichIsCurrentMeanwhile(Strategy strategy) throws Exception {
        String port;
        try (TcpServer server = new ObservedServer(registry, strategy.in(Loopback.config()), Noting::new)) {
            server.start();
            try (TestClient peer = TestClient.to(server.address())) {
                port = port(peer.address());
                ask(peer, "one");
                ask(peer, "two");
                peer.end().readAll();
            }
        }
        assertThat(current).hasSizeGreaterThanOrEqualTo(2).doesNotContain(Optional.empty());
        assertThat(current).doesNotHaveDuplicates();
        assertThat(registry)
                .hasNumberOfObservationsEqualTo(current.size())
                .forAllObservationsWithNameEqualTo(
                        "socket.server.handle",
                        one -> one.doesNotHaveError()
                                .hasContextualNameEqualTo("handle echo")
                                .doesNotHaveParentObservation()
                                .hasLowCardinalityKeyValue("server", "echo")
                                .hasLowCardinalityKeyValue("network.transport", "tcp")
                                .hasLowCardinalityKeyValue("outcome", "SUCCESS")
                                .hasHighCardinalityKeyValueWithKey("socket.connection.id")
                                .hasHighCardinalityKeyValue("client.address", "127.0.0.1")
                                .hasHighCardinalityKeyValue("client.port", port)
                                .hasKeyValuesCount(6));
    }

    @Test
    void betweenTwoCallsNoneIsCurrent() throws Exception {
        var connection = new CompletableFuture<StreamConnection>();
        var between = new CompletableFuture<Optional<Observation>>();
        try (TcpServer server = new ObservedServer(registry, Loopback.config(), () -> new LineEcho() {
            @Override
            protected void setup() {
                connection.complete(connection());
            }
        })) {
            server.start();
            try (TestClient peer = TestClient.to(server.address())) {
                ask(peer, "one");
                connection.get().execute(() -> between.complete(Optional.ofNullable(registry.getCurrentObservation())));
                assertThat(between.get()).isEmpty();
            }
        }
        single().hasHighCardinalityKeyValue(
                        "socket.connection.id", Long.toString(connection.get().id()));
    }

    @Test
    void aDatagramHasOne() throws Exception {
        String port;
        var observation = new RequestObservation(registry);
        try (var server =
                new UdpServer(
                        Loopback.config().name("echo").build(),
                        DatagramRequestHandler.of((in, out) -> in.transferTo(out))) {
                    @Override
                    protected void finishRequest(Datagram datagram) throws Exception {
                        observation.observe(this, datagram, () -> super.finishRequest(datagram));
                    }
                }) {
            server.start();
            try (TestDatagramClient peer = TestDatagramClient.to(server.address())) {
                port = port(peer.address());
                assertThat(peer.send("one").receiveText()).isEqualTo("one");
            }
        }
        single().hasLowCardinalityKeyValue("network.transport", "udp")
                .hasLowCardinalityKeyValue("outcome", "SUCCESS")
                .hasHighCardinalityKeyValue("client.port", port);
    }

    @Test
    void aUnixDomainPeerHasNoAddress() throws Exception {
        var address = UnixDomainSocketAddress.of(directory.resolve("socket"));
        var observation = new RequestObservation(registry);
        try (var server =
                new UnixServer(address.getPath(), StreamRequestHandler.of((in, out) -> out.write(in.read()))) {
                    @Override
                    protected void finishRequest(StreamConnection connection) throws Exception {
                        observation.observe(this, connection, () -> super.finishRequest(connection));
                    }
                }) {
            server.start();
            try (SocketChannel channel = SocketChannel.open(address)) {
                channel.write(UTF_8.encode("x"));
                assertThat(channel.read(ByteBuffer.allocate(1))).isEqualTo(1);
            }
        }
        single().hasLowCardinalityKeyValue("network.transport", "unix")
                .hasHighCardinalityKeyValue("client.address", "none")
                .hasHighCardinalityKeyValue("client.port", "none");
    }

    @Test
    void aFailureOfTheHandlersIsRecorded() throws Exception {
        var failure = new IllegalStateException("says the test");
        serveUntilItFails(failure);

        single().hasError(failure).hasLowCardinalityKeyValue("outcome", "SERVER_ERROR");
    }

    @Test
    void aFailureOfThePeersIsRecordedAndToldApart() throws Exception {
        var failure = new ProtocolViolationException("says the test");
        serveUntilItFails(failure);

        single().hasError(failure).hasLowCardinalityKeyValue("outcome", "CLIENT_ERROR");
    }

    private void serveUntilItFails(Exception failure) throws Exception {
        try (TcpServer server = new ObservedServer(registry, Loopback.config(), () -> new StreamRequestHandler() {
            @Override
            protected void handle() throws Exception {
                throw failure;
            }
        })) {
            server.start();
            try (TestClient peer = TestClient.to(server.address())) {
                peer.send("x").awaitEnd();
            }
        }
    }

    @Test
    void aPeerThatGoesIsItsOwnFault() throws Exception {
        var reading = new CompletableFuture<Boolean>();
        var closed = new CompletableFuture<Request>();
        var config = Loopback.config().listener(new ServerListener() {
            @Override
            public void closed(Server server, Request request) {
                closed.complete(request);
            }
        });
        try (TcpServer server = new ObservedServer(registry, config, StreamRequestHandler.of((in, out) -> {
            in.read();
            reading.complete(true);
            in.read();
        }))) {
            server.start();
            try (TestClient peer = TestClient.to(server.address())) {
                peer.send("x");
                reading.get();
                peer.reset();
            }
            closed.get();
        }
        single().hasError().hasLowCardinalityKeyValue("outcome", "CLIENT_ERROR");
    }

    @Test
    void aHandlerThatReadsManyMessagesInOneCallMayHaveOneForEach() throws Exception {
        var observation = new RequestObservation(registry);
        try (TcpServer server = new ObservedServer(registry, Loopback.config(), () -> new LineEcho() {
            @Override
            protected void handle() throws Exception {
                for (int i = 0; i < 2; i++) {
                    observation.observe(server(), connection(), super::handle);
                }
            }
        })) {
            server.start();
            try (TestClient peer = TestClient.to(server.address())) {
                ask(peer, "one");
                ask(peer, "two");
            }
        }
        assertThat(registry).hasHandledContextsThatSatisfy(contexts -> {
            assertThat(contexts).hasSize(3);
            assertThat(contexts.get(0).getParentObservation()).isNull();
            assertThat(contexts.subList(1, 3))
                    .allSatisfy(message -> assertThat(Objects.requireNonNull(message.getParentObservation())
                                    .getContextView())
                            .isSameAs(contexts.get(0)));
        });
    }

    @Test
    void aConventionOfTheUsersReplacesOurs() throws Exception {
        registry.observationConfig()
                .observationConvention(new GlobalObservationConvention<RequestObservation.Context>() {
                    @Override
                    public boolean supportsContext(Observation.Context context) {
                        return context instanceof RequestObservation.Context;
                    }

                    @Override
                    public String getName() {
                        return "orders";
                    }

                    @Override
                    public KeyValues getLowCardinalityKeyValues(RequestObservation.Context context) {
                        return KeyValues.of(
                                "ready",
                                context.server().state() + " " + context.outcome(),
                                "age",
                                context.request().age().isNegative() ? "negative" : "positive");
                    }
                });
        try (TcpServer server = new ObservedServer(registry, Loopback.config(), LineEcho::new)) {
            server.start();
            try (TestClient peer = TestClient.to(server.address())) {
                ask(peer, "one");
            }
        }
        assertThat(registry)
                .hasSingleObservationThat()
                .hasNameEqualTo("orders")
                .hasLowCardinalityKeyValue("ready", "READY SUCCESS")
                .hasLowCardinalityKeyValue("age", "positive");
    }

    static Stream<ObservationRegistry> registriesWithoutHandlers() {
        return Stream.of(ObservationRegistry.NOOP, ObservationRegistry.create());
    }

    @ParameterizedTest
    @MethodSource("registriesWithoutHandlers")
    void aRegistryWithoutHandlersObservesNothing(ObservationRegistry none) throws Exception {
        var present = new CompletableFuture<Optional<Observation>>();
        try (TcpServer server = new ObservedServer(none, Loopback.config(), () -> new LineEcho() {
            @Override
            protected void handle() throws Exception {
                present.complete(Optional.ofNullable(none.getCurrentObservation()));
                super.handle();
            }
        })) {
            server.start();
            try (TestClient peer = TestClient.to(server.address())) {
                ask(peer, "one");
            }
        }
        assertThat(present.get()).isEmpty();
    }

    @Test
    void metersOfThemHaveTheSameTagsHoweverARequestEnds() throws Exception {
        var meters = new SimpleMeterRegistry();
        registry.observationConfig().observationHandler(new DefaultMeterObservationHandler(meters));
        serveUntilItFails(new IllegalStateException("says the test"));
        try (TcpServer server = new ObservedServer(registry, Loopback.config(), LineEcho::new)) {
            server.start();
            try (TestClient peer = TestClient.to(server.address())) {
                ask(peer, "one");
            }
        }
        for (Outcome outcome : List.of(Outcome.SUCCESS, Outcome.SERVER_ERROR)) {
            assertThat(meters.get(RequestObservation.NAME)
                            .tags("server", "echo", "network.transport", "tcp", "outcome", outcome.name())
                            .timer()
                            .count())
                    .isEqualTo(1);
        }
    }

    @Test
    void thePageHasEveryKey() throws Exception {
        serveUntilItFails(new IllegalStateException("says the test"));

        assertThat(registry)
                .hasHandledContextsThatSatisfy(
                        contexts -> assertThat(MarkdownPage.of("src/site/markdown/observation.md")
                                        .table("Observations")
                                        .keySet())
                                .containsExactlyInAnyOrderElementsOf(contexts.get(0).getAllKeyValues().stream()
                                        .map(KeyValue::getKey)
                                        .toList()));
    }
}
