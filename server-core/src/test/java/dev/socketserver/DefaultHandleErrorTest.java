package dev.socketserver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import dev.socketserver.peer.CapturedLog;
import dev.socketserver.peer.Loopback;
import dev.socketserver.peer.RecordingListener;
import dev.socketserver.peer.TestClient;
import dev.socketserver.peer.TestDatagramClient;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What the log says of a request that failed, unless {@code handleError} is overridden. */
@Timeout(60)
class DefaultHandleErrorTest {
    private static final int TOO_LONG = 65_508; // for a datagram of IPv4
    private static final String PEER = ".*StreamConnection\\[#\\d+ /127\\.0\\.0\\.1:\\d+].*";

    @RegisterExtension
    final CapturedLog written = new CapturedLog(BaseServer.class, Level.DEBUG);

    private final Queue<StreamConnection> connections = new ConcurrentLinkedQueue<>();

    private void fail(Exception failure) throws Exception {
        try (var server = new TcpServer(Loopback.config().build(), StreamRequestHandler.of((in, out) -> {
            throw failure;
        }))) {
            server.start();
            try (TestClient client = TestClient.to(server.address())) {
                client.awaitEnd();
            }
        }
    }

    /** Has a peer reset its connection while the handler waits for it, and the handler rethrow what it saw. */
    private void failByReset(Function<IOException, Exception> rethrown) throws Exception {
        var listener = new RecordingListener();
        var reading = new CountDownLatch(1);
        try (var server =
                new TcpServer(Loopback.config().listener(listener).build(), StreamRequestHandler.of((in, out) -> {
                    reading.countDown();
                    try {
                        in.readLine(UTF_8, 100);
                    } catch (IOException e) {
                        throw rethrown.apply(e);
                    }
                }))) {
            server.start();
            try (TestClient client = TestClient.to(server.address()).send("half a line")) {
                reading.await();
                client.reset();
            }
            listener.await("closed", 1);
        }
    }

    private void checkOneLineForDebugging() {
        assertThat(written.events()).singleElement().satisfies(event -> {
            assertThat(event.getLevel()).isEqualTo(Level.DEBUG);
            assertThat(event.getFormattedMessage()).contains("reset").matches(PEER);
            assertThat(event.getThrowableProxy()).isNull();
        });
    }

    @Test
    void aHandlersFaultIsAnErrorWithItsStackAndThePeer() throws Exception {
        fail(new IllegalStateException("says the test"));
        assertThat(written.events()).singleElement().satisfies(event -> {
            assertThat(event.getLevel()).isEqualTo(Level.ERROR);
            assertThat(event.getFormattedMessage()).matches(PEER);
            assertThat(event.getThrowableProxy().getMessage()).isEqualTo("says the test");
        });
    }

    static Stream<Exception> violations() {
        var violation = new ProtocolViolationException("not a greeting");
        return Stream.of(
                violation,
                new IllegalStateException(violation),
                new ProtocolViolationException("not a greeting", new NumberFormatException()));
    }

    @ParameterizedTest
    @MethodSource("violations")
    void whatAPeerDoesAgainstTheProtocolIsOneLineForDebugging(Exception violation) throws Exception {
        fail(violation);
        assertThat(written.events()).singleElement().satisfies(event -> {
            assertThat(event.getLevel()).isEqualTo(Level.DEBUG);
            assertThat(event.getFormattedMessage()).contains("not a greeting").matches(PEER);
            assertThat(event.getThrowableProxy()).isNull();
        });
    }

    @Test
    void aHandlersOwnFailureToReadOrWriteIsAnErrorToo() throws Exception {
        fail(new NoSuchFileException("/etc/handler.properties"));
        assertThat(written.events()).singleElement().satisfies(event -> {
            assertThat(event.getLevel()).isEqualTo(Level.ERROR);
            assertThat(event.getThrowableProxy().getMessage()).isEqualTo("/etc/handler.properties");
        });
    }

    private void checkOneErrorWithItsStack(String message) {
        assertThat(written.events()).singleElement().satisfies(event -> {
            assertThat(event.getLevel()).isEqualTo(Level.ERROR);
            assertThat(event.getThrowableProxy().getMessage()).contains(message);
        });
    }

    /** Has a handler do that after it has heard from its peer, whose connection is fine. */
    private void failBy(StreamSetting setting, Path directory, StreamRequestHandler.Conversation mistake)
            throws Exception {
        var listener = new RecordingListener();
        Supplier<StreamRequestHandler> handlers = () -> new StreamRequestHandler() {
            @Override
            protected void handle() throws Exception {
                in().readLine(UTF_8, 100);
                connections.add(connection());
                mistake.hold(in(), out());
            }
        };
        try (var running = setting.start(directory, config -> config.listener(listener), handlers);
                var peer = running.connect()) {
            peer.send("a line\n");
            listener.await("closed", 1);
        }
    }

    static List<StreamSetting> settings() {
        return StreamSetting.engines();
    }

    @ParameterizedTest
    @MethodSource("settings")
    void aWriteAfterTheEndOfTheOutputIsTheHandlersMistake(StreamSetting setting, @TempDir Path directory)
            throws Exception {
        failBy(setting, directory, (in, out) -> {
            connections.element().shutdownOutput();
            out.write("late\n", UTF_8);
            out.flush();
        });
        checkOneErrorWithItsStack("the output is closed");
    }

    @ParameterizedTest
    @MethodSource("settings")
    void aWriteAfterTheOutputWasClosedIsTheHandlersMistake(StreamSetting setting, @TempDir Path directory)
            throws Exception {
        failBy(setting, directory, (in, out) -> {
            out.close();
            out.close();
            out.write("late\n", UTF_8);
        });
        checkOneErrorWithItsStack("the output is closed");
    }

    @ParameterizedTest
    @MethodSource("settings")
    void aReadAfterTheHandlerHasClosedItsConnectionIsTheHandlersMistake(StreamSetting setting, @TempDir Path directory)
            throws Exception {
        failBy(setting, directory, (in, out) -> {
            connections.element().close();
            in.readLine(UTF_8, 100);
        });
        assertThat(written.events())
                .singleElement()
                .extracting(ILoggingEvent::getLevel)
                .isEqualTo(Level.ERROR);
    }

    private void failByAnswer(Supplier<DatagramRequestHandler> handlers) throws Exception {
        var listener = new RecordingListener();
        try (var server = new UdpServer(Loopback.config().listener(listener).build(), handlers)) {
            server.start();
            try (TestDatagramClient client = TestDatagramClient.to(server.address())) {
                client.send("a question");
                listener.await("closed", 1);
            }
        }
    }

    @Test
    void anAnswerThatNoDatagramCanHoldIsTheHandlersMistake() throws Exception {
        failByAnswer(DatagramRequestHandler.of((in, out) -> out.write(new byte[TOO_LONG])));
        checkOneErrorWithItsStack("a datagram of 65508 bytes is longer than the 65507 that can be sent");
    }

    @Test
    void soIsOneThatIsSentAtOnce() throws Exception {
        failByAnswer(() -> new DatagramRequestHandler() {
            @Override
            protected void handle() throws IOException {
                datagram().reply(Unpooled.wrappedBuffer(new byte[TOO_LONG]));
            }
        });
        checkOneErrorWithItsStack("a datagram of 65508 bytes is longer than the 65507 that can be sent");
    }

    @Test
    void aPeersFaultIsOneLineForDebugging() throws Exception {
        failByReset(e -> e);
        checkOneLineForDebugging();
    }

    @ParameterizedTest
    @EnumSource(names = {"SELECTING", "BLOCKING"})
    void aPeerThatHasSentNothingAtTheEndOfTheGraceIsOneLineForDebugging(Engine engine) throws Exception {
        var reading = new CountDownLatch(1);
        var config = Loopback.config().engine(engine).awaitFirstByte(false).build();
        try (var server = new TcpServer(config, StreamRequestHandler.of((in, out) -> {
            reading.countDown();
            in.readLine(UTF_8, 100);
        }))) {
            server.start();
            try (TestClient client = TestClient.to(server.address())) {
                reading.await();
                server.shutdown(Duration.ZERO);
                client.awaitEnd();
            }
        }
        assertThat(written.events()).singleElement().satisfies(event -> {
            assertThat(event.getLevel()).isEqualTo(Level.DEBUG);
            assertThat(event.getFormattedMessage()).matches(PEER);
        });
    }

    @Test
    void aPeersFaultIsRecognizedByTheCauseOfWhatAHandlerThrows() throws Exception {
        failByReset(UncheckedIOException::new);
        checkOneLineForDebugging();
    }

    @Test
    void aFailureThatIsAmongItsOwnCausesIsLoggedAsAnyOther() throws Exception {
        var cause = new IllegalStateException("the hen");
        var failure = new IllegalStateException("the egg", cause);
        cause.initCause(failure);
        fail(failure);
        assertThat(written.events())
                .singleElement()
                .extracting(ILoggingEvent::getLevel)
                .isEqualTo(Level.ERROR);
    }

    @Test
    void aFailureOfAnotherConnectionIsNotThePeersFault() throws Exception {
        failByReset(e -> new ConnectException("the backend refused"));
        assertThat(written.events())
                .singleElement()
                .extracting(ILoggingEvent::getLevel)
                .isEqualTo(Level.ERROR);
    }
}
