package dev.socketserver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.socketserver.buffer.LengthPrefix;
import dev.socketserver.peer.RecordingListener;
import io.netty.buffer.ByteBuf;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.function.Supplier;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Handlers that read up to a delimiter, a length, or the end of a limited stream, and their peers. */
@Timeout(60)
class BoundedReadTest {
    private static final int MOST = 1000;
    private static final byte[] END_OF_HEAD = "\r\n\r\n".getBytes(UTF_8);

    private final RecordingListener listener = new RecordingListener();

    @TempDir
    Path directory;

    static List<StreamSetting> settings() {
        return StreamSetting.all();
    }

    static List<StreamSetting> engines() {
        return StreamSetting.engines();
    }

    /** Reads a head that says how long the body is, and does something with that. */
    private abstract static class BodyHandler extends StreamRequestHandler {
        @Override
        protected void handle() throws IOException {
            ByteBuf head = in().readUntil(END_OF_HEAD, MOST);
            if (head != null) {
                handle(Long.parseLong(head.toString(UTF_8)));
                keepOpen();
            }
        }

        abstract void handle(long length) throws IOException;
    }

    /** Sends the body back. */
    private static final class Echo extends BodyHandler {
        @Override
        void handle(long length) throws IOException {
            in().transferTo(out(), length);
        }
    }

    /** Sends the first byte of the body back. */
    private static final class First extends BodyHandler {
        @Override
        void handle(long length) throws IOException {
            try (InputStream body = in().limit(length)) {
                out().write(body.read() + "\n", UTF_8);
            }
        }
    }

    private StreamSetting.Running start(StreamSetting setting, Supplier<StreamRequestHandler> handlers)
            throws IOException {
        return setting.start(directory, config -> config.listener(listener), handlers);
    }

    @ParameterizedTest
    @MethodSource("settings")
    void aBodyThatIsLongerThanAnyBufferIsSentBackAsItComes(StreamSetting setting) throws Exception {
        byte[] part = new byte[100_000];
        new Random(1).nextBytes(part);
        try (var running = start(setting, Echo::new);
                var peer = running.connect()) {
            for (int round = 0; round < 2; round++) {
                peer.send(10 * part.length + "\r\n\r").send("\n");
                for (int i = 0; i < 10; i++) {
                    assertThat(Arrays.equals(peer.send(part).read(part.length), part))
                            .isTrue();
                }
            }
            assertThat(peer.send("0\r\n\r\n3\r\n\r\nabc").read(3)).isEqualTo("abc".getBytes(UTF_8));
        }
        assertThat(listener.count("error")).isZero();
    }

    @ParameterizedTest
    @MethodSource("settings")
    void theRestOfABodyThatTheHandlerDoesNotReadIsNotTheNextMessage(StreamSetting setting) throws Exception {
        try (var running = start(setting, First::new);
                var peer = running.connect()) {
            byte[] body = new byte[50_000];
            for (byte i = 1; i <= 3; i++) {
                body[0] = i;
                peer.send(body.length + "\r\n\r\n").send(body);
                assertThat(peer.readLine()).isEqualTo(Byte.toString(i));
            }
            peer.send("0\r\n\r\n");
            assertThat(peer.readLine()).isEqualTo("-1");
        }
        assertThat(listener.count("error")).isZero();
    }

    @ParameterizedTest
    @MethodSource("settings")
    void aBodyThatIsCutShortIsAFaultOfThePeer(StreamSetting setting) throws Exception {
        for (Supplier<StreamRequestHandler> handlers : List.<Supplier<StreamRequestHandler>>of(Echo::new, First::new)) {
            try (var running = start(setting, handlers);
                    var peer = running.connect()) {
                peer.send("10\r\n\r\nx").end();
                peer.readAll();
            }
        }
        assertThat(listener.failures())
                .hasSize(2)
                .allSatisfy(failure -> assertThat(failure)
                        .isInstanceOf(EOFException.class)
                        .hasMessage("the peer closed inside a message of 10 bytes"));
    }

    @ParameterizedTest
    @MethodSource("engines")
    void aBodyThatStopsIsGivenUpAfterTheReadTimeout(StreamSetting setting) throws Exception {
        try (var running =
                        setting.start(directory, config -> config.listener(listener), () -> new StreamRequestHandler() {
                            @Override
                            protected void handle() throws IOException {
                                in().await(1); // however late the test begins the body
                                connection().readTimeout(Duration.ofMillis(200));
                                InputStream body = in().limit(10);
                                assertThatTimesOut(() -> in().transferTo(out(), 5));
                                assertThatTimesOut(body::readAllBytes);
                                assertThatTimesOut(body::close);
                                out().write("late", UTF_8);
                            }
                        });
                var peer = running.connect()) {
            assertThat(peer.send("xyz").readAll()).isEqualTo("xyzlate");
        }
        assertThat(listener.count("error")).isZero();
    }

    private static void assertThatTimesOut(ThrowingCallable read) {
        assertThatExceptionOfType(SocketTimeoutException.class).isThrownBy(read);
    }

    @ParameterizedTest
    @MethodSource("settings")
    void aConversationReadsOneKindOfMessageAfterTheOther(StreamSetting setting) throws Exception {
        LengthPrefix two = LengthPrefix.littleEndian(2).includingItself().after(2);
        try (var running = start(setting, () -> new StreamRequestHandler() {
                    @Override
                    protected void handle() throws IOException {
                        while (in().awaitMessage()) {
                            ByteBuf frame = Objects.requireNonNull(in().readFrame(two, MOST));
                            out().writeFrame(two, frame);
                            if (in().awaitMessage()) {
                                out().write(Objects.requireNonNull(in().readUntil(new byte[] {';'}, MOST)));
                            }
                        }
                    }
                });
                var peer = running.connect()) {
            assertThat(new String(peer.send("id\5\0").send("xyz").read(7), UTF_8))
                    .isEqualTo("id\5\0xyz");
            assertThat(new String(peer.send("ab").send("c;id\2\0de;").read(9), UTF_8))
                    .isEqualTo("abcid\2\0de");
            peer.send("id\1\0");
            assertThat(peer.readAll()).isEmpty();
            listener.await("closed", 1);
        }
        assertThat(listener.failures())
                .singleElement()
                .isInstanceOf(ProtocolException.class)
                .satisfies(
                        failure -> assertThat(failure).hasMessage("the length of a message has to be at least 2: 1"));
    }
}
