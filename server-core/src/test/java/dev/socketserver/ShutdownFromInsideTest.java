package dev.socketserver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.peer.Loopback;
import dev.socketserver.peer.RecordingListener;
import dev.socketserver.peer.Strategy;
import dev.socketserver.peer.TestClient;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A shutdown begun where waiting for its end would be waiting for itself. */
@Timeout(60)
class ShutdownFromInsideTest {
    private static final Duration GRACE = Duration.ofSeconds(50);

    private final RecordingListener listener = new RecordingListener();

    static List<Strategy> strategies() {
        return Strategy.available();
    }

    @ParameterizedTest
    @MethodSource("strategies")
    void aHandlerMayShutItsServerDownAndStillAnswer(Strategy strategy) throws Exception {
        var report = new CompletableFuture<DrainReport>();
        try (var server = new TcpServer(
                strategy.in(Loopback.config().listener(listener)).build(), () -> new StreamRequestHandler() {
                    @Override
                    protected void handle() throws Exception {
                        report.complete(server().shutdown(GRACE));
                        server().shutdown(GRACE);
                        listener.await("DRAINING", 1);
                        out().write("bye", UTF_8);
                    }
                })) {
            server.start();
            try (TestClient client = TestClient.to(server.address())) {
                assertThat(client.readAll()).isEqualTo("bye");
            }
            assertThat(report.get().complete()).isFalse();
            assertThat(server.shutdown(GRACE)).isEqualTo(new DrainReport(1, 0, List.of(), true));
        }
    }

    @ParameterizedTest
    @MethodSource("strategies")
    void aHandlerMayCloseTheServerThatHandlesOneRequest(Strategy strategy) throws Exception {
        var server = new TcpServer(
                strategy.in(Loopback.config().listener(listener)).build(), () -> new StreamRequestHandler() {
                    @Override
                    protected void handle() throws Exception {
                        server().close();
                        out().write("bye", UTF_8);
                    }
                });
        server.bind();
        try (TestClient client = TestClient.to(server.address())) {
            server.handleRequest();
            assertThat(client.readAll()).isEqualTo("bye");
        }
        listener.await("STOPPED", 1);
        server.close();
    }

    @Test
    void aHandlerThatHasClosedItsRequestMayShutDown() throws Exception {
        try (var server = new ClosingServer(listener)) {
            server.start();
            try (TestClient client = TestClient.to(server.address())) {
                client.awaitEnd();
            }
            listener.await("STOPPED", 1);
        }
        assertThat(listener.count("closed")).isEqualTo(1);
    }

    @ParameterizedTest
    @MethodSource("strategies")
    void verifyRequestMayShutDown(Strategy strategy) throws Exception {
        checkHook(strategy, server -> new HookedServer(server, strategy) {
            @Override
            protected boolean verifyRequest(StreamConnection request) {
                return inside();
            }
        });
    }

    @ParameterizedTest
    @MethodSource("strategies")
    void closeRequestMayShutDown(Strategy strategy) throws Exception {
        checkHook(strategy, server -> new HookedServer(server, strategy) {
            @Override
            protected void closeRequest(StreamConnection request) {
                super.closeRequest(request);
                inside();
            }
        });
    }

    @Test
    void serviceActionsMayShutDown() throws Exception {
        checkHook(Strategy.ELASTIC_POOL, server -> new HookedServer(server, Strategy.ELASTIC_POOL) {
            @Override
            protected void serviceActions() {
                if (listener.count("opened") > 0) { // or the test might come too late
                    inside();
                }
            }
        });
    }

    @Test
    void aListenerMayShutDownOnAnyEvent() throws Exception {
        for (String event : List.of("STARTING", "READY", "opened", "closed", "DRAINING", "STOPPED")) {
            var calling = new CallingListener(event);
            var server = new TcpServer(
                    Loopback.config().listener(calling).build(),
                    StreamRequestHandler.of((in, out) -> in.transferTo(out)));
            calling.server = server;
            server.bind();
            if (!event.equals("STARTING")) {
                try (TestClient client = TestClient.to(server.address())) {
                    server.start();
                    client.halfClose().awaitEnd();
                }
            }
            assertThat(server.shutdown(GRACE).complete()).as(event).isTrue();
            assertThat(calling.called).as(event).isTrue();
            server.close();
        }
    }

    private void checkHook(Strategy strategy, Function<RecordingListener, HookedServer> makes) throws Exception {
        HookedServer server = makes.apply(listener);
        server.start();
        try (TestClient client = TestClient.to(server.address())) {
            client.halfClose();
            listener.await("STOPPED", 1);
            client.awaitEnd();
        }
        assertThat(server.report.get()).as(strategy.name()).isNotNull();
        assertThat(server.shutdown(GRACE).forced()).isEmpty();
        server.close();
    }

    /** Shuts down once, from the hook that a test overrides. */
    private abstract static class HookedServer extends TcpServer {
        final CompletableFuture<DrainReport> report = new CompletableFuture<>();
        private final AtomicBoolean once = new AtomicBoolean();

        HookedServer(RecordingListener listener, Strategy strategy) {
            super(
                    strategy.in(Loopback.config().listener(listener)).build(),
                    StreamRequestHandler.of((in, out) -> in.transferTo(out)));
        }

        boolean inside() {
            if (once.compareAndSet(false, true)) {
                report.complete(shutdown(GRACE));
            }
            return true;
        }
    }

    /** Closes the request in the middle of serving it. */
    private static final class ClosingServer extends TcpServer {
        ClosingServer(RecordingListener listener) {
            super(Loopback.config().listener(listener).build(), () -> new StreamRequestHandler() {
                @Override
                protected void handle() {
                    keepOpen();
                    ((ClosingServer) server()).closeAndShutDown(connection());
                }
            });
        }

        private void closeAndShutDown(StreamConnection connection) {
            closeRequest(connection);
            shutdown(GRACE);
        }
    }

    private static final class CallingListener extends NamedEvents {
        private final String event;
        volatile @Nullable BaseServer<?> server;
        volatile boolean called;

        CallingListener(String event) {
            this.event = event;
        }

        @Override
        void on(String name) {
            if (name.equals(event) && !called) {
                called = true;
                Objects.requireNonNull(server).shutdown(GRACE);
            }
        }
    }

    /** Turns events into their names. */
    private abstract static class NamedEvents implements ServerListener {
        abstract void on(String name);

        @Override
        public void stateChanged(Server server, ServerState state) {
            on(state.name());
        }

        @Override
        public void opened(Server server, Request request) {
            on("opened");
        }

        @Override
        public void closed(Server server, Request request) {
            on("closed");
        }
    }
}
