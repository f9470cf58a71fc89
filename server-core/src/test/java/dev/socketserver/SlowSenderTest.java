package dev.socketserver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.buffer.ByteInput;
import dev.socketserver.peer.ChoosesEngine;
import dev.socketserver.peer.LineEcho;
import dev.socketserver.peer.Peer;
import dev.socketserver.pool.PoolConfig;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Peers that stop inside a message hold half of the workers at most, although no framing says where it ends. */
@ChoosesEngine
@Timeout(60)
class SlowSenderTest {
    private static final int MOST = 100;
    private static final int SLOW = 24;
    private static final int WORKERS = 8;
    private static final int HALF_OF_THE_WORKERS = 4;
    private static final Duration SHORT = Duration.ofMillis(200);
    private static final PoolConfig POOL =
            PoolConfig.builder().minWorkers(1).maxWorkers(WORKERS).build();

    private final List<Peer> slow = new ArrayList<>();

    @TempDir
    Path directory;

    static List<StreamSetting> settings() {
        return StreamSetting.oneSelector();
    }

    private StreamSetting.Running start(
            StreamSetting setting, UnaryOperator<ServerConfig.Builder> options, Supplier<StreamRequestHandler> handlers)
            throws IOException {
        return setting.start(
                directory,
                config -> options.apply(config.pool(POOL)
                        .shutdownGrace(SHORT)
                        .readTimeout(Duration.ZERO)
                        .messageTimeout(Duration.ZERO)),
                handlers);
    }

    private void begin(StreamSetting.Running running, int count, String part) throws IOException {
        for (int i = 0; i < count; i++) {
            slow.add(running.connect().send(part));
        }
    }

    @AfterEach
    void close() throws IOException {
        for (Peer peer : slow) {
            peer.close();
        }
    }

    /** A kind of message, of which the text is what a handler sends back. */
    private enum Kind {
        LINE("me", "too\n") {
            @Override
            byte @Nullable [] read(ByteInput in) throws IOException {
                @Nullable String line = in.readLine(UTF_8, MOST);
                return line == null ? null : line.getBytes(UTF_8);
            }
        },
        FRAME("\0", "\5metoo") {
            @Override
            byte @Nullable [] read(ByteInput in) throws IOException {
                return bytes(in.readFrame(2, MOST));
            }
        },
        DELIMITED("metoo-", "-") {
            @Override
            byte @Nullable [] read(ByteInput in) throws IOException {
                return bytes(in.readUntil(new byte[] {'-', '-'}, MOST));
            }
        },
        ARRAY("me", "too") {
            @Override
            byte @Nullable [] read(ByteInput in) throws IOException {
                byte[] message = new byte[TEXT.length()];
                in.readFully(message);
                return message;
            }
        },
        SLICE("me", "too") {
            @Override
            byte @Nullable [] read(ByteInput in) throws IOException {
                return bytes(in.readSlice(TEXT.length()));
            }
        };

        static final String TEXT = "metoo";

        final String half;
        final String rest;

        Kind(String half, String rest) {
            this.half = half;
            this.rest = rest;
        }

        abstract byte @Nullable [] read(ByteInput in) throws IOException;

        static byte @Nullable [] bytes(@Nullable ByteBuf message) {
            return message == null ? null : ByteBufUtil.getBytes(message);
        }
    }

    /** Sends each message back. */
    private static final class Echo extends StreamRequestHandler {
        private final Kind kind;

        Echo(Kind kind) {
            this.kind = kind;
        }

        @Override
        protected void handle() throws IOException {
            byte @Nullable [] message = kind.read(in());
            if (message != null) {
                out().write(message);
                keepOpen();
            }
        }
    }

    static Stream<Arguments> kinds() {
        return Stream.of(Kind.values())
                .flatMap(kind -> settings().stream()
                        .filter(setting -> setting.transport() == Transport.TCP || kind == Kind.LINE)
                        .map(setting -> Arguments.of(setting, kind)));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void oneMoreIsServedAndThenTheSlowOnes(StreamSetting setting, Kind kind) throws Exception {
        try (var running = start(setting, config -> config, () -> new Echo(kind))) {
            begin(running, SLOW, kind.half);
            try (var next = running.connect()) {
                for (int i = 0; i < 3; i++) {
                    assertThat(next.send(kind.half + kind.rest).read(Kind.TEXT.length()))
                            .asString()
                            .isEqualTo(Kind.TEXT);
                }
            }
            for (Peer peer : slow) {
                assertThat(peer.send(kind.rest).read(Kind.TEXT.length()))
                        .asString()
                        .isEqualTo(Kind.TEXT);
            }
        }
    }

    /** Says why it closes the connection of a slow peer. */
    private static final class Apologizing extends LineEcho {
        @Override
        protected void handle() throws Exception {
            try {
                super.handle();
            } catch (SocketTimeoutException e) {
                out().write(String.valueOf(e.getMessage()), UTF_8);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("settings")
    void aHandlerSeesThatAMessageHasNotComeInTime(StreamSetting setting) throws Exception {
        try (var running = start(setting, config -> config.messageTimeout(SHORT), Apologizing::new)) {
            begin(running, SLOW, "ha");
            for (Peer peer : slow) {
                assertThat(peer.readAll()).isEqualTo("a message was not complete within PT0.2S");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("settings")
    void aHandlerSeesThatAPeerHasStoppedInsideALaterMessage(StreamSetting setting) throws Exception {
        try (var running = start(setting, config -> config.readTimeout(SHORT).awaitFirstByte(true), Apologizing::new)) {
            begin(running, SLOW, "first\n");
            for (Peer peer : slow) {
                assertThat(peer.readLine()).isEqualTo("first");
            }
            for (Peer peer : slow) {
                peer.send("ha");
            }
            for (Peer peer : slow) {
                assertThat(peer.readAll()).isEqualTo("no data received for PT0.2S");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("settings")
    void aHandlerSeesThePartThatAPeerLeavesBehind(StreamSetting setting) throws Exception {
        try (var running = start(setting, config -> config, LineEcho::new)) {
            begin(running, SLOW, "half");
            for (int i = SLOW - 1; i >= 0; i--) { // those that no handler waits for first
                assertThat(slow.get(i).end().readAll()).isEqualTo("half\n");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("settings")
    void aPartIsHandledOnceWorkersAreFree(StreamSetting setting) throws Exception {
        var called = new CountDownLatch(HALF_OF_THE_WORKERS + 1);
        try (var running = start(setting, config -> config, () -> new LineEcho() {
            @Override
            protected void handle() throws Exception {
                called.countDown();
                super.handle();
            }
        })) {
            begin(running, HALF_OF_THE_WORKERS + 1, "ha");
            slow.get(0).end().readAll();
            called.await();
        }
    }

    /** Reads a line and then messages of three bytes. */
    private static final class Varying extends StreamRequestHandler {
        private final boolean waitsForever;
        private boolean knowsName;

        Varying(boolean waitsForever) {
            this.waitsForever = waitsForever;
        }

        @Override
        protected void setup() {
            if (waitsForever) {
                connection().readTimeout(Duration.ZERO);
            }
        }

        @Override
        protected void handle() throws IOException {
            if (knowsName) {
                out().write(in().readSlice(3));
                connection().readTimeout(Duration.ZERO); // the rest of the next may come late
            } else {
                out().write(in().readLine(UTF_8, MOST) + "\n", UTF_8);
                knowsName = true;
            }
            keepOpen();
        }
    }

    @ParameterizedTest
    @MethodSource("settings")
    void aMessageThatIsWholeForItsHandlerIsServedInTimeIfAllOthersBeganInAnotherWay(StreamSetting setting)
            throws Exception {
        var handlers = new AtomicInteger();
        try (var running = start(
                setting,
                config -> config.readTimeout(SHORT).awaitFirstByte(true),
                () -> new Varying(handlers.getAndIncrement() < HALF_OF_THE_WORKERS))) {
            begin(running, HALF_OF_THE_WORKERS, "ha");
            try (var next = running.connect()) {
                assertThat(next.send("me\n").readLine()).isEqualTo("me");
                assertThat(next.send("abc").read(3)).asString().isEqualTo("abc");
                next.send("d");
                assertThat(next.send("ef").read(3)).asString().isEqualTo("def");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("settings")
    void aDrainForcesThoseOnlyThatHoldAWorker(StreamSetting setting) throws Exception {
        try (var running = start(setting, config -> config, LineEcho::new)) {
            begin(running, SLOW, "half");
            try (var next = running.connect()) {
                assertThat(next.send("me\n").readLine()).isEqualTo("me");
            }
            DrainReport report = running.server().shutdown(SHORT);
            assertThat(report.forced())
                    .filteredOn(one -> one.stack().stream()
                            .anyMatch(frame -> frame.getMethodName().equals("readLine")))
                    .hasSizeLessThan(WORKERS);
        }
    }
}
