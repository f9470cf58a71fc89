package dev.socketserver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.buffer.ByteInput;
import dev.socketserver.buffer.LengthPrefix;
import dev.socketserver.peer.ChoosesEngine;
import dev.socketserver.peer.LineEcho;
import dev.socketserver.peer.RecordingListener;
import dev.socketserver.peer.TestClient;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Peers that send their message byte by byte. */
@ChoosesEngine
@Timeout(60)
@SuppressWarnings("try") // a drip is there, and that is all
class MessageTimeoutTest {
    private static final Duration SHORT = Duration.ofMillis(300);

    /** Longer than a thread that drips has to wait for a processor. */
    private static final Duration NOT_SO_SHORT = Duration.ofSeconds(1);

    private static final LengthPrefix FRAME = LengthPrefix.bigEndian(4).after(1);

    private final RecordingListener listener = new RecordingListener();

    @TempDir
    Path directory;

    /** Reads one message. */
    private interface Reader {
        void read(ByteInput in) throws IOException;
    }

    private static Arguments message(String name, String begin, Reader reader) {
        return Arguments.arguments(name, begin, reader);
    }

    static Stream<Arguments> messages() {
        return Stream.of(
                message("a line", "x", in -> in.readLine(UTF_8, 100_000)),
                message("a frame", "\0\1\0\0", in -> in.readFrame(4, 1 << 30)),
                message("a frame after a byte", "x\0\1\0\0", in -> in.readFrame(FRAME, 1 << 30)),
                message("a message with a delimiter", "x", in -> in.readUntil(new byte[] {';'}, 100_000)),
                message(
                        "the rest of a limited stream",
                        "x",
                        in -> in.limit(100_000).close()),
                message("an array", "x", in -> in.readFully(new byte[100_000])),
                message("a slice", "x", in -> in.readSlice(100_000)),
                message("bytes waited for", "x", in -> in.await(100_000)));
    }

    private ServerConfig.Builder config(Engine engine) {
        return Transport.TCP.config(directory).engine(engine).listener(listener).messageTimeout(SHORT);
    }

    /** Sends a byte every few milliseconds, in a thread of its own, until the server has enough. */
    private static final class Drip implements Closeable {
        private final TestClient client;
        private final Thread thread = new Thread(this::run);
        private volatile boolean ended;

        Drip(TestClient client) {
            this.client = client;
            thread.start();
        }

        private void run() {
            try {
                while (!ended) {
                    client.send("\0");
                    TimeUnit.MILLISECONDS.sleep(10);
                }
            } catch (IOException | InterruptedException expected) {
                ended = true;
            }
        }

        @Override
        public void close() throws IOException {
            ended = true;
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("messages")
    void aMessageThatDripsInIsGivenUp(String name, String begin, Reader reader) throws Exception {
        assertGivenUp(this::config, begin, reader, "a message was not complete within PT0.3S");
    }

    /** Starts a server; returns a peer that has begun a message before, however short the server's timeouts are. */
    private static Drip begun(TcpServer server, String begin) throws IOException {
        server.bind();
        var drip = new Drip(TestClient.to(server.address()).send(begin));
        server.start();
        return drip;
    }

    private void assertGivenUp(
            Function<Engine, ServerConfig.Builder> config, String begin, Reader reader, String reason)
            throws Exception {
        for (Engine engine : List.of(Engine.SELECTING, Engine.BLOCKING)) {
            try (var server = new TcpServer(config.apply(engine).build(), StreamRequestHandler.of((in, out) -> {
                try {
                    reader.read(in);
                } catch (SocketTimeoutException e) {
                    out.write(e.getMessage() + "\n", UTF_8);
                }
            }))) {
                try (Drip drip = begun(server, begin);
                        TestClient client = drip.client) {
                    assertThat(client.readLine()).isEqualTo(reason);
                }
            }
        }
        assertThat(listener.count("error")).isZero();
    }

    @ParameterizedTest
    @EnumSource(
            value = Engine.class,
            names = {"SELECTING", "BLOCKING"})
    void aMessageThatIsNotYetCompleteIsGivenUpWhileItsHandlerSaysSo(Engine engine) throws Exception {
        try (var server = new TcpServer(config(engine).build(), () -> new StreamRequestHandler() {
            @Override
            protected void handle() {
                keepOpen(); // not yet
            }
        })) {
            server.start();
            try (TestClient client = TestClient.to(server.address()).send("x");
                    Drip drip = new Drip(client)) {
                client.awaitEnd();
            }
            listener.await("closed", 1);
        }
        assertThat(listener.count("error")).isZero();
    }

    @ParameterizedTest
    @EnumSource(
            value = Engine.class,
            names = {"SELECTING", "BLOCKING"})
    void aMessageThatIsNotYetCompleteIsGivenUpWhileAConversationSaysSo(Engine engine) throws Exception {
        try (var server = new TcpServer(config(engine).build(), StreamRequestHandler.of((in, out) -> {
            boolean told = true;
            while (told) {
                told = in.awaitMessage() && in.buffer().isReadable();
            }
        }))) {
            server.start();
            try (TestClient client = TestClient.to(server.address());
                    Drip drip = new Drip(client)) {
                client.awaitEnd();
            }
            listener.await("closed", 1);
        }
        assertThat(listener.count("error")).isZero();
    }

    /** Both messages have to be waited for: what is known of the first must not hide the second. */
    @ParameterizedTest
    @EnumSource(
            value = Engine.class,
            names = {"SELECTING", "BLOCKING"})
    void aLaterMessageThatDripsInIsGivenUp(Engine engine) throws Exception {
        try (var server = new TcpServer(config(engine).build(), () -> new StreamRequestHandler() {
            private boolean isLater;

            @Override
            protected void handle() throws IOException {
                if (isLater) {
                    in().await(100_000);
                    return;
                }
                in().await(1);
                out().write("and?\n", UTF_8);
                out().flush();
                in().await(2);
                in().buffer().skipBytes(2);
                isLater = true;
                keepOpen();
            }
        })) {
            server.start();
            try (TestClient client = TestClient.to(server.address()).send("x")) {
                assertThat(client.readLine()).isEqualTo("and?");
                try (Drip drip = new Drip(client)) {
                    client.awaitEnd();
                }
            }
            listener.await("closed", 1);
        }
        assertThat(listener.failures()).hasExactlyElementsOfTypes(SocketTimeoutException.class);
    }

    @ParameterizedTest
    @EnumSource(
            value = Engine.class,
            names = {"SELECTING", "BLOCKING"})
    void aStreamMayTakeLongerThanAMessageMay(Engine engine) throws Exception {
        try (var server = new TcpServer(config(engine).build(), StreamRequestHandler.of((in, out) -> {
            long begin = System.nanoTime();
            while (in.read() >= 0 && System.nanoTime() - begin < SHORT.toNanos() * 2) {
                in.read(new byte[10]);
            }
            in.transferTo(OutputStream.nullOutputStream(), 40);
            in.limit(40).readAllBytes();
            out.write("enough\n", UTF_8);
        }))) {
            server.start();
            try (TestClient client = TestClient.to(server.address()).send("x");
                    Drip drip = new Drip(client)) {
                assertThat(client.readLine()).isEqualTo("enough");
            }
        }
    }

    static Stream<Arguments> bodies() {
        byte[] some = new byte[10];
        return Stream.of(
                message("a limited stream", "x", in -> in.limit(100_000).readAllBytes()),
                message("a limited stream of which nothing has come", "x", in -> {
                    in.read();
                    in.limit(100_000).readAllBytes();
                }),
                message("single bytes", "x", in -> {
                    InputStream body = in.limit(100_000);
                    while (body.read() >= 0) {}
                }),
                message("pieces", "x", in -> {
                    InputStream body = in.limit(100_000);
                    while (body.read(some) >= 0) {}
                }),
                message("a transfer", "x", in -> in.transferTo(OutputStream.nullOutputStream(), 100_000)),
                message(
                        "a transfer of a limited stream",
                        "x",
                        in -> in.limit(100_000).transferTo(OutputStream.nullOutputStream())),
                message("a line", "x", in -> in.readLine(UTF_8, 100_000)),
                message("a frame", "\0\1\0\0", in -> in.readFrame(4, 1 << 30)),
                message("an array", "x", in -> in.readFully(new byte[100_000])));
    }

    private ServerConfig.Builder slowConfig(Engine engine, int minReadRate) {
        return config(engine).messageTimeout(Duration.ZERO).readTimeout(SHORT).minReadRate(minReadRate);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("bodies")
    void whatHasBegunAndComesTooSlowlyIsGivenUp(String name, String begin, Reader reader) throws Exception {
        assertGivenUp(
                engine -> slowConfig(engine, 1 << 20),
                begin,
                reader,
                "the peer sends less than 1048576 bytes per second");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void whatHasBegunMayTakeLongAtOrAboveTheRate(int minReadRate) throws Exception {
        for (Engine engine : List.of(Engine.SELECTING, Engine.BLOCKING)) {
            ServerConfig.Builder config = slowConfig(engine, minReadRate).readTimeout(NOT_SO_SHORT);
            try (var server = new TcpServer(config.build(), StreamRequestHandler.of((in, out) -> {
                long begin = System.nanoTime();
                InputStream body = in.limit(100_000);
                while (body.read() >= 0 && System.nanoTime() - begin < NOT_SO_SHORT.toNanos() * 3 / 2) {}
                out.write("enough\n", UTF_8);
            }))) {
                try (Drip drip = begun(server, "x");
                        TestClient client = drip.client) {
                    assertThat(client.readLine()).isEqualTo("enough");
                }
            }
        }
    }

    static List<StreamSetting> settings() {
        return StreamSetting.engines();
    }

    /** Answers pairs of bytes, which it waits for and then takes out of the buffer. */
    private static void answerPairs(ByteInput in, OutputStream out, boolean awaitsMessages) throws IOException {
        while (!awaitsMessages || in.awaitMessage()) {
            if (!in.await(2)) {
                return;
            }
            in.buffer().skipBytes(2);
            out.write('.');
            out.flush();
        }
    }

    /** The peer always begins the next message together with the end of the one before, which it completes at once. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void eachMessageThatIsWaitedForHasItsOwnTime(boolean awaitsMessages) throws Exception {
        for (Engine engine : List.of(Engine.SELECTING, Engine.BLOCKING)) {
            var conversation = StreamRequestHandler.of((in, out) -> answerPairs(in, out, awaitsMessages));
            try (var server = new TcpServer(
                    config(engine).messageTimeout(Duration.ofSeconds(2)).build(), conversation)) {
                server.start();
                try (TestClient client = TestClient.to(server.address()).send("x")) {
                    long begin = System.nanoTime();
                    while (System.nanoTime() - begin < TimeUnit.SECONDS.toNanos(3)) {
                        assertThat(client.send("xx").read(1)).isEqualTo(new byte[] {'.'});
                    }
                }
            }
        }
        assertThat(listener.failures()).doesNotHaveAnyElementsOfTypes(SocketTimeoutException.class);
    }

    @ParameterizedTest
    @MethodSource("settings")
    void eachMessageHasItsOwnTime(StreamSetting setting) throws Exception {
        try (var running = setting.start(
                directory,
                config -> config.listener(listener).messageTimeout(Duration.ofSeconds(2)),
                StreamRequestHandler.of((in, out) -> {
                    for (String line = in.readLine(UTF_8, 100); line != null; line = in.readLine(UTF_8, 100)) {
                        out.write(line + "\n", UTF_8);
                        out.flush();
                    }
                }))) {
            long begin = System.nanoTime();
            try (var peer = running.connect()) {
                assertThat(peer.send("first\n").readLine()).isEqualTo("first");
            }
            try (var peer = running.connect()) {
                while (System.nanoTime() - begin < TimeUnit.SECONDS.toNanos(3)) {
                    assertThat(peer.send("li").send("ne\n").readLine()).isEqualTo("line");
                }
            }
        }
        assertThat(listener.failures()).doesNotHaveAnyElementsOfTypes(SocketTimeoutException.class);
    }

    @Test
    void peersThatDripHoldNoWorkerForLongAndOthersAreServed() throws Exception {
        try (var server = new TcpServer(config(Engine.SELECTING).build(), LineEcho::new)) {
            server.start();
            List<TestClient> attackers = new ArrayList<>();
            for (int i = 0; i < 150; i++) { // more than there are workers
                attackers.add(TestClient.to(server.address()).send("x"));
            }
            assertThat(Transport.TCP.ask(server.address(), "good")).isEqualTo("good");
            for (TestClient attacker : attackers) {
                attacker.awaitEnd();
                attacker.close();
            }
        }
    }
}
