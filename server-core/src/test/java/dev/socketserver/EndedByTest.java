package dev.socketserver;

import static dev.socketserver.EndReason.DRAIN;
import static dev.socketserver.EndReason.ERROR;
import static dev.socketserver.EndReason.HANDLER;
import static dev.socketserver.EndReason.IDLE_TIMEOUT;
import static dev.socketserver.EndReason.OUTBOUND_LIMIT;
import static dev.socketserver.EndReason.PEER;
import static dev.socketserver.EndReason.READ_TIMEOUT;
import static dev.socketserver.EndReason.RESET;
import static dev.socketserver.EndReason.SERVER;
import static dev.socketserver.EndReason.WRITE_TIMEOUT;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.buffer.LengthPrefix;
import dev.socketserver.peer.ChoosesEngine;
import dev.socketserver.peer.Peer;
import dev.socketserver.peer.TestClient;
import java.io.IOException;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Handlers and listeners know why a connection has ended. */
@ChoosesEngine
@Timeout(60)
class EndedByTest {
    private static final Duration SHORT = Duration.ofMillis(200);

    private final BlockingQueue<StreamConnection> opened = new LinkedBlockingQueue<>();
    private final BlockingQueue<EndReason> finished = new LinkedBlockingQueue<>();
    private final BlockingQueue<Optional<EndReason>> closed = new LinkedBlockingQueue<>();

    @TempDir
    Path directory;

    /** How a handler holds its connection. */
    private enum Way {
        KEPT,
        CONVERSATION
    }

    static List<StreamSetting> sampled() {
        return StreamSetting.sampled();
    }

    static List<StreamSetting> concurrent() {
        return StreamSetting.concurrent();
    }

    static Stream<Arguments> inBothWays() {
        return StreamSetting.sampled().stream()
                .flatMap(setting -> Stream.of(Way.values()).map(way -> Arguments.of(setting, way)));
    }

    private final class Closings implements ServerListener {
        @Override
        public void closed(Server server, Request request) {
            closed.add(((StreamConnection) request).endedBy());
        }
    }

    /** Answers lines until its connection ends, and says then why that was. */
    private class Telling extends StreamRequestHandler {
        private final Way way;

        Telling(Way way) {
            this.way = way;
        }

        @Override
        protected void setup() throws Exception {
            opened.add(connection());
        }

        @Override
        protected void handle() throws Exception {
            if (way == Way.CONVERSATION) {
                answer(String.valueOf(in().readLine(UTF_8, 100))); // which may take longer than an idle timeout
                while (in().awaitMessage()) {
                    answer(String.valueOf(in().readLine(UTF_8, 100)));
                }
            } else {
                String line = in().readLine(UTF_8, 100);
                if (line != null) {
                    answer(line);
                    keepOpen();
                }
            }
        }

        void answer(String line) throws IOException {
            assertThat(connection().endedBy()).isEmpty();
            out().write(line + "\n", UTF_8);
        }

        @Override
        protected void finish() throws Exception {
            EndReason why = connection().endedBy().orElseThrow();
            finished.add(why);
            out().write("ended by " + why, UTF_8);
        }
    }

    private StreamSetting.Running start(
            StreamSetting setting, UnaryOperator<ServerConfig.Builder> options, StreamRequestHandler handler)
            throws IOException {
        return setting.start(directory, config -> options.apply(config).listener(new Closings()), () -> handler);
    }

    private StreamSetting.Running start(StreamSetting setting, StreamRequestHandler handler) throws IOException {
        return start(setting, config -> config, handler);
    }

    private void assertEnded(EndReason reason) throws InterruptedException {
        assertThat(finished.take()).isEqualTo(reason);
        assertThat(closed.take()).contains(reason);
    }

    private static Peer asking(Peer peer) throws IOException {
        peer.send("ask\n");
        assertThat(peer.readLine()).isEqualTo("ask");
        return peer;
    }

    @ParameterizedTest
    @MethodSource("inBothWays")
    void byItsPeersEnd(StreamSetting setting, Way way) throws Exception {
        try (var server = start(setting, new Telling(way));
                Peer peer = asking(server.connect())) {
            assertThat(peer.end().readAll()).isEqualTo("ended by PEER");
            assertEnded(PEER);
        }
    }

    @ParameterizedTest
    @MethodSource("sampled")
    void byThePeersEndInsideAMessage(StreamSetting setting) throws Exception {
        try (var server = start(setting, new Telling(Way.KEPT) {
                    @Override
                    void answer(String line) throws IOException {
                        in().readFully(new byte[10]);
                    }
                });
                Peer peer = server.connect().send("four\nfour")) {
            peer.end().readAll();
            assertEnded(PEER);
        }
    }

    @ParameterizedTest
    @MethodSource("inBothWays")
    void lastWordsAfterTheIdleTimeoutReachThePeer(StreamSetting setting, Way way) throws Exception {
        try (var server = start(setting, config -> config.idleTimeout(SHORT), new Telling(way));
                Peer peer = asking(server.connect())) {
            assertThat(peer.readAll()).isEqualTo("ended by IDLE_TIMEOUT");
            assertEnded(IDLE_TIMEOUT);
        }
    }

    @ParameterizedTest
    @MethodSource("inBothWays")
    void aConnectionHasAnIdleTimeoutOfItsOwn(StreamSetting setting, Way way) throws Exception {
        try (var server = start(setting, config -> config.idleTimeout(Duration.ZERO), new Telling(way) {
                    @Override
                    void answer(String line) throws IOException {
                        super.answer(line);
                        connection().idleTimeout(SHORT);
                    }
                });
                Peer peer = asking(server.connect())) {
            assertThat(peer.readAll()).isEqualTo("ended by IDLE_TIMEOUT");
            assertEnded(IDLE_TIMEOUT);
        }
    }

    @ParameterizedTest
    @MethodSource("inBothWays")
    void aTaskSetsTheIdleTimeoutOfTheWaitThatGoesOn(StreamSetting setting, Way way) throws Exception {
        try (var server = start(setting, config -> config.idleTimeout(Duration.ZERO), new Telling(way));
                Peer peer = asking(server.connect())) {
            StreamConnection connection = opened.take();
            connection.execute(() -> connection.idleTimeout(SHORT));
            assertThat(peer.readAll()).isEqualTo("ended by IDLE_TIMEOUT");
            assertEnded(IDLE_TIMEOUT);
        }
    }

    @ParameterizedTest
    @MethodSource("inBothWays")
    void anIdleTimeoutOfZeroIsNone(StreamSetting setting, Way way) throws Exception {
        try (var server = start(setting, config -> config.idleTimeout(SHORT), new Telling(way) {
                    @Override
                    protected void setup() throws Exception {
                        super.setup();
                        connection().idleTimeout(Duration.ZERO);
                    }
                });
                Peer peer = asking(server.connect())) {
            StreamConnection connection = opened.take();
            var later = new CountDownLatch(1);
            connection.schedule(SHORT.multipliedBy(3), later::countDown);
            later.await();
            assertThat(asking(peer).end().readAll()).isEqualTo("ended by PEER");
        }
    }

    @ParameterizedTest
    @MethodSource("sampled")
    void aConversationThatGoesOnAfterTheIdleTimeoutHasNotEnded(StreamSetting setting) throws Exception {
        try (var server = start(setting, config -> config.idleTimeout(SHORT), new Telling(Way.KEPT) {
                    @Override
                    protected void handle() throws Exception {
                        while (!in().awaitMessage()) {
                            assertThat(connection().endedBy()).contains(IDLE_TIMEOUT);
                            out().write("still there?\n", UTF_8);
                        }
                        answer(String.valueOf(in().readLine(UTF_8, 100)));
                    }
                });
                Peer peer = server.connect()) {
            assertThat(peer.readLine()).isEqualTo("still there?");
            assertThat(peer.send("yes\n").readAll()).endsWith("yes\nended by HANDLER");
            assertEnded(HANDLER);
        }
    }

    @ParameterizedTest
    @MethodSource("sampled")
    void byAReadThatTimesOut(StreamSetting setting) throws Exception {
        try (var server = start(setting, config -> config.readTimeout(SHORT), new Telling(Way.KEPT) {
                    @Override
                    protected void handle() throws Exception {
                        try {
                            super.handle();
                        } catch (SocketTimeoutException e) {
                            out().write("late, ", UTF_8);
                        }
                    }
                });
                Peer peer = server.connect().send("half a li")) {
            assertThat(peer.readAll()).isEqualTo("late, ended by READ_TIMEOUT");
            assertEnded(READ_TIMEOUT);
        }
    }

    @ParameterizedTest
    @MethodSource("sampled")
    void byARestOfAMessageThatDoesNotCome(StreamSetting setting) throws Exception {
        try (var server = start(setting, config -> config.readTimeout(SHORT), new Telling(Way.KEPT) {
                    @Override
                    protected void handle() throws Exception {
                        in().available();
                        keepOpen();
                    }
                });
                Peer peer = server.connect().send("half a li")) {
            assertThat(peer.readAll()).isEqualTo("ended by READ_TIMEOUT");
            assertEnded(READ_TIMEOUT);
        }
    }

    @ParameterizedTest
    @MethodSource("sampled")
    void byAPeerThatTakesNothing(StreamSetting setting) throws Exception {
        try (var server = start(setting, config -> config.writeTimeout(SHORT), new Telling(Way.KEPT) {
                    @Override
                    void answer(String line) throws IOException {
                        byte[] much = new byte[1024 * 1024];
                        for (int i = 0; i < 1024; i++) {
                            out().write(much);
                        }
                    }
                });
                Peer peer = setting.connectWithSmallWindow(server.server().address())
                        .send("ask\n")) {
            assertThat(peer).isNotNull();
            assertEnded(WRITE_TIMEOUT);
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "VIRTUAL") // which not every JDK has
    void byAReset(StreamSetting.Execution execution) throws Exception {
        for (Way way : Way.values()) {
            try (var server = start(new StreamSetting(Transport.TCP, execution), new Telling(way));
                    TestClient peer = TestClient.to(server.server().address())) {
                asking(peer);
                peer.reset();
                assertEnded(RESET);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("inBothWays")
    void byTheDrain(StreamSetting setting, Way way) throws Exception {
        try (var server = start(setting, new Telling(way));
                Peer peer = asking(server.connect())) {
            server.server().shutdown(Duration.ofSeconds(30));
            assertThat(peer.readAll()).isEqualTo("ended by DRAIN");
            assertEnded(DRAIN);
        }
    }

    @ParameterizedTest
    @MethodSource("concurrent")
    void byTheEndOfTheGrace(StreamSetting setting) throws Exception {
        var handling = new CountDownLatch(1);
        try (var server = start(setting, new Telling(Way.KEPT) {
                    @Override
                    void answer(String line) throws IOException {
                        handling.countDown();
                        in().readLine(UTF_8, 100);
                    }
                });
                Peer peer = server.connect().send("ask\n")) {
            handling.await();
            server.server().shutdown(Duration.ZERO);
            assertEnded(DRAIN);
            assertThat(peer).isNotNull();
        }
    }

    @ParameterizedTest
    @MethodSource("sampled")
    void byItsHandlersReturn(StreamSetting setting) throws Exception {
        try (var server = start(setting, new Telling(Way.KEPT) {
                    @Override
                    protected void handle() throws Exception {
                        answer(String.valueOf(in().readLine(UTF_8, 100)));
                    }
                });
                Peer peer = server.connect().send("ask\n")) {
            assertThat(peer.readAll()).isEqualTo("ask\nended by HANDLER");
            assertEnded(HANDLER);
        }
    }

    @ParameterizedTest
    @MethodSource("sampled")
    void byATaskThatClosesIt(StreamSetting setting) throws Exception {
        try (var server = start(setting, new Telling(Way.KEPT));
                Peer peer = asking(server.connect())) {
            StreamConnection connection = opened.take();
            connection.execute(connection::close);
            peer.readAll();
            assertEnded(HANDLER);
        }
    }

    @ParameterizedTest
    @MethodSource("sampled")
    void bySetupThatClosesItAndThenHandleIsNotCalled(StreamSetting setting) throws Exception {
        try (var server = start(setting, new Telling(Way.KEPT) {
                    @Override
                    protected void setup() {
                        connection().close();
                    }

                    @Override
                    protected void handle() {
                        finished.add(ERROR);
                    }
                });
                Peer peer = server.connect()) {
            assertEnded(HANDLER);
            assertThat(peer).isNotNull();
        }
    }

    @ParameterizedTest
    @MethodSource("inBothWays")
    void byAnotherThread(StreamSetting setting, Way way) throws Exception {
        try (var server = start(setting, new Telling(way));
                Peer peer = asking(server.connect())) {
            opened.take().close();
            assertEnded(SERVER);
            assertThat(peer).isNotNull();
        }
    }

    @ParameterizedTest
    @MethodSource("sampled")
    void byAnOutboundLimit(StreamSetting setting) throws Exception {
        try (var server = start(setting, config -> config.outboundLimit(10), new Telling(Way.KEPT));
                Peer peer = asking(server.connect())) {
            assertThat(opened.take().send(new byte[11])).isFalse();
            assertEnded(OUTBOUND_LIMIT);
            assertThat(peer).isNotNull();
        }
    }

    @ParameterizedTest
    @MethodSource("sampled")
    void byAFailureOfItsHandler(StreamSetting setting) throws Exception {
        try (var server = start(setting, new Telling(Way.KEPT) {
                    @Override
                    void answer(String line) {
                        throw new IllegalStateException("on purpose");
                    }
                });
                Peer peer = server.connect().send("ask\n")) {
            peer.readAll();
            assertEnded(ERROR);
        }
    }

    /** Which may answer what it refuses: the connection has not broken. */
    @ParameterizedTest
    @MethodSource("sampled")
    void byItsHandlerIfALengthIsNone(StreamSetting setting) throws Exception {
        LengthPrefix itself = LengthPrefix.bigEndian(1).includingItself();
        for (boolean refuses : new boolean[] {true, false}) {
            try (var server = start(setting, new Telling(Way.KEPT) {
                        @Override
                        protected void handle() throws IOException {
                            try {
                                in().readFrame(itself, 100);
                            } catch (ProtocolException e) {
                                if (!refuses) {
                                    throw e;
                                }
                                out().write("refused, ", UTF_8);
                            }
                        }
                    });
                    Peer peer = server.connect().send("\0")) {
                assertThat(peer.readAll()).isEqualTo(refuses ? "refused, ended by HANDLER" : "ended by ERROR");
                assertEnded(refuses ? HANDLER : ERROR);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("inBothWays")
    void byAFailureOfATask(StreamSetting setting, Way way) throws Exception {
        try (var server = start(setting, new Telling(way));
                Peer peer = asking(server.connect())) {
            opened.take().execute(() -> {
                throw new IllegalStateException("on purpose");
            });
            peer.readAll();
            assertEnded(ERROR);
        }
    }

    @ParameterizedTest
    @MethodSource("sampled")
    void aTimeoutThatTheHandlerSurvivesIsNotWhy(StreamSetting setting) throws Exception {
        try (var server = start(setting, new Telling(Way.KEPT) {
                    @Override
                    void answer(String line) throws IOException {
                        connection().readTimeout(SHORT);
                        try {
                            in().read();
                        } catch (SocketTimeoutException expected) {
                            out().write(line + "\n", UTF_8);
                        }
                    }
                });
                Peer peer = asking(server.connect())) {
            assertThat(peer.end().readAll()).isEqualTo("ended by PEER");
            assertEnded(PEER);
        }
    }
}
