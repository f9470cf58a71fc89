package dev.socketserver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.peer.LineEcho;
import dev.socketserver.peer.Loopback;
import dev.socketserver.peer.Peer;
import dev.socketserver.peer.TestClient;
import dev.socketserver.peer.TestDatagramClient;
import dev.socketserver.pool.PoolConfig;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A thousand peers that connect and say nothing deny nobody the service, whoever speaks first in it. */
@Timeout(60)
class SilentPeersTest {
    private static final int SILENT = 1_000;

    private static final PoolConfig TWO_WORKERS =
            PoolConfig.builder().minWorkers(1).maxWorkers(2).build();

    /** How many datagrams the system has room for, at least. */
    private static final int ROOM = 50;

    /** What one more peer says and hears. */
    private interface Exchange {
        void with(Peer peer) throws IOException;
    }

    /** Who has come before. */
    private enum Before {
        NOBODY,
        /** Peers that said something, and were answered. */
        SERVED,
        /** Peers that have ended without a word. */
        SPEECHLESS;

        void come(StreamSetting.Running running, Exchange exchange) throws IOException {
            for (int i = 0; i < 3 && this != NOBODY; i++) {
                try (var peer = running.connect()) {
                    if (this == SERVED) {
                        exchange.with(peer);
                    } else {
                        peer.end().readAll();
                    }
                }
            }
        }
    }

    private static void opens(StreamSetting setting, Path directory, Kind kind, Before before) throws Exception {
        List<TestClient> silent = new ArrayList<>();
        try (var running = setting.start(directory, config -> config.backlog(SILENT), kind.handlers)) {
            before.come(running, kind.exchange);
            for (int i = 0; i < SILENT; i++) {
                silent.add(TestClient.to(running.server().address()));
            }
            try (var next = running.connect()) {
                kind.exchange.with(next);
            } finally {
                for (TestClient client : silent) {
                    client.close();
                }
            }
        }
    }

    /** Speaks first in setup(). */
    private static final class Greeting extends LineEcho {
        @Override
        protected void setup() throws IOException {
            out().write("hello\n", UTF_8);
        }
    }

    /** Keeps the connection open before it looks at it. */
    private static class KeepingOpen extends LineEcho {
        private boolean called;

        @Override
        protected void handle() throws Exception {
            if (called) {
                super.handle();
            } else {
                called = true;
                keepOpen();
            }
        }
    }

    /** Keeps the connection open before it looks at it, and has greeted. */
    private static final class GreetingAndKeepingOpen extends KeepingOpen {
        @Override
        protected void setup() throws IOException {
            out().write("hello\n", UTF_8);
        }
    }

    /** Reads its peer's name in setup(), as a handler may that is written after socketserver's. */
    private static final class ReadingInSetup extends LineEcho {
        private String name = "";

        @Override
        protected void setup() throws IOException {
            name = String.valueOf(in().readLine(UTF_8, 100));
        }

        @Override
        protected void handle() throws IOException {
            out().write("hello, " + name + "\n", UTF_8);
        }
    }

    /** Sets its output up before it reads. */
    private static final class SettingAutoFlush extends LineEcho {
        @Override
        protected void handle() throws Exception {
            out().autoFlush(true);
            out().flush();
            super.handle();
        }
    }

    /** Looks whether something is here before it reads. */
    private static final class Looking extends LineEcho {
        @Override
        protected void handle() throws Exception {
            if (in().available() == 0) {
                keepOpen();
            }
            super.handle();
        }
    }

    /** Answers with the buffer, which the answer consumes. */
    private static final class EchoingTheBuffer extends StreamRequestHandler {
        @Override
        protected void handle() throws IOException {
            ByteBuf received = in().buffer();
            if (received.isReadable()) {
                out().write(received);
                keepOpen();
            }
        }
    }

    /** Does not look whether its peer has ended, and answers that, too. */
    private static final class AnsweringTheEnd extends StreamRequestHandler {
        @Override
        protected void handle() throws IOException {
            out().write(in().readLine(UTF_8, 100) + "\n", UTF_8);
            keepOpen();
        }
    }

    private static final Exchange ECHO =
            peer -> assertThat(peer.send("me\n").readLine()).isEqualTo("me");

    private static final Exchange GREETED_ECHO = peer -> {
        assertThat(peer.readLine()).isEqualTo("hello");
        assertThat(peer.send("me\n").readLine()).isEqualTo("me");
        assertThat(peer.send("again\n").readLine()).isEqualTo("again");
    };

    /** A kind of handler, with a name for the report. */
    private record Kind(String name, Supplier<StreamRequestHandler> handlers, Exchange exchange) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Arguments> kinds() {
        List<Kind> kinds = List.of(
                new Kind("reads first", LineEcho::new, ECHO),
                new Kind("one conversation", StreamRequestHandler.of((in, out) -> in.transferTo(out)), ECHO),
                new Kind("greets in setup", Greeting::new, GREETED_ECHO),
                new Kind("only keeps open at first", KeepingOpen::new, ECHO),
                new Kind("greets, and only keeps open at first", GreetingAndKeepingOpen::new, GREETED_ECHO),
                new Kind(
                        "reads in setup",
                        ReadingInSetup::new,
                        peer -> assertThat(peer.send("me\n").readLine()).isEqualTo("hello, me")),
                new Kind("sets auto-flush first", SettingAutoFlush::new, ECHO),
                new Kind("looks first", Looking::new, ECHO),
                new Kind("echoes the buffer", EchoingTheBuffer::new, ECHO),
                new Kind("answers the end", AnsweringTheEnd::new, ECHO));
        return StreamSetting.selecting().stream()
                .filter(setting -> setting.transport() != Transport.TLS
                        && setting.execution() != StreamSetting.Execution.THREE_SELECTORS)
                .flatMap(setting -> kinds.stream()
                        .flatMap(
                                kind -> Stream.of(Before.values()).map(before -> Arguments.of(setting, kind, before))));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void oneMoreIsServed(StreamSetting setting, Kind kind, Before before, @TempDir Path directory) throws Exception {
        opens(setting, directory, kind, before);
    }

    /** Tells a peer that has said nothing for as long as the server allows. */
    private static final class ApologizingEcho extends LineEcho {
        @Override
        protected void handle() throws Exception {
            try {
                super.handle();
            } catch (SocketTimeoutException e) {
                out().write("time is up\n", UTF_8);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("selecting")
    void aLastWordToASilentPeerDoesNotMakeTheServerSpeakFirst(StreamSetting setting, @TempDir Path directory)
            throws Exception {
        UnaryOperator<ServerConfig.Builder> options = config -> config.readTimeout(Duration.ofMillis(20))
                .idleTimeout(Duration.ZERO)
                .pool(TWO_WORKERS);
        try (var running = setting.start(directory, options, ApologizingEcho::new);
                var first = running.connect()) {
            assertThat(first.readLine()).isEqualTo("time is up");
            try (var silent = running.connect();
                    var next = running.connect()) {
                ECHO.with(next);
                silent.send("I am still here\n");
                assertThat(silent.readLine()).isEqualTo("I am still here");
            }
        }
    }

    static List<StreamSetting> selecting() {
        return StreamSetting.oneSelector();
    }

    static List<StreamSetting> settings() {
        return StreamSetting.concurrent();
    }

    /** Greets a peer, in handle(), that has said nothing so far. */
    private static final class GreetingIfNothingCame extends LineEcho {
        private boolean called;

        @Override
        protected void handle() throws Exception {
            if (!called && in().available() == 0) {
                out().write("hello\n", UTF_8);
                out().flush();
            }
            called = true;
            super.handle();
        }
    }

    @ParameterizedTest
    @MethodSource("settings")
    void aHandlerThatLooksBeforeItGreetsGreetsEveryPeer(StreamSetting setting, @TempDir Path directory)
            throws Exception {
        try (var running = setting.start(directory, config -> config, GreetingIfNothingCame::new)) {
            for (int i = 0; i < 3; i++) {
                try (var peer = running.connect()) {
                    GREETED_ECHO.with(peer);
                }
            }
        }
    }

    /** Greets a peer, in handle(), that says nothing for a while. */
    private static final class GreetingTheSilent extends LineEcho {
        private boolean called;

        @Override
        protected void handle() throws Exception {
            if (!called) {
                called = true;
                connection().readTimeout(Duration.ofMillis(20));
                try {
                    in().await(1);
                } catch (SocketTimeoutException e) {
                    out().write("hello\n", UTF_8);
                }
                connection().readTimeout(Duration.ZERO);
            } else {
                super.handle();
            }
            keepOpen();
        }
    }

    @ParameterizedTest
    @MethodSource("settings")
    void aHandlerThatSpeaksToASilentPeerDoesSoToEveryOne(StreamSetting setting, @TempDir Path directory)
            throws Exception {
        try (var running = setting.start(directory, config -> config, GreetingTheSilent::new)) {
            for (int i = 0; i < 3; i++) {
                try (var peer = running.connect()) {
                    assertThat(peer.readLine()).isEqualTo("hello");
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"AUTO", "BLOCKING"})
    void aUdpServerServesOneMore(Engine engine) throws Exception {
        try (var server = new UdpServer(
                Loopback.config().engine(engine).build(), DatagramRequestHandler.of((in, out) -> in.transferTo(out)))) {
            server.start();
            try (var quiet = TestDatagramClient.to(server.address());
                    var next = TestDatagramClient.to(server.address())) {
                for (int i = 0; i < SILENT; i++) {
                    quiet.send(""); // and takes no answer
                    if (i % ROOM == ROOM - 1) {
                        assertThat(next.send("me").receiveText()).isEqualTo("me");
                    }
                }
            }
        }
    }
}
