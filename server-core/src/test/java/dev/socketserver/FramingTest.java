package dev.socketserver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.socketserver.buffer.LengthPrefix;
import dev.socketserver.buffer.MessageTooLongException;
import dev.socketserver.peer.ChoosesEngine;
import dev.socketserver.peer.LineEcho;
import dev.socketserver.peer.Peer;
import dev.socketserver.peer.RecordingListener;
import dev.socketserver.pool.PoolConfig;
import dev.socketserver.testing.InMemoryConnection;
import dev.socketserver.testing.Splits;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A server that knows where messages end calls its handlers with whole ones only. */
@ChoosesEngine
@Timeout(60)
class FramingTest {
    private static final int MOST = 100;
    private static final int CONNECTIONS = 200;
    private static final Framing LINES = Framing.lines(MOST);

    private final RecordingListener listener = new RecordingListener();
    private final AtomicInteger calls = new AtomicInteger();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    @TempDir
    Path directory;

    static List<StreamSetting> settings() {
        return StreamSetting.all();
    }

    static List<StreamSetting> selecting() {
        return StreamSetting.selecting();
    }

    /** Echoes a line; says so if it was called before the line was there. */
    private final class WholeLines extends LineEcho {
        @Override
        protected void handle() throws Exception {
            calls.incrementAndGet();
            ByteBuf come = in().buffer();
            if (come.indexOf(come.readerIndex(), come.writerIndex(), (byte) '\n') < 0) {
                out().write("called too early\n", UTF_8);
            }
            super.handle();
        }
    }

    /** Greets, and says goodbye. */
    private static final class Greeting extends LineEcho {
        @Override
        protected void setup() throws Exception {
            out().write("hello\n", UTF_8);
        }

        @Override
        protected void goodbye() throws Exception {
            out().write("bye\n", UTF_8);
        }
    }

    private StreamSetting.Running start(StreamSetting setting, Supplier<StreamRequestHandler> handlers)
            throws IOException {
        return setting.start(directory, config -> config.framing(LINES).listener(listener), handlers);
    }

    @ParameterizedTest
    @MethodSource("settings")
    void aHandlerIsCalledOnceForEachMessageHoweverItsBytesCome(StreamSetting setting) throws Exception {
        try (var running = start(setting, WholeLines::new)) {
            try (var peer = running.connect()) {
                assertThat(peer.send("o").send("n").send("e").send("\n").readLine())
                        .isEqualTo("one");
                peer.send("two\nthree\nfo");
                assertThat(peer.readLine()).isEqualTo("two");
                assertThat(peer.readLine()).isEqualTo("three");
                assertThat(peer.send("ur\n").readLine()).isEqualTo("four");
            }
            listener.await("closed", 1);
        }
        assertThat(calls).hasValue(4);
        assertThat(listener.count("error")).isZero();
    }

    @ParameterizedTest
    @MethodSource("settings")
    void aHandlerGreetsInSetupAndSaysGoodbyeToAPeerThatIsStillSending(StreamSetting setting) throws Exception {
        try (var running = start(setting, Greeting::new)) {
            try (var peer = running.connect()) {
                assertThat(peer.readLine()).isEqualTo("hello");
                assertThat(peer.send("a\n").readLine()).isEqualTo("a");
                peer.send("half");
                running.server().shutdown(Duration.ofSeconds(30));
                assertThat(peer.readAll()).isEqualTo("bye\n");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("selecting")
    void halvesOfMessagesHoldNoWorkerAndCallNoHandler(StreamSetting setting) throws Exception {
        PoolConfig one = PoolConfig.builder().minWorkers(1).maxWorkers(1).build();
        List<Peer> peers = new ArrayList<>();
        try (var running = setting.start(
                directory, config -> config.framing(LINES).pool(one).listener(listener), WholeLines::new)) {
            for (int i = 0; i < CONNECTIONS; i++) {
                peers.add(running.connect().send("ha"));
            }
            try (var next = running.connect()) {
                assertThat(next.send("whole\n").readLine()).isEqualTo("whole");
            }
            for (Peer peer : peers) {
                peer.send("l");
            }
            for (Peer peer : peers) {
                assertThat(peer.send("f\n").readLine()).isEqualTo("half");
                peer.close();
            }
        }
        assertThat(calls).hasValue(CONNECTIONS + 1);
    }

    @ParameterizedTest
    @MethodSource("settings")
    void aMessageThatIsTooLongIsTheHandlersToRefuse(StreamSetting setting) throws Exception {
        try (var running = start(setting, () -> new LineEcho() {
            @Override
            protected void handle() throws Exception {
                try {
                    super.handle();
                } catch (MessageTooLongException e) {
                    out().write("too long\n", UTF_8);
                }
            }
        })) {
            try (var peer = running.connect()) {
                assertThat(peer.send("x".repeat(MOST) + "\n").readLine()).isEqualTo("x".repeat(MOST));
                assertThat(peer.send("x".repeat(MOST + 1)).readAll()).isEqualTo("too long\n");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("settings")
    void aHandlerSeesThePartThatAPeerLeavesBehind(StreamSetting setting) throws Exception {
        try (var running = start(setting, LineEcho::new)) {
            try (var peer = running.connect()) {
                peer.send("a\nb").end();
                assertThat(peer.readAll()).isEqualTo("a\nb\n");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("settings")
    void aPeerThatDripsIsClosedWhenTheMessageTimeoutIsUpAndItsHandlerIsNotCalled(StreamSetting setting)
            throws Exception {
        Duration limit = Duration.ofMillis(300);
        try (var running = setting.start(
                directory, config -> config.framing(LINES).messageTimeout(limit).listener(listener), WholeLines::new)) {
            try (var peer = running.connect()) {
                peer.send("drip"); // and no more: any byte after the end might reset the connection
                assertThat(peer.readAll()).isEmpty();
            }
            listener.await("closed", 1);
        }
        assertThat(calls).hasValue(0);
    }

    @ParameterizedTest
    @MethodSource("settings")
    void aConversationThatAwaitsAMessageGetsAWholeOne(StreamSetting setting) throws Exception {
        try (var running = start(setting, () -> new StreamRequestHandler() {
            @Override
            protected void handle() throws Exception {
                while (in().awaitMessage()) {
                    calls.incrementAndGet();
                    out().write(in().readLine(UTF_8, MOST) + "\n", UTF_8);
                }
            }
        })) {
            try (var peer = running.connect()) {
                assertThat(peer.send("fir").send("st\nsec").readLine()).isEqualTo("first");
                assertThat(peer.send("o").send("nd\nthi").readLine()).isEqualTo("second");
                peer.end();
                assertThat(peer.readAll()).isEqualTo("thi\n");
            }
        }
        assertThat(calls).hasValue(3);
    }

    /** What a framing of a user's own is asked, in its order. */
    private static final class Asked implements Framing {
        final List<String> seen = new ArrayList<>();

        @Override
        public boolean hasMessage(ByteBuf received, int known) {
            seen.add(received.toString(UTF_8) + " " + known);
            received.skipBytes(received.readableBytes()); // which has no effect
            return seen.get(seen.size() - 1).contains(";");
        }
    }

    @Test
    void aFramingIsAskedAboutEachByteOnce() {
        var asked = new Asked();
        var server = new TcpServer(ServerConfig.builder().framing(asked).build(), () -> new StreamRequestHandler() {
            @Override
            protected void handle() throws IOException {
                byte[] message = new byte[in().buffer().bytesBefore((byte) ';') + 1];
                in().readFully(message);
                out().write(new String(message, UTF_8) + "\n", UTF_8);
                keepOpen();
            }
        });
        try (server;
                var connection = InMemoryConnection.to(server)) {
            connection
                    .send("a")
                    .send("b")
                    .send("c;d")
                    .expect("abc;\n")
                    .send("e;")
                    .expect("de;\n");
            connection.serve();
        }
        assertThat(asked.seen).containsExactly("a 0", "ab 1", "abc;d 2", "d 0", "de; 1");
    }

    @ParameterizedTest
    @MethodSource("settings")
    void aFramingThatThrowsCostsTheConnection(StreamSetting setting) throws Exception {
        Framing broken = (received, known) -> {
            throw new IllegalStateException("broken");
        };
        try (var running = setting.start(
                directory,
                config -> config.framing(broken).listener(listener),
                maker -> setting.transport() == Transport.UNIX
                        ? new UnixServer(maker, LineEcho::new) {
                            @Override
                            protected void handleError(StreamConnection connection, Throwable thrown) {
                                failure.set(thrown);
                            }
                        }
                        : new TcpServer(maker, LineEcho::new) {
                            @Override
                            protected void handleError(StreamConnection connection, Throwable thrown) {
                                failure.set(thrown);
                            }
                        })) {
            for (int i = 1; i <= 3; i++) {
                try (var peer = running.connect()) {
                    peer.send("x");
                    assertThat(peer.readAll()).isEmpty();
                }
                listener.await("closed", i);
            }
        }
        assertThat(failure.get()).hasMessage("broken");
        assertThat(listener.count("error")).isEqualTo(3);
    }

    @Test
    void framesAreServedTheSameInMemoryForEachSplit() {
        var server = new TcpServer(
                ServerConfig.builder().framing(Framing.frames(2, 10)).build(), () -> new StreamRequestHandler() {
                    @Override
                    protected void handle() throws IOException {
                        out().write(calls.incrementAndGet() > 0 ? "frame " : "", UTF_8);
                        ByteBuf frame = in().readFrame(2, 10);
                        if (frame != null) {
                            out().write(frame.toString(UTF_8) + "\n", UTF_8);
                            keepOpen();
                        }
                    }
                });
        try (server) {
            assertThat(Splits.sameOutput(() -> InMemoryConnection.to(server), "\0\3abc\0\0\0\2de"))
                    .isEqualTo("frame abc\nframe \nframe de\n");
        }
    }

    @Test
    void messagesUpToADelimiterAreServedTheSameInMemoryForEachSplit() {
        byte[] end = {'-', '-'};
        var server = new TcpServer(
                ServerConfig.builder().framing(Framing.until(end, 3)).build(), () -> new StreamRequestHandler() {
                    @Override
                    protected void handle() throws IOException {
                        out().write(Math.min(in().available(), 1) + ":", UTF_8);
                        ByteBuf message = in().readUntil(end, 3);
                        if (message != null) {
                            out().write(message.toString(UTF_8) + "\n", UTF_8);
                            keepOpen();
                        }
                    }
                });
        try (server) {
            assertThat(Splits.sameOutput(() -> InMemoryConnection.to(server), "abc----a-b--"))
                    .isEqualTo("1:abc\n1:\n1:a-b\n");
        }
    }

    @ParameterizedTest
    @CsvSource({"-,false", "ab-,false", "abc,false", "abc-,false", "abc--,true", "abcd,true", "abc-d,true", "--,true"})
    void messagesUpToADelimiterAreWholeAtTheirEndOrWhenTheyAreTooLong(String received, boolean whole) {
        Framing framing = Framing.until(new byte[] {'-', '-'}, 3);
        for (int known = 0; known < received.length(); known++) {
            assertThat(framing.hasMessage(Unpooled.copiedBuffer(received, UTF_8), known))
                    .as("known: %d", known)
                    .isEqualTo(whole);
        }
    }

    @ParameterizedTest
    @MethodSource("selecting")
    void aPacketOfMqttThatDripsInHoldsNoWorkerAndIsHandledOnce(StreamSetting setting) throws Exception {
        LengthPrefix mqtt = LengthPrefix.varint(4).after(1);
        PoolConfig one = PoolConfig.builder().minWorkers(1).maxWorkers(1).build();
        byte[] packet = new byte[3 + 200];
        packet[0] = 0x30;
        packet[1] = (byte) 0xC8;
        packet[2] = 0x01;
        try (var running = setting.start(
                directory,
                config ->
                        config.framing(Framing.frames(mqtt, MOST * 3)).pool(one).listener(listener),
                () -> new StreamRequestHandler() {
                    @Override
                    protected void handle() throws IOException {
                        calls.incrementAndGet();
                        ByteBuf frame = in().readFrame(mqtt, MOST * 3);
                        if (frame != null) {
                            out().writeFrame(mqtt, frame);
                            keepOpen();
                        }
                    }
                })) {
            try (var slow = running.connect();
                    var quick = running.connect()) {
                for (int cut = 1; cut < 5; cut++) {
                    slow.send(Arrays.copyOfRange(packet, cut - 1, cut));
                    assertThat(quick.send(packet).read(packet.length)).isEqualTo(packet);
                }
                assertThat(slow.send(Arrays.copyOfRange(packet, 4, packet.length))
                                .read(packet.length))
                        .isEqualTo(packet);
                assertThat(calls).hasValue(5);
                slow.send(new byte[] {0x30, (byte) 0x80, (byte) 0x80, (byte) 0x80, (byte) 0x80});
                assertThat(slow.readAll()).isEmpty();
            }
            listener.await("closed", 2);
        }
        assertThat(listener.failures()).singleElement().isInstanceOf(MessageTooLongException.class);
    }

    @ParameterizedTest
    @CsvSource({"ab,false", "abc,false", "abc%r,false", "abcd,true", "abc%r%n,true", "a%nb,true", "%n,true"})
    void linesAreWholeAtTheirEndOrWhenTheyAreTooLong(String received, boolean whole) {
        String unescaped = received.replace("%r", "\r").replace("%n", "\n");
        ByteBuf bytes = Unpooled.copiedBuffer(unescaped, UTF_8);
        assertThat(Framing.lines(3).hasMessage(bytes, 0)).isEqualTo(whole);
    }

    @ParameterizedTest
    @CsvSource({"1", "2", "3", "4"})
    void framesAreWholeAtTheirEndOrWhenTheyAreAnnouncedTooLong(int prefixBytes) {
        ByteBuf bytes = Unpooled.buffer().writeZero(prefixBytes - 1);
        Framing framing = Framing.frames(prefixBytes, 200);
        assertThat(framing.hasMessage(bytes, 0)).isFalse();
        bytes.writeByte(200);
        assertThat(framing.hasMessage(bytes, prefixBytes - 1)).isFalse();
        bytes.writeZero(199);
        assertThat(framing.hasMessage(bytes, prefixBytes)).isFalse();
        bytes.writeZero(1);
        assertThat(framing.hasMessage(bytes, prefixBytes + 199)).isTrue();
        ByteBuf announced = Unpooled.buffer().writeZero(prefixBytes - 1).writeByte(201);
        assertThat(framing.hasMessage(announced, 0)).isTrue();
    }

    @Test
    void whatCannotBeIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Framing.lines(-1))
                .withMessageContaining("maxBytes")
                .withMessageContaining("-1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Framing.frames(9, 1))
                .withMessageContaining("bytes")
                .withMessageContaining("9");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Framing.until(new byte[0], 1))
                .withMessageContaining("delimiter");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Framing.until(new byte[1], -1))
                .withMessageContaining("maxBytes");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Framing.frames(LengthPrefix.varint(4), -1))
                .withMessageContaining("maxBytes");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ServerConfig.builder()
                        .framing(LINES)
                        .awaitFirstByte(false)
                        .build())
                .withMessageContaining("awaitFirstByte");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new UdpServer(
                        ServerConfig.builder().framing(LINES).build(), () -> new DatagramRequestHandler() {
                            @Override
                            protected void handle() {}
                        }))
                .withMessageContaining("framing");
    }

    @ParameterizedTest
    @MethodSource("settings")
    void aConversationGetsTheRestThoughItHasAwaitedNothingYet(StreamSetting setting) throws Exception {
        try (var running = start(setting, () -> new StreamRequestHandler() {
            @Override
            protected void handle() throws Exception {
                while (in().awaitMessage()) {
                    out().write(in().readLine(UTF_8, MOST) + "\n", UTF_8);
                }
            }
        })) {
            try (var peer = running.connect()) {
                peer.send("no end").end();
                assertThat(peer.readAll()).isEqualTo("no end\n");
            }
        }
    }
}
