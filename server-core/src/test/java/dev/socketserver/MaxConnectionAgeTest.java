package dev.socketserver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.peer.Peer;
import dev.socketserver.peer.TestClient;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A connection that is as old as it may be ends when it is idle next, and never inside of a message. */
@Timeout(60)
class MaxConnectionAgeTest {
    private static final Duration AGE = Duration.ofMillis(100);
    private static final String HOLD = "hold";
    private static final String END = "bye\n" + EndReason.MAX_CONNECTION_AGE;

    @TempDir
    Path directory;

    private final CountDownLatch goOn = new CountDownLatch(1);

    /** Echoes lines, one at a time or in one conversation; says when the connection is ended, and why. */
    private class Polite extends StreamRequestHandler {
        private final boolean kept;

        Polite(boolean kept) {
            this.kept = kept;
        }

        @Override
        protected void handle() throws Exception {
            if (kept) {
                if (isAnswered()) {
                    keepOpen();
                }
                return;
            }
            boolean goesOn = true;
            while (goesOn && in().awaitMessage()) {
                goesOn = isAnswered();
            }
            if (goesOn) {
                goodbye();
            }
        }

        private boolean isAnswered() throws Exception {
            String line = in().readLine(UTF_8, 100);
            if (HOLD.equals(line)) {
                out().flush();
                goOn.await();
            }
            if (line != null) {
                out().write(line + "\n", UTF_8);
            }
            return line != null;
        }

        @Override
        protected void goodbye() throws IOException {
            out().write("bye\n", UTF_8);
        }

        @Override
        protected void finish() throws IOException {
            out().write(connection().endedBy().orElseThrow().name(), UTF_8);
        }
    }

    private StreamSetting.Running start(StreamSetting setting, boolean kept, @Nullable Framing framing)
            throws IOException {
        return setting.start(
                directory,
                config -> framed(config.maxConnectionAge(AGE).idleTimeout(Duration.ZERO), framing),
                () -> new Polite(kept));
    }

    private static ServerConfig.Builder framed(ServerConfig.Builder config, @Nullable Framing framing) {
        return framing == null ? config : config.framing(framing);
    }

    /** Returns a peer that has sent a line, and what is to follow, and was answered before it was too old. */
    private static Peer connect(StreamSetting.Running server, String following) throws IOException {
        while (true) {
            Peer peer = null;
            try {
                peer = server.connect();
                if (peer.send("first\n" + following).readLine().equals("first")) {
                    return peer;
                }
            } catch (ClosedByInterruptException stopped) {
                throw stopped;
            } catch (IOException tooOld) {
                // The machine was slow, and the connection has ended meanwhile.
            }
            if (peer != null) {
                peer.close();
            }
        }
    }

    /** Returns when each connection that is open now has reached its age. */
    private static void awaitAge(StreamSetting.Running server) throws IOException {
        for (int i = 0; i < 2; i++) { // one after another live for longer than the oldest
            try (Peer later = connect(server, "")) {
                assertThat(later.readAll()).isEqualTo(END);
            }
        }
    }

    static List<StreamSetting> everywhere() {
        return StreamSetting.sampled();
    }

    static List<StreamSetting> engines() {
        return StreamSetting.engines().stream()
                .filter(setting -> setting.transport() != Transport.UNIX)
                .toList();
    }

    @ParameterizedTest
    @MethodSource("everywhere")
    void anIdleConnectionHearsTheGoodbye(StreamSetting setting) throws Exception {
        for (boolean kept : new boolean[] {true, false}) {
            try (var server = start(setting, kept, null);
                    Peer peer = connect(server, "")) {
                assertThat(peer.readAll()).isEqualTo(END);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void aPeerThatAsksAgainAndAgainIsAnsweredOrHearsTheGoodbye(StreamSetting setting) throws Exception {
        for (boolean kept : new boolean[] {true, false}) {
            try (var server = start(setting, kept, null);
                    Peer peer = connect(server, "")) {
                String answer;
                do {
                    peer.send("again\n");
                    answer = peer.readLine();
                } while (answer.equals("again"));
                assertThat(answer).isEqualTo("bye");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void whatHasComeWhileItsHandlerWasBusyIsAnswered(StreamSetting setting) throws Exception {
        for (boolean kept : new boolean[] {true, false}) {
            try (var server = start(setting, kept, null);
                    Peer peer = connect(server, HOLD + "\nbehind\n")) {
                awaitAge(server);
                goOn.countDown();
                assertThat(peer.readAll()).isEqualTo(HOLD + "\nbehind\n" + END);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void aMessageThatHasPartlyComeIsAnswered(StreamSetting setting) throws Exception {
        isAnsweredThatHasPartlyCome(setting, true, Framing.lines(100));
        isAnsweredThatHasPartlyCome(setting, true, null);
        isAnsweredThatHasPartlyCome(setting, false, null);
    }

    private void isAnsweredThatHasPartlyCome(StreamSetting setting, boolean kept, @Nullable Framing framing)
            throws Exception {
        try (var server = start(setting, kept, framing);
                Peer peer = connect(server, "ha")) {
            awaitAge(server);
            assertThat(peer.send("lf\n").readAll()).isEqualTo("half\n" + END);
        }
    }

    /** One that is in a handshake that blocks has its time limit. */
    static List<StreamSetting> waiting() {
        return StreamSetting.engines().stream()
                .filter(setting -> setting.transport() != Transport.TLS
                        || setting.execution() == StreamSetting.Execution.SELECTING)
                .toList();
    }

    @ParameterizedTest
    @MethodSource("waiting")
    void aPeerThatHasSaidNothingIsNotWaitedFor(StreamSetting setting) throws Exception {
        try (var server = start(setting, false, null);
                TestClient silent = TestClient.to(server.server().address())) {
            assertThat(silent.readAll()).isIn("", END); // if its handler was called, as may be
        }
    }
}
