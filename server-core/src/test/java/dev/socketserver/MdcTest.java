package dev.socketserver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.socketserver.limit.AtLimit;
import dev.socketserver.peer.CapturedLog;
import dev.socketserver.peer.LineEcho;
import dev.socketserver.peer.Loopback;
import dev.socketserver.peer.Peer;
import dev.socketserver.peer.Polling;
import dev.socketserver.peer.Strategy;
import dev.socketserver.peer.TestClient;
import dev.socketserver.peer.TestDatagramClient;
import dev.socketserver.peer.ThreadsMdc;
import dev.socketserver.testing.InMemoryConnection;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/** With the option {@code mdc}, whatever is called for a request finds it in SLF4J's MDC. */
@Timeout(60)
@SuppressWarnings("try") // a peer that only connects
class MdcTest {
    private static final Duration SPAN = Duration.ofMillis(100);

    /** The hooks of a server that are about no request. */
    private static final Set<String> WITHOUT_REQUEST =
            Set.of("serverBind", "serverActivate", "serverClose", "serviceActions", "handleTimeout");

    @RegisterExtension
    final ThreadsMdc mdc = new ThreadsMdc();

    @TempDir
    Path directory;

    private final Queue<Seen> seen = new ConcurrentLinkedQueue<>();
    private final Listener listener = new Listener();

    /** What the MDC held in a call. */
    private record Seen(String call, Map<String, String> values) {}

    private void note(String call) {
        seen.add(new Seen(call, mdc.here()));
    }

    private final class Listener implements ServerListener {
        private final BlockingQueue<Request> opened = new LinkedBlockingQueue<>();
        private final BlockingQueue<Request> closed = new LinkedBlockingQueue<>();

        @Override
        public void opened(Server server, Request request) {
            note("opened");
            opened.add(request);
        }

        @Override
        public void dropped(Server server, StreamConnection connection, int messages) {
            note("dropped");
        }

        @Override
        public void rejected(Server server, Request request, Throwable cause) {
            note("rejected");
        }

        @Override
        public void error(Server server, Request request, Throwable failure) {
            note("error");
        }

        @Override
        public void closed(Server server, Request request) {
            note("closed");
            closed.add(request);
        }
    }

    private final class Hooks extends HookLog {
        @Override
        void call(String hook) {
            if (!WITHOUT_REQUEST.contains(hook)) {
                note(hook);
            }
            super.call(hook);
        }
    }

    /** Echoes lines, and beats while its peer is silent. */
    private final class Beating extends LineEcho {
        @Override
        protected void setup() {
            note("setup");
        }

        @Override
        protected void handle() throws Exception {
            note("handle");
            super.handle();
        }

        @Override
        protected void idle() throws IOException {
            note("idle");
            out().write("beat\n", UTF_8);
        }

        @Override
        protected void goodbye() {
            note("goodbye");
        }

        @Override
        protected void finish() {
            note("finish");
        }
    }

    private ServerConfig.Builder on(ServerConfig.Builder config) {
        return config.name("echo").mdc(true).listener(listener);
    }

    private static Map<String, String> context(Request request) {
        return Map.of(
                "server", "echo",
                "connection", String.valueOf(request.id()),
                "peer", request.remoteAddress().toString());
    }

    private void assertThatAllSaw(Map<String, String> values, String... calls) {
        assertThat(seen).extracting(Seen::call).contains(calls);
        assertThat(seen).allSatisfy(one -> assertThat(one.values).isEqualTo(values));
    }

    private void assertThatNothingIsLeft() throws Exception {
        Polling.await(() -> mdc.values().isEmpty());
        assertThat(mdc.values()).isEmpty();
    }

    static List<StreamSetting> settings() {
        List<StreamSetting> settings = new ArrayList<>(StreamSetting.all());
        StreamSetting.wide().stream()
                .filter(setting -> !settings.contains(setting))
                .forEach(settings::add);
        return settings;
    }

    @ParameterizedTest
    @MethodSource("settings")
    void whateverIsCalledForAConnectionKnowsIt(StreamSetting setting) throws Exception {
        Request opened;
        try (var server = setting.start(directory, config -> on(config).idleAfter(SPAN), Beating::new);
                Peer peer = server.connect()) {
            peer.send("ask\n");
            opened = listener.opened.take();
            String line = peer.readLine();
            while (!line.equals("ask")) {
                line = peer.readLine(); // on a slow machine, it has beaten before
            }
            assertThat(peer.readLine()).isEqualTo("beat");
            var run = new CountDownLatch(2);
            Runnable task = () -> {
                note("task");
                run.countDown();
            };
            StreamConnection connection = (StreamConnection) opened;
            connection.execute(task);
            connection.schedule(SPAN, task);
            run.await();
            server.server().close();
        }
        assertThatAllSaw(context(opened), "opened", "setup", "handle", "idle", "task", "goodbye", "finish", "closed");
        if (setting.isProxied()) {
            assertThat(context(opened)).containsEntry("peer", "/192.0.2.1:56324");
        }
        assertThatNothingIsLeft();
    }

    static Stream<Arguments> strategies() {
        return Stream.of(Transport.values())
                .flatMap(transport -> Strategy.available().stream().map(each -> Arguments.of(transport, each)));
    }

    @ParameterizedTest
    @MethodSource("strategies")
    void everyHookKnowsItsRequestAlsoOfAHandlerThatThrowsAnError(Transport transport, Strategy strategy)
            throws Exception {
        var config = on(strategy.in(transport.config(directory)));
        Request opened;
        try (BaseServer<?> server = transport.server(config.build(), new Hooks(), line -> {
            throw new StackOverflowError("says the test");
        })) {
            server.start();
            try (var ignored = transport.request(server.address(), "line")) {
                opened = listener.opened.take();
                listener.closed.take();
            }
        }
        assertThatAllSaw(
                context(opened),
                "opened",
                "verifyRequest",
                "processRequest",
                "finishRequest",
                "setup",
                "handle",
                "finish",
                "error",
                "handleError",
                "shutdownRequest",
                "closeRequest",
                "closed");
        assertThatNothingIsLeft();
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void unlessItIsAskedForNothingIsThere(Transport transport) throws Exception {
        var config = transport.config(directory).listener(listener);
        try (BaseServer<?> server = transport.server(config.build(), new Hooks(), line -> line)) {
            server.start();
            assertThat(transport.ask(server.address(), "line")).isEqualTo("line");
            listener.closed.take();
        }
        assertThatAllSaw(Map.of(), "opened", "handle", "closed");
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void theThreadThatServesHoldsAfterwardsWhatItHeldBefore(Transport transport) throws Exception {
        var config = on(Strategy.SYNCHRONOUS.in(transport.config(directory)));
        try (BaseServer<?> server = transport.server(config.build(), new Hooks(), line -> {
            MDC.put("of the handler", line);
            MDC.put("connection", "replaced");
            return line;
        })) {
            server.bind();
            MDC.put("peer", "mine");
            MDC.put("of the caller", "kept");
            try (var exchange = transport.request(server.address(), "line")) {
                server.handleRequest();
                assertThat(exchange.answer()).isEqualTo("line");
            }
            assertThat(mdc.here()).isEqualTo(Map.of("peer", "mine", "of the caller", "kept", "of the handler", "line"));

            Map<String, String> expected = new HashMap<>(context(listener.opened.take()));
            expected.put("of the caller", "kept");
            assertThat(seen)
                    .filteredOn(one -> one.call.equals("handle"))
                    .extracting(Seen::values)
                    .containsExactly(expected);
        }
    }

    @Test
    void aRequestThatIsServedInsideAnotherHasItsOwn() throws Exception {
        var inside = new TcpServer(
                Strategy.SYNCHRONOUS
                        .in(Loopback.config())
                        .name("inner")
                        .mdc(true)
                        .build(),
                StreamRequestHandler.of((in, out) -> note("inside")));
        var outer = new TcpServer(
                on(Strategy.SYNCHRONOUS.in(Loopback.config())).build(), StreamRequestHandler.of((in, out) -> {
                    inside.handleRequest();
                    note("outside");
                }));
        try (inside;
                outer) {
            inside.bind();
            outer.bind();
            try (TestClient innerPeer = TestClient.to(inside.address());
                    TestClient outerPeer = TestClient.to(outer.address())) {
                outer.handleRequest();
                assertThat(innerPeer.readAll() + outerPeer.readAll()).isEmpty();
            }
        }
        assertThat(seen)
                .filteredOn(one -> one.call.equals("inside"))
                .singleElement()
                .satisfies(one -> assertThat(one.values).containsEntry("server", "inner"));
        assertThat(seen)
                .filteredOn(one -> one.call.equals("outside"))
                .extracting(Seen::values)
                .containsExactly(context(listener.opened.take()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"get server", "get peer", "put server", "put connection", "put peer", "remove server"})
    void anMdcThatFailsCostsNoRequest(String call) throws Exception {
        var logger = (Logger) LoggerFactory.getLogger("dev.socketserver.internal.run.LoggingContext");
        try (var log = new CapturedLog(logger)) {
            logger.setLevel(Level.DEBUG);
            mdc.fail(call);
            try (var server = new TcpServer(on(Loopback.config()).build(), LineEcho::new)) {
                server.start();
                try (TestClient peer = TestClient.to(server.address())) {
                    for (int i = 0; i < 3; i++) {
                        peer.send("ask\n");
                        assertThat(peer.readLine()).isEqualTo("ask");
                    }
                    peer.end().readAll();
                }
                listener.closed.take();
                assertThat(server.snapshot().failed()).isZero();
            }
            assertThat(log.lines(Level.DEBUG)).isNotEmpty().hasSameSizeAs(log.lines());
        }
        if (call.equals("remove server")) {
            assertThat(mdc.values())
                    .isNotEmpty()
                    .allSatisfy(values -> assertThat(values).containsOnlyKeys("server"));
        } else {
            assertThatNothingIsLeft();
        }
    }

    @Test
    void aRefusedConnectionIsKnown() throws Exception {
        var config = on(Loopback.config()).maxConnections(1).atLimit(AtLimit.REFUSE);
        try (var server = new TcpServer(config.build(), LineEcho::new) {
            @Override
            protected void handleOverload(StreamConnection request) {
                note("handleOverload");
            }
        }) {
            server.start();
            try (TestClient first = TestClient.to(server.address())) {
                first.send("ask\n");
                assertThat(first.readLine()).isEqualTo("ask");
                listener.opened.take();
                seen.clear();
                try (TestClient second = TestClient.to(server.address())) {
                    assertThat(second.readAll()).isEmpty();
                }
                listener.closed.take();
                assertThatAllSaw(context(listener.opened.take()), "opened", "rejected", "handleOverload", "closed");
            }
        }
    }

    @Test
    void aMessageThatIsDroppedIsKnownInTheThreadThatSendsIt() throws Exception {
        var config = on(Loopback.config()).outboundLimit(1).outboundPolicy(OutboundPolicy.DROP_NEWEST);
        try (var server = new TcpServer(config.build(), LineEcho::new)) {
            server.start();
            try (TestClient ignored = TestClient.to(server.address())) {
                Request opened = listener.opened.take();
                assertThat(((StreamConnection) opened).send("too long", UTF_8)).isFalse();
                assertThat(mdc.here()).isEmpty();
                assertThatAllSaw(context(opened), "dropped");
            }
        }
    }

    @Test
    void aDatagramThatIsAnsweredLaterIsKnownInTheThreadThatClosesIt() throws Exception {
        var later = new CompletableFuture<LateAnswer>();
        try (var server = new UdpServer(on(Loopback.config()).build(), () -> new DatagramRequestHandler() {
            @Override
            protected void handle() {
                later.complete(datagram().answerLater());
            }
        })) {
            server.start();
            try (var client = TestDatagramClient.to(server.address())) {
                client.send("?");
                LateAnswer answer = later.get();
                assertThat(Polling.await(() -> mdc.values().isEmpty())).isTrue();
                answer.close();
                assertThat(mdc.here()).isEmpty();
                assertThatAllSaw(context(listener.closed.take()), "opened", "closed");
            }
        }
    }

    @Test
    void aThreadOfTheUsersKnowsTheRequestWhileItServesIt() throws Exception {
        var between = new CompletableFuture<Map<String, String>>();
        try (var server = new TcpServer(on(Loopback.config()).build(), Beating::new) {
            @Override
            protected void processRequest(StreamConnection request) {
                new Thread(() -> serve(request)).start();
            }

            private void serve(StreamConnection request) {
                try {
                    finishRequest(request);
                    between.complete(mdc.here());
                    shutdownRequest(request);
                } catch (Exception e) {
                    between.completeExceptionally(e);
                }
            }
        }) {
            server.start();
            try (TestClient peer = TestClient.to(server.address())) {
                peer.send("ask\n");
                assertThat(peer.readLine()).isEqualTo("ask");
                peer.end().readAll();
            }
            assertThat(between.get()).isEmpty();
            assertThatAllSaw(context(listener.closed.take()), "opened", "setup", "handle", "finish", "closed");
        }
    }

    @Test
    void theServersOwnLinesHaveIt() throws Exception {
        var values = new LinkedBlockingQueue<Map<String, String>>();
        var appender = new AppenderBase<ILoggingEvent>() {
            @Override
            protected void append(ILoggingEvent event) {
                values.add(mdc.here());
            }
        };
        appender.start();
        var logger = (Logger) LoggerFactory.getLogger(BaseServer.class);
        try (var ignored = new CapturedLog(BaseServer.class);
                var server = new TcpServer(on(Loopback.config()).build(), StreamRequestHandler.of((in, out) -> {
                    throw new IllegalStateException("says the test");
                }))) {
            logger.addAppender(appender);
            server.start();
            try (TestClient peer = TestClient.to(server.address())) {
                peer.send("ask\n");
                assertThat(values.take()).isEqualTo(context(listener.opened.take()));
            }
        } finally {
            logger.detachAppender(appender);
        }
    }

    @Test
    void aHandlerInMemoryHasItToo() throws Exception {
        var server = new TcpServer(on(ServerConfig.builder()).build(), Beating::new);
        try (server;
                var connection = InMemoryConnection.to(server)) {
            connection.send("ask\n").serve();
            assertThat(connection.received()).isEqualTo("ask\n");
            assertThat(mdc.here()).isEmpty();
            assertThatAllSaw(context(listener.opened.take()), "opened", "setup", "handle");
        }
    }
}
