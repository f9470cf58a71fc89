package dev.socketserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.socketserver.peer.Polling;
import dev.socketserver.peer.Strategy;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What CPython's {@code test_socketserver} shows of its servers, and what is missing there, for each transport with
 * each strategy. Forking and Unix-domain datagrams have no counterpart in a JVM.
 */
@Timeout(60)
@SuppressWarnings("try") // closed early on purpose
class SocketserverScenariosTest {
    private static final Duration GRACE = Duration.ofSeconds(50);

    @TempDir
    Path directory;

    private final HookLog log = new HookLog();

    static Stream<Arguments> everywhere() {
        return Stream.of(Transport.values())
                .flatMap(transport -> Strategy.available().stream().map(each -> Arguments.of(transport, each)));
    }

    private BaseServer<?> server(Transport transport, Strategy strategy, Transport.Service service) {
        return transport.server(strategy.in(transport.config(directory)).build(), log, service);
    }

    private BaseServer<?> echo(Transport transport, Strategy strategy) {
        return server(transport, strategy, line -> line);
    }

    @ParameterizedTest
    @MethodSource("everywhere")
    void threeClientsAreServedOneAfterTheOtherAndThenTheServerEnds(Transport transport, Strategy strategy)
            throws Exception {
        BaseServer<?> server = echo(transport, strategy);
        var serving = new FutureTask<>(() -> {
            server.serveForever();
            return server.state();
        });
        server.bind();
        var thread = new Thread(serving);
        thread.start();
        for (int i = 0; i < 3; i++) {
            assertThat(transport.ask(server.address(), "hello " + i)).isEqualTo("hello " + i);
        }
        server.close();
        assertThat(serving.get()).isEqualTo(ServerState.STOPPED);
        thread.join();
        assertThat(BaseServer.opened(server.channelOrNull()).isOpen()).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void theAddressIsTheSocketsOwn(Transport transport) throws Exception {
        try (BaseServer<?> server = echo(transport, Strategy.ELASTIC_POOL)) {
            server.bind();
            assertThat(server.address())
                    .isEqualTo(
                            transport == Transport.UNIX
                                    ? server.config().address() // the socket was bound under another name of the file
                                    : BaseServer.opened(server.channelOrNull()).getLocalAddress());
        }
    }

    @ParameterizedTest
    @MethodSource("everywhere")
    void twentyServersStartedAndShutDownAtOnceAllEnd(Transport transport, Strategy strategy) throws Exception {
        for (int i = 0; i < 20; i++) {
            try (BaseServer<?> server = echo(transport, strategy)) {
                server.start();
                assertThat(server.shutdown(GRACE).complete()).isTrue();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("everywhere")
    void aServerThatNeverServedCanBeClosed(Transport transport, Strategy strategy) throws Exception {
        echo(transport, strategy).close();
        try (BaseServer<?> server = echo(transport, strategy)) {
            server.bind();
        }
    }

    @ParameterizedTest
    @MethodSource("everywhere")
    void theEndOfTheTryStatementClosesTheSocket(Transport transport, Strategy strategy) throws Exception {
        SocketAddress address;
        try (BaseServer<?> server = echo(transport, strategy)) {
            server.start();
            address = server.address();
            assertThat(transport.ask(address, "hello")).isEqualTo("hello");
        }
        try (BaseServer<?> another = transport.server(
                strategy.in(transport.config(directory).address(address)).build(), log, line -> line)) {
            another.start();
            assertThat(transport.ask(another.address(), "again")).isEqualTo("again");
        }
    }

    @ParameterizedTest
    @MethodSource("everywhere")
    void anExceptionIsHandledAndSoIsWhatPythonLetsThrough(Transport transport, Strategy strategy) throws Exception {
        try (BaseServer<?> server = server(transport, strategy, line -> {
            switch (line) {
                case "exception" -> throw new IllegalArgumentException("as ValueError, says the test");
                case "error" -> throw new AssertionError("as SystemExit, says the test");
                default -> {
                    return line;
                }
            }
        })) {
            server.start();
            List<String> faults = List.of("exception", "error");
            for (int i = 0; i < faults.size(); i++) {
                transport.request(server.address(), faults.get(i)).close();
                log.await("closeRequest", i + 1);
                assertThat(log.count("handleError")).isEqualTo(i + 1);
            }
            assertThat(transport.ask(server.address(), "fine")).isEqualTo("fine");
        }
    }

    @ParameterizedTest
    @MethodSource("everywhere")
    void aRequestThatIsNotVerifiedIsShutDownExactlyOnce(Transport transport, Strategy strategy) throws Exception {
        log.verify(false);
        try (BaseServer<?> server = echo(transport, strategy)) {
            server.start();
            transport.request(server.address(), "refused").close();
            log.await("closeRequest", 1);
        }
        assertThat(log.calls())
                .containsSubsequence("verifyRequest", "shutdownRequest", "closeRequest")
                .doesNotContain("processRequest", "handle", "handleError")
                .containsOnlyOnce("shutdownRequest", "closeRequest");
    }

    @ParameterizedTest
    @EnumSource
    void threadsOfServedRequestsAreNotKept(Transport transport) throws Exception {
        try (BaseServer<?> server = echo(transport, Strategy.THREAD_PER_REQUEST)) {
            server.start();
            for (int i = 0; i < 10; i++) {
                assertThat(transport.ask(server.address(), "hello")).isEqualTo("hello");
            }
            assertThat(Polling.await(() -> Thread.getAllStackTraces().keySet().stream()
                            .noneMatch(thread -> thread.getName().startsWith("request-"))))
                    .isTrue();
        }
    }

    @ParameterizedTest
    @MethodSource("everywhere")
    void aServerThatWasShutDownServesAgainAtTheSameAddress(Transport transport, Strategy strategy) throws Exception {
        try (BaseServer<?> server = echo(transport, strategy)) {
            server.bind();
            SocketAddress address = server.address();
            for (int i = 0; i < 3; i++) {
                server.start();
                assertThat(transport.ask(address, "round " + i)).isEqualTo("round " + i);
                server.shutdown(GRACE);
                server.shutdown(GRACE);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("everywhere")
    void handleRequestServesOneRequest(Transport transport, Strategy strategy) throws Exception {
        try (BaseServer<?> server = server(transport, strategy, line -> line.toUpperCase(Locale.ROOT))) {
            server.bind();
            for (int i = 0; i < 3; i++) {
                try (Transport.Exchange exchange = transport.request(server.address(), "one")) {
                    server.handleRequest();
                    assertThat(exchange.answer()).isEqualTo("ONE");
                }
            }
        }
        assertThat(log.count("handle")).isEqualTo(3);
    }

    @ParameterizedTest
    @EnumSource
    void handleTimeoutRunsOnceWhenNoRequestComes(Transport transport) throws Exception {
        try (BaseServer<?> server = echo(transport, Strategy.SYNCHRONOUS)) {
            assertThat(server.handleRequest(Duration.ofMillis(10))).isFalse();
            assertThat(log.count("handleTimeout")).isEqualTo(1);
            assertThat(server.handleRequest(Duration.ZERO)).isFalse();
            assertThat(log.count("handleTimeout")).isEqualTo(2);
            try (Transport.Exchange exchange = transport.request(server.address(), "here")) {
                assertThat(server.handleRequest(GRACE)).isTrue();
                assertThat(exchange.answer()).isEqualTo("here");
            }
        }
        assertThat(log.count("handleTimeout")).isEqualTo(2);
    }

    @ParameterizedTest
    @EnumSource
    void handleRequestFailsWhenTheServerIsClosedMeanwhile(Transport transport) throws Exception {
        BaseServer<?> server = echo(transport, Strategy.SYNCHRONOUS);
        var waiting = new FutureTask<>(() -> {
            assertThatThrownBy(server::handleRequest).isInstanceOf(IOException.class);
            return true;
        });
        var thread = new Thread(waiting);
        thread.start();
        assertThat(Polling.await(() -> Arrays.stream(thread.getStackTrace())
                        .anyMatch(frame -> frame.getMethodName().equals("select"))))
                .isTrue();
        server.close();
        assertThat(waiting.get()).isTrue();
        assertThatThrownBy(server::handleRequest).hasMessageEndingWith("is closed");
    }

    @ParameterizedTest
    @EnumSource
    void serviceActionsRunAgainAndAgainAlsoWithoutRequests(Transport transport) throws Exception {
        try (BaseServer<?> server = echo(transport, Strategy.ELASTIC_POOL)) {
            server.start();
            log.await("serviceActions", 2);
        }
    }
}
