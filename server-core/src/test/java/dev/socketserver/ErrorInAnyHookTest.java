package dev.socketserver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.peer.Loopback;
import dev.socketserver.peer.RecordingListener;
import dev.socketserver.peer.TestClient;
import dev.socketserver.pool.OverloadPolicy;
import dev.socketserver.pool.PoolConfig;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * An Error, as the JVM throws it without memory, stack, or a class, costs the request in whose hook, handler or event
 * it was thrown, and nothing else. It is the same object each time, as the JVM's own is when it has no memory for a new
 * one.
 */
@Timeout(60)
class ErrorInAnyHookTest {
    private static final Duration GRACE = Duration.ofSeconds(50);

    private static final List<Error> ERRORS = List.of(
            new OutOfMemoryError("says the test"),
            new StackOverflowError("says the test"),
            new NoClassDefFoundError("says the test"));

    /** How many failures each hook's error counts as, for a request that is fine otherwise. */
    private static final Map<String, Integer> FAILURES = Map.of(
            "verifyRequest", 1,
            "processRequest", 1,
            "finishRequest", 1,
            "setup", 1,
            "handle", 1,
            "finish", 1,
            "shutdownRequest", 0,
            "closeRequest", 0);

    /** An engine and its number of selectors. */
    enum Setting {
        ONE_SELECTOR(Engine.SELECTING, 1),
        THREE_SELECTORS(Engine.SELECTING, 3),
        BLOCKING(Engine.BLOCKING, 0);

        private final Engine engine;
        private final int selectors;

        Setting(Engine engine, int selectors) {
            this.engine = engine;
            this.selectors = selectors;
        }

        ServerConfig.Builder in(ServerConfig.Builder config) {
            return config.engine(engine).selectors(selectors);
        }
    }

    @TempDir
    Path directory;

    private final HookLog log = new HookLog();
    private final RecordingListener listener = new RecordingListener();
    private int served; // requests so far

    static Stream<Arguments> everywhere() {
        return Stream.of(Transport.values())
                .flatMap(transport -> Stream.of(Setting.values()).map(each -> Arguments.of(transport, each)));
    }

    private BaseServer<?> server(Transport transport, Setting setting, ServerListener told) {
        ServerConfig config =
                setting.in(transport.config(directory)).listener(told).build();
        return transport.server(config, log, line -> {
            if (line.equals("fail")) {
                throw new IllegalStateException("says the test");
            }
            return line;
        });
    }

    /** Sends a request, and waits until it is closed. */
    @SuppressWarnings("try") // the answer is nobody's concern
    private void request(BaseServer<?> server, Transport transport, String line) throws Exception {
        try (Transport.Exchange exchange = transport.request(server.address(), line)) {
            listener.await("closed", ++served);
        }
    }

    private void assertThatItServes(BaseServer<?> server, Transport transport) throws Exception {
        log.fail("");
        assertThat(transport.ask(server.address(), "fine")).isEqualTo("fine");
        listener.await("closed", ++served);
        assertThat(server.state()).isEqualTo(ServerState.READY);
    }

    @ParameterizedTest
    @MethodSource("everywhere")
    void anErrorInAHookOrHandlerCostsItsRequestOnly(Transport transport, Setting setting) throws Exception {
        int failed = 0;
        int rejected = 0;
        try (BaseServer<?> server = server(transport, setting, listener)) {
            server.start();
            assertThatItServes(server, transport);
            for (Error error : ERRORS) {
                for (Map.Entry<String, Integer> hook : FAILURES.entrySet()) {
                    log.fail(hook.getKey(), error);
                    request(server, transport, "fine");
                    boolean accepting =
                            hook.getKey().startsWith("verify") || hook.getKey().startsWith("process");
                    if (accepting && error instanceof OutOfMemoryError) {
                        rejected++; // perhaps there is no thread for it
                    } else {
                        failed += hook.getValue();
                    }
                }
                log.fail("handleError", error);
                request(server, transport, "fail");
                failed++;
                assertThatItServes(server, transport);
            }
            assertThat(server.join(GRACE)).isTrue();
            ServerSnapshot counts = server.snapshot();
            assertThat(counts.accepted()).isEqualTo(served);
            assertThat(counts.failed()).isEqualTo(failed);
            assertThat(counts.rejected()).isEqualTo(rejected);
            assertThat(counts.acceptFailures()).isEqualTo(rejected);
            assertThat(server.shutdown(GRACE).forced()).isEmpty();
        }
        assertThat(listener.count("opened")).isEqualTo(served);
        assertThat(listener.count("closed")).isEqualTo(served);
    }

    /** Returns a listener that hears what ours does, and throws after each event. */
    private ServerListener throwing(Error error) {
        return (ServerListener) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {ServerListener.class}, (proxy, event, arguments) -> {
                    try {
                        event.invoke(listener, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                    throw error;
                });
    }

    @ParameterizedTest
    @MethodSource("everywhere")
    void anErrorInEveryEventOfAListenerCostsNothing(Transport transport, Setting setting) throws Exception {
        for (Error error : ERRORS) {
            try (BaseServer<?> server = server(transport, setting, throwing(error))) {
                server.start();
                assertThatItServes(server, transport);
                request(server, transport, "fail");
                log.fail("verifyRequest", new OutOfMemoryError("says the test"));
                request(server, transport, "fine");
                assertThatItServes(server, transport);
                assertThat(server.join(GRACE)).isTrue();
                assertThat(server.shutdown(GRACE).forced()).isEmpty();
                assertThat(server.state()).isEqualTo(ServerState.STOPPED);
            }
        }
        for (String event : List.of("READY", "DRAINING", "STOPPED", "error", "rejected", "acceptFailed")) {
            assertThat(listener.count(event)).as(event).isEqualTo(ERRORS.size());
        }
        assertThat(listener.count("opened")).isEqualTo(served);
        assertThat(listener.count("closed")).isEqualTo(served);
    }

    @ParameterizedTest
    @EnumSource
    void anErrorInHandleOverloadCostsTheRefusedConnectionOnly(Setting setting) throws Exception {
        var release = new CountDownLatch(1);
        PoolConfig one = PoolConfig.builder()
                .minWorkers(1)
                .maxWorkers(1)
                .minSpareWorkers(0)
                .queueCapacity(1)
                .overloadPolicy(OverloadPolicy.REJECT)
                .build();
        ServerConfig config = setting.in(Loopback.config())
                .awaitFirstByte(false)
                .pool(one)
                .listener(listener)
                .build();
        Errors errors = new Errors();
        try (var server =
                new TcpServer(config, StreamRequestHandler.of((in, out) -> {
                    out.write("served\n", UTF_8);
                    out.flush();
                    release.await();
                })) {
                    @Override
                    protected void handleOverload(StreamConnection request) {
                        throw errors.next();
                    }
                }) {
            server.start();
            try (TestClient first = TestClient.to(server.address())) {
                assertThat(first.readLine()).isEqualTo("served");
                try (TestClient queued = TestClient.to(server.address())) {
                    for (int i = 0; i < ERRORS.size(); i++) {
                        try (TestClient refused = TestClient.to(server.address())) {
                            assertThat(refused.readAll()).isEmpty();
                        }
                        listener.await("closed", i + 1);
                    }
                    release.countDown();
                    assertThat(queued.readAll()).isEqualTo("served\n");
                }
            }
            listener.await("closed", ERRORS.size() + 2);
            assertThat(server.state()).isEqualTo(ServerState.READY);
            assertThat(server.snapshot().rejected()).isEqualTo(ERRORS.size());
            assertThat(server.snapshot().failed()).isEqualTo(ERRORS.size());
            assertThat(server.join(GRACE)).isTrue();
        } finally {
            release.countDown();
        }
    }

    /** One error after another. */
    private static final class Errors {
        private int next; // guarded by this

        synchronized Error next() {
            return ERRORS.get(next++);
        }
    }

    /** Keeps its connection open, and fails to say goodbye. */
    private static final class RudeHandler extends StreamRequestHandler {
        private final Error error;

        RudeHandler(Error error) {
            this.error = error;
        }

        @Override
        protected void handle() throws IOException {
            out().write(in().readLine(UTF_8, 100) + "\n", UTF_8);
            keepOpen();
        }

        @Override
        protected void goodbye() {
            throw error;
        }
    }

    @ParameterizedTest
    @EnumSource
    void anErrorInGoodbyeCostsItsConnectionTheGoodbyeOnly(Setting setting) throws Exception {
        for (Error error : ERRORS) {
            try (var server = new TcpServer(
                    setting.in(Loopback.config()).listener(listener).build(), () -> new RudeHandler(error))) {
                server.start();
                try (TestClient one = TestClient.to(server.address());
                        TestClient other = TestClient.to(server.address())) {
                    assertThat(one.send("1\n").readLine()).isEqualTo("1");
                    assertThat(other.send("2\n").readLine()).isEqualTo("2");
                    DrainReport report = server.shutdown(GRACE);
                    assertThat(report.idleClosed() + report.finished()).isEqualTo(2);
                    assertThat(report.forced()).isEmpty();
                    assertThat(one.readAll()).isEmpty();
                    assertThat(other.readAll()).isEmpty();
                }
                assertThat(server.snapshot().failed()).isEqualTo(2);
            }
        }
        assertThat(listener.count("closed")).isEqualTo(2 * ERRORS.size());
    }

    @Test
    void serviceActionsThatThrowAnErrorRunAgain() throws Exception {
        try (BaseServer<?> server = server(Transport.TCP, Setting.ONE_SELECTOR, listener)) {
            log.fail("serviceActions", ERRORS.get(0));
            server.start();
            log.await("serviceActions", 1);
            assertThatItServes(server, Transport.TCP);
            log.await("serviceActions", 2);
        }
    }
}
