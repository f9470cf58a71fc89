package dev.socketserver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.peer.ChoosesEngine;
import dev.socketserver.peer.Loopback;
import dev.socketserver.peer.Peer;
import dev.socketserver.peer.TestClient;
import dev.socketserver.pool.PoolConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A handler is told when its peer has been silent for a while, and again. */
@ChoosesEngine
@Timeout(60)
class IdleEventTest {
    private static final Duration SPAN = Duration.ofMillis(150);

    @TempDir
    Path directory;

    private final BlockingQueue<EndReason> finished = new LinkedBlockingQueue<>();
    private final AtomicInteger idles = new AtomicInteger();
    private final AtomicBoolean asked = new AtomicBoolean(); // a line has come; before, the peer may be late

    static Stream<Arguments> settingsInBothWays() {
        return StreamSetting.sampled().stream()
                .flatMap(setting -> Stream.of(Arguments.of(setting, true), Arguments.of(setting, false)));
    }

    /** Echoes lines, one at a time or in one conversation, and beats while its peer is silent. */
    private class Beating extends StreamRequestHandler {
        private final boolean kept;

        Beating(boolean kept) {
            this.kept = kept;
        }

        @Override
        protected void handle() throws IOException {
            if (kept) {
                String line = in().readLine(UTF_8, 100);
                if (line != null) {
                    answer(line);
                    keepOpen();
                }
                return;
            }
            while (in().awaitMessage()) {
                answer(in().readLine(UTF_8, 100));
            }
        }

        private void answer(@Nullable String line) throws IOException {
            asked.set(true);
            out().write(line + "\n", UTF_8);
        }

        @Override
        protected void idle() throws IOException {
            idles.incrementAndGet();
            out().write("beat\n", UTF_8);
        }

        @Override
        protected void finish() throws Exception {
            finished.add(connection().endedBy().orElseThrow());
            out().write("end", UTF_8);
        }
    }

    /** Sets its idle timeout with a beat, which therefore comes, however late the machine is. */
    private class BeatingFirst extends Beating {
        private final Duration timeout;
        private final AtomicBoolean ends;

        BeatingFirst(boolean kept, Duration timeout, AtomicBoolean ends) {
            super(kept);
            this.timeout = timeout;
            this.ends = ends;
        }

        @Override
        protected void idle() throws IOException {
            super.idle();
            if (ends.get()) {
                connection().idleTimeout(timeout);
            }
        }
    }

    private static void ask(Peer peer) throws IOException {
        peer.send("ask\n");
        for (String line = peer.readLine(); !"ask".equals(line); line = peer.readLine()) {
            assertThat(line).isEqualTo("beat");
        }
    }

    @ParameterizedTest
    @MethodSource("settingsInBothWays")
    void eachSpanOfSilenceIsToldUntilTheIdleTimeoutEndsTheConnection(StreamSetting setting, boolean kept)
            throws Exception {
        try (var server = setting.start(
                        directory,
                        config -> config.idleAfter(SPAN).idleTimeout(Duration.ZERO),
                        () -> new BeatingFirst(kept, SPAN.multipliedBy(4), asked));
                Peer peer = server.connect()) {
            ask(peer);
            String rest = peer.readAll();
            assertThat(rest).matches("(beat\n)+end"); // beats put off nothing; a late machine skips some
            assertThat(rest.length()).isLessThanOrEqualTo("beat\n".length() * 3 + "end".length());
            assertThat(finished.take()).isEqualTo(EndReason.IDLE_TIMEOUT);
        }
    }

    @ParameterizedTest
    @MethodSource("settingsInBothWays")
    void silenceIsToldAgainAfterThePeerHasSpoken(StreamSetting setting, boolean kept) throws Exception {
        try (var server = setting.start(
                        directory,
                        config -> config.idleAfter(SPAN).idleTimeout(Duration.ZERO),
                        () -> new Beating(kept));
                Peer peer = server.connect()) {
            for (int i = 0; i < 2; i++) {
                ask(peer);
                assertThat(peer.readLine()).isEqualTo("beat");
                assertThat(peer.readLine()).isEqualTo("beat");
            }
            peer.end().readAll();
            assertThat(finished.take()).isEqualTo(EndReason.PEER);
        }
    }

    @ParameterizedTest
    @MethodSource("settingsInBothWays")
    void idleMayCloseTheConnection(StreamSetting setting, boolean kept) throws Exception {
        try (var server = setting.start(directory, config -> config.idleAfter(SPAN), () -> new Beating(kept) {
                    @Override
                    protected void idle() {
                        if (asked.get()) {
                            connection().close();
                        }
                    }
                });
                Peer peer = server.connect()) {
            ask(peer);
            peer.readAll();
            assertThat(finished.take()).isEqualTo(EndReason.HANDLER);
        }
    }

    @ParameterizedTest
    @MethodSource("settingsInBothWays")
    void aFailureOfIdleIsTheHandlers(StreamSetting setting, boolean kept) throws Exception {
        try (var server = setting.start(directory, config -> config.idleAfter(SPAN), () -> new Beating(kept) {
                    @Override
                    protected void idle() {
                        if (asked.get()) {
                            throw new IllegalStateException("on purpose");
                        }
                    }
                });
                Peer peer = server.connect()) {
            ask(peer);
            peer.readAll();
            assertThat(finished.take()).isEqualTo(EndReason.ERROR);
        }
    }

    @ParameterizedTest
    @MethodSource("settingsInBothWays")
    void tasksAndMessagesAreNoSignOfThePeer(StreamSetting setting, boolean kept) throws Exception {
        var connections = new LinkedBlockingQueue<StreamConnection>();
        var sent = new AtomicBoolean();
        try (var server = setting.start(
                        directory,
                        config -> config.idleAfter(SPAN).idleTimeout(Duration.ZERO),
                        () -> new BeatingFirst(kept, SPAN.multipliedBy(3), sent) {
                            @Override
                            protected void setup() {
                                connections.add(connection());
                                again(connection());
                            }
                        });
                Peer peer = server.connect()) {
            ask(peer);
            connections.take().send("message\n", UTF_8);
            sent.set(true);
            assertThat(peer.readAll()).contains("message\n").contains("beat\n").endsWith("end");
            assertThat(finished.take()).isEqualTo(EndReason.IDLE_TIMEOUT);
        }
    }

    private static void again(StreamConnection connection) {
        connection.schedule(SPAN.dividedBy(3), () -> again(connection));
    }

    @Test
    void aPeerThatHasSentNothingHasNoHandlerToTell() throws Exception {
        var config = Loopback.config()
                .engine(Engine.SELECTING)
                .awaitFirstByte(true)
                .idleAfter(SPAN)
                .idleTimeout(SPAN.multipliedBy(3));
        try (var server = new TcpServer(config.build(), () -> new Beating(true))) {
            server.start();
            try (TestClient peer = TestClient.to(server.address())) {
                assertThat(peer.readAll()).isEmpty();
            }
        }
        assertThat(idles).hasValue(0);
    }

    @Test
    void aHandlerThatHasGreetedIsTold() throws Exception {
        var greeted = new CountDownLatch(2);
        var config = Loopback.config().engine(Engine.SELECTING).idleAfter(SPAN);
        try (var server = new TcpServer(config.build(), () -> new Beating(true) {
            @Override
            protected void setup() throws IOException {
                out().write("hello\n", UTF_8);
                greeted.countDown();
            }
        })) {
            server.start();
            try (TestClient first = TestClient.to(server.address())) {
                assertThat(first.readLine()).isEqualTo("hello"); // the server learns by it that setup() greets
                ask(first);
                try (TestClient second = TestClient.to(server.address())) {
                    assertThat(second.readLine()).isEqualTo("hello");
                    greeted.await();
                    assertThat(second.readLine()).isEqualTo("beat");
                    assertThat(second.readLine()).isEqualTo("beat");
                }
            }
        }
    }

    @Test
    void silentPeersHoldNoWorker() throws Exception {
        var config = Loopback.config()
                .engine(Engine.SELECTING)
                .pool(PoolConfig.builder().minWorkers(1).maxWorkers(2).build())
                .idleAfter(SPAN);
        try (var server = new TcpServer(config.build(), () -> new Beating(true))) {
            server.start();
            List<TestClient> peers = new ArrayList<>();
            try {
                for (int i = 0; i < 50; i++) {
                    TestClient peer = TestClient.to(server.address());
                    peers.add(peer);
                    ask(peer);
                }
                for (TestClient peer : peers) {
                    assertThat(peer.readLine()).isEqualTo("beat");
                    assertThat(peer.readLine()).isEqualTo("beat");
                }
            } finally {
                for (TestClient peer : peers) {
                    peer.close();
                }
            }
        }
    }
}
