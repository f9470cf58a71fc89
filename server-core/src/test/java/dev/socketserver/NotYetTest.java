package dev.socketserver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.buffer.MessageTooLongException;
import dev.socketserver.peer.ChoosesEngine;
import dev.socketserver.peer.LineEcho;
import dev.socketserver.peer.Peer;
import dev.socketserver.peer.RecordingListener;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A handler that keeps its connection open and consumes nothing says "not yet": it is called when more has come. */
@ChoosesEngine
@Timeout(60)
class NotYetTest {
    private static final int CONNECTIONS = 120;
    private static final int MAX_UNREAD = 50_000;
    private static final int LARGEST_RECORD = 16_384; // of TLS

    private final RecordingListener listener = new RecordingListener();
    private final AtomicInteger calls = new AtomicInteger();
    private final AtomicInteger finished = new AtomicInteger();

    static List<StreamSetting> settings() {
        return StreamSetting.all();
    }

    static List<StreamSetting> concurrent() {
        return StreamSetting.concurrent();
    }

    static List<StreamSetting> selecting() {
        return StreamSetting.selecting();
    }

    /** Looks for a whole message, a length and as many bytes, without consuming any of a part; echoes it. */
    private final class PeekingEcho extends StreamRequestHandler {
        @Override
        protected void handle() throws IOException {
            calls.incrementAndGet();
            if (!in().await(1)) {
                return; // the end
            }
            ByteBuf come = in().buffer();
            int length = come.getByte(come.readerIndex()) - '0';
            if (come.readableBytes() > length) {
                in().read();
                byte[] body = new byte[length];
                in().readFully(body);
                out().write(new String(body, UTF_8) + "\n", UTF_8);
            }
            keepOpen();
        }

        @Override
        protected void finish() {
            finished.incrementAndGet();
        }
    }

    @ParameterizedTest
    @MethodSource("settings")
    void aMessageInPiecesIsServedWithNoMoreCallsThanPieces(StreamSetting setting, @TempDir Path directory)
            throws Exception {
        try (var running =
                setting.start(directory, config -> config.awaitFirstByte(true).listener(listener), PeekingEcho::new)) {
            try (var peer = running.connect()) {
                assertThat(peer.send("5he").send("ll").send("o").readLine()).isEqualTo("hello");
                assertThat(peer.send("2ab3cde1").send("f").readLine()).isEqualTo("ab");
                assertThat(peer.readLine()).isEqualTo("cde");
                assertThat(peer.readLine()).isEqualTo("f");
                peer.send("9half").end();
                assertThat(peer.readAll()).isEmpty();
            }
            listener.await("closed", 1);
        }
        assertThat(calls).hasValueLessThanOrEqualTo(3 + 4 + 2);
        assertThat(finished).hasValue(1);
        assertThat(listener.count("error")).isZero();
    }

    /** The same in one call of {@code handle()}. */
    private final class PeekingConversation extends StreamRequestHandler {
        @Override
        protected void handle() throws IOException {
            while (in().awaitMessage()) {
                calls.incrementAndGet();
                ByteBuf come = in().buffer();
                int length = come.getByte(come.readerIndex()) - '0';
                if (come.readableBytes() > length) {
                    come.skipBytes(1);
                    out().write(come.readCharSequence(length, UTF_8) + "\n", UTF_8);
                }
            }
        }

        @Override
        protected void finish() {
            finished.incrementAndGet();
        }
    }

    @ParameterizedTest
    @MethodSource("settings")
    void aConversationThatConsumesNothingIsToldOfAMessageOnceForEachPiece(
            StreamSetting setting, @TempDir Path directory) throws Exception {
        try (var running = setting.start(directory, config -> config.listener(listener), PeekingConversation::new)) {
            try (var peer = running.connect()) {
                assertThat(peer.send("5he").send("ll").send("o").readLine()).isEqualTo("hello");
                assertThat(peer.send("2ab3cde1").send("f").readLine()).isEqualTo("ab");
                assertThat(peer.readLine()).isEqualTo("cde");
                assertThat(peer.readLine()).isEqualTo("f");
                peer.send("9half").end();
                assertThat(peer.readAll()).isEmpty();
            }
            listener.await("closed", 1);
        }
        assertThat(calls).hasValueBetween(4, 3 + 4 + 2);
        assertThat(finished).hasValue(1);
        assertThat(listener.count("error")).isZero();
    }

    @ParameterizedTest
    @MethodSource("settings")
    void aConversationIsToldOfThePartBeforeTheEndUntilItConsumesNothing(StreamSetting setting, @TempDir Path directory)
            throws Exception {
        try (var running =
                setting.start(directory, config -> config.listener(listener), () -> new StreamRequestHandler() {
                    @Override
                    protected void handle() throws IOException {
                        while (in().awaitMessage()) {
                            calls.incrementAndGet();
                            if (in().buffer().readableBytes() > 3) {
                                in().read();
                            }
                        }
                    }
                })) {
            try (var peer = running.connect()) {
                peer.send("12345").end();
                assertThat(peer.readAll()).isEmpty();
            }
            listener.await("closed", 1);
        }
        assertThat(calls).hasValueBetween(3, 5); // with 5 bytes, with 4, with 3, and with the end, which may come later
        assertThat(listener.count("error")).isZero();
    }

    @ParameterizedTest
    @MethodSource("settings")
    void aMessageThatWasNotLookedAtIsThereWhenItIsAwaitedAgain(StreamSetting setting, @TempDir Path directory)
            throws Exception {
        try (var running =
                setting.start(directory, config -> config.listener(listener), () -> new StreamRequestHandler() {
                    @Override
                    protected void handle() throws IOException {
                        in().buffer(); // before it awaits anything
                        boolean awaited = false;
                        while (in().awaitMessage()) {
                            if (awaited) {
                                out().write(in().readLine(UTF_8, MAX_UNREAD) + "\n", UTF_8);
                            }
                            awaited = !awaited;
                        }
                    }
                })) {
            try (var peer = running.connect()) {
                assertThat(peer.send("one\ntwo\n").readLine()).isEqualTo("one");
                assertThat(peer.readLine()).isEqualTo("two");
                assertThat(peer.send("three\n").readLine()).isEqualTo("three");
            }
            listener.await("closed", 1);
        }
        assertThat(listener.count("error")).isZero();
    }

    @ParameterizedTest
    @MethodSource("settings")
    void aConversationThatHasConsumedAMessageMayLookForTheNextBeforeItAwaitsIt(
            StreamSetting setting, @TempDir Path directory) throws Exception {
        try (var running =
                setting.start(directory, config -> config.listener(listener), () -> new StreamRequestHandler() {
                    @Override
                    protected void handle() throws IOException {
                        while (in().awaitMessage()) {
                            out().write(in().readLine(UTF_8, MAX_UNREAD) + "\n", UTF_8);
                            if (in().available() == 0) {
                                out().flush();
                            }
                        }
                    }
                })) {
            try (var peer = running.connect()) {
                assertThat(peer.send("one\ntwo\nthree\n").readLine()).isEqualTo("one");
                assertThat(peer.readLine()).isEqualTo("two");
                assertThat(peer.readLine()).isEqualTo("three");
            }
            listener.await("closed", 1);
        }
        assertThat(listener.count("error")).isZero();
    }

    @ParameterizedTest
    @MethodSource("settings")
    void aConversationFailsWhenTooMuchIsUnread(StreamSetting setting, @TempDir Path directory) throws Exception {
        try (var running = setting.start(
                directory, config -> config.maxUnread(MAX_UNREAD).listener(listener), () -> new StreamRequestHandler() {
                    @Override
                    protected void handle() throws IOException {
                        while (in().awaitMessage()) {
                            assertThat(in().available()).isLessThanOrEqualTo(2 * MAX_UNREAD + LARGEST_RECORD);
                        }
                    }
                })) {
            try (var peer = running.connect()) {
                peer.send(new byte[10 * MAX_UNREAD]);
                assertThat(peer.readAll()).isEmpty();
            }
            listener.await("closed", 1);
        }
        assertThat(listener.failures())
                .singleElement()
                .isInstanceOf(MessageTooLongException.class)
                .asString()
                .contains("(option maxUnread)");
    }

    @ParameterizedTest
    @MethodSource("selecting")
    void halvesOfMessagesHoldNoWorkerAndCostOneCallEach(StreamSetting setting, @TempDir Path directory)
            throws Exception {
        List<Peer> peers = new ArrayList<>();
        try (var running =
                setting.start(directory, config -> config.awaitFirstByte(true).listener(listener), PeekingEcho::new)) {
            for (int i = 0; i < CONNECTIONS; i++) {
                peers.add(running.connect().send("5he"));
            }
            try (var next = running.connect()) {
                assertThat(next.send("2ok").readLine()).isEqualTo("ok");
            }
            for (Peer peer : peers) {
                assertThat(peer.send("llo").readLine()).isEqualTo("hello");
                peer.close();
            }
            listener.await("closed", CONNECTIONS + 1);
        }
        assertThat(calls).hasValueLessThanOrEqualTo(3 * CONNECTIONS + 3);
        assertThat(listener.count("error")).isZero();
    }

    @ParameterizedTest
    @MethodSource("concurrent")
    void aPeerThatEndsAfterHalfAMessageIsSeenToEnd(StreamSetting setting, @TempDir Path directory) throws Exception {
        try (var running =
                setting.start(directory, config -> config.listener(listener), () -> new StreamRequestHandler() {
                    @Override
                    protected void handle() {
                        calls.incrementAndGet();
                        keepOpen();
                    }
                })) {
            try (var peer = running.connect()) {
                peer.send("half").end();
                assertThat(peer.readAll()).isEmpty();
            }
            listener.await("closed", 1);
        }
        assertThat(calls).hasValueBetween(1, 3); // before anything came, perhaps; with the half; at the end
    }

    @ParameterizedTest
    @MethodSource("concurrent")
    void aForcedShutdownLeavesNoneOfThemBehind(StreamSetting setting, @TempDir Path directory) throws Exception {
        try (var running = setting.start(directory, config -> config.listener(listener), PeekingUntilForced::new)) {
            try (var peer = running.connect()) {
                peer.send("x");
                running.server().shutdown(Duration.ZERO);
                assertThat(running.server().snapshot().open()).isZero();
            }
        }
        assertThat(listener.count("closed")).isEqualTo(listener.count("opened"));
    }

    private static final class PeekingUntilForced extends StreamRequestHandler {
        @Override
        protected void handle() {
            keepOpen();
        }
    }

    @ParameterizedTest
    @MethodSource("concurrent")
    void halfAMessageIsWaitedForNoLongerThanARead(StreamSetting setting, @TempDir Path directory) throws Exception {
        try (var running = setting.start(
                directory,
                config -> config.readTimeout(Duration.ofMillis(100))
                        .idleTimeout(Duration.ofHours(1))
                        .listener(listener),
                PeekingUntilForced::new)) {
            try (var peer = running.connect()) {
                assertThat(peer.send("half").readAll()).isEmpty();
            }
            listener.await("closed", 1);
        }
    }

    @ParameterizedTest
    @MethodSource("settings")
    void aMessageWithoutEndFailsWhenTooMuchOfItIsUnread(StreamSetting setting, @TempDir Path directory)
            throws Exception {
        var mostUnread = new AtomicInteger();
        try (var running = setting.start(
                directory, config -> config.maxUnread(MAX_UNREAD).listener(listener), () -> new StreamRequestHandler() {
                    @Override
                    protected void handle() throws IOException {
                        mostUnread.accumulateAndGet(in().available(), Math::max);
                        keepOpen();
                    }

                    @Override
                    protected void finish() {
                        finished.incrementAndGet();
                    }
                })) {
            try (var peer = running.connect()) {
                peer.send(new byte[10 * MAX_UNREAD]);
                assertThat(peer.readAll()).isEmpty();
            }
            listener.await("closed", 1);
        }
        assertThat(mostUnread).hasValueBetween(MAX_UNREAD + 1, 2 * MAX_UNREAD + LARGEST_RECORD);
        assertThat(finished).hasValue(1);
        assertThat(listener.failures())
                .singleElement()
                .isInstanceOf(MessageTooLongException.class)
                .hasToString(MessageTooLongException.class.getName()
                        + ": unread message (option maxUnread) is longer than " + MAX_UNREAD + " bytes");
    }

    @ParameterizedTest
    @MethodSource("settings")
    void aFirstCallThatOnlyKeepsTheConnectionOpenIsFollowedByOneForTheMessage(
            StreamSetting setting, @TempDir Path directory) throws Exception {
        try (var running = setting.start(directory, config -> config.listener(listener), () -> new LineEcho() {
            private boolean called;

            @Override
            protected void handle() throws Exception {
                if (called) {
                    super.handle();
                }
                called = true;
                keepOpen();
            }
        })) {
            for (int i = 0; i < 3; i++) {
                try (var peer = running.connect()) {
                    assertThat(peer.send("one\n").readLine()).isEqualTo("one");
                    assertThat(peer.send("two\n").readLine()).isEqualTo("two");
                }
            }
        }
        assertThat(listener.count("error")).isZero();
    }
}
