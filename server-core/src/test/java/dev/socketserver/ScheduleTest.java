package dev.socketserver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.socketserver.peer.LineEcho;
import dev.socketserver.peer.Loopback;
import dev.socketserver.peer.OpenedConnections;
import dev.socketserver.peer.Peer;
import dev.socketserver.peer.Polling;
import dev.socketserver.peer.TestClient;
import dev.socketserver.pool.PoolConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What is scheduled happens in the connection's turn, once its time has come. */
@Timeout(60)
class ScheduleTest {
    private static final Duration SOON = Duration.ofMillis(60);
    private static final Duration NEVER = Duration.ofDays(100_000);

    private final OpenedConnections opened = new OpenedConnections();

    @TempDir
    Path directory;

    /** Holds one conversation in one call of {@code handle()}. */
    private static final class Conversation extends StreamRequestHandler {
        @Override
        protected void handle() throws IOException {
            while (in().awaitMessage()) {
                out().write(in().readLine(UTF_8, 100) + "\n", UTF_8);
            }
        }
    }

    static List<StreamSetting> settings() {
        return StreamSetting.sampled();
    }

    static Stream<Arguments> settingsInBothWays() {
        return StreamSetting.sampled().stream()
                .flatMap(setting -> Stream.of(
                        Arguments.of(setting, "kept", (Supplier<StreamRequestHandler>) LineEcho::new),
                        Arguments.of(setting, "conversation", (Supplier<StreamRequestHandler>) Conversation::new)));
    }

    private StreamSetting.Running start(StreamSetting setting, Supplier<StreamRequestHandler> handlers)
            throws IOException {
        return setting.start(directory, config -> config.listener(opened), handlers);
    }

    private static void say(StreamConnection connection, String line) {
        try {
            connection.out().write(line + "\n", UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void ask(Peer peer) throws IOException {
        peer.send("ask\n");
        assertThat(peer.readLine()).isEqualTo("ask");
    }

    @ParameterizedTest
    @MethodSource("settingsInBothWays")
    void aTaskRunsBeforeTheFirstByteAndBetweenMessages(
            StreamSetting setting, String way, Supplier<StreamRequestHandler> handlers) throws Exception {
        try (var server = start(setting, handlers);
                Peer peer = server.connect()) {
            StreamConnection connection = opened.take();
            connection.schedule(SOON, () -> say(connection, "first"));
            assertThat(peer.readLine()).isEqualTo("first");
            ask(peer);
            long begin = System.nanoTime();
            connection.schedule(SOON.multipliedBy(5), () -> say(connection, "later"));
            connection.schedule(SOON, () -> say(connection, "soon"));
            connection.schedule(Duration.ZERO, () -> say(connection, "now"));
            boolean isLate = System.nanoTime() - begin > SOON.toNanos() / 2; // so one before may have been due first
            List<String> said = List.of(peer.readLine(), peer.readLine(), peer.readLine());
            assertThat(said).containsExactlyInAnyOrder("now", "soon", "later");
            assertThat(isLate || said.equals(List.of("now", "soon", "later")))
                    .as("the order of %s", said)
                    .isTrue();
            ask(peer);
        }
    }

    @ParameterizedTest
    @MethodSource("settings")
    void aTaskMayScheduleItselfAgain(StreamSetting setting) throws Exception {
        try (var server = start(setting, LineEcho::new);
                Peer peer = server.connect()) {
            ask(peer);
            beat(opened.take());
            for (int i = 0; i < 3; i++) {
                assertThat(peer.readLine()).isEqualTo("beat");
            }
        }
    }

    private static void beat(StreamConnection connection) {
        connection.schedule(SOON, () -> {
            say(connection, "beat");
            beat(connection);
        });
    }

    @ParameterizedTest
    @MethodSource("settings")
    void aCancelledTaskNeverRuns(StreamSetting setting) throws Exception {
        var ran = new AtomicBoolean();
        try (var server = start(setting, LineEcho::new);
                Peer peer = server.connect()) {
            ask(peer);
            StreamConnection connection = opened.take();
            var held = new CountDownLatch(1);
            var cancelled = new CountDownLatch(1);
            connection.execute(new FutureTask<>(
                    () -> { // and nothing else meanwhile, however late this thread is
                        held.countDown();
                        return cancelled.await(50, TimeUnit.SECONDS);
                    }));
            held.await();
            StreamConnection.Timer timer = connection.schedule(SOON, () -> ran.set(true));
            assertThat(timer.cancel()).isTrue();
            assertThat(timer.cancel()).isFalse();
            cancelled.countDown();
            var later = new CountDownLatch(1);
            StreamConnection.Timer last = connection.schedule(SOON.multipliedBy(3), later::countDown);
            later.await();
            assertThat(last.cancel()).isFalse();
            assertThat(ran).isFalse();
        }
    }

    @ParameterizedTest
    @MethodSource("settings")
    void aTaskThatIsDueWaitsForTheHandlerAndCanStillBeCancelled(StreamSetting setting) throws Exception {
        var handling = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        try (var server = start(setting, () -> new StreamRequestHandler() {
                    @Override
                    protected void handle() throws Exception {
                        in().readLine(UTF_8, 100);
                        StreamConnection.Timer timer = connection().schedule(SOON, () -> say(connection(), "wrong"));
                        connection().schedule(SOON, () -> say(connection(), "task"));
                        handling.countDown();
                        goOn.await();
                        assertThat(timer.cancel()).isTrue();
                        out().write("handled\n", UTF_8);
                        keepOpen();
                    }
                });
                Peer peer = server.connect().send("ask\n")) {
            handling.await();
            try (var clock = Clock.start()) {
                clock.await(SOON.multipliedBy(5)); // on a wheel of its own, by when both are due
            }
            goOn.countDown();
            assertThat(peer.readLine()).isEqualTo("handled");
            assertThat(peer.readLine()).isEqualTo("task");
        }
    }

    /** Tells when some time has passed, by another server's connection. */
    private record Clock(TcpServer server, TestClient peer, StreamConnection connection) implements AutoCloseable {
        static Clock start() throws Exception {
            BlockingQueue<StreamConnection> connections = new LinkedBlockingQueue<>();
            var server = new TcpServer(Loopback.config().build(), () -> new LineEcho() {
                @Override
                protected void setup() {
                    connections.add(connection());
                }
            });
            server.start();
            TestClient peer = TestClient.to(server.address()).send("ask\n");
            return new Clock(server, peer, connections.take());
        }

        void await(Duration time) throws InterruptedException {
            var passed = new CountDownLatch(1);
            connection.schedule(time, passed::countDown);
            passed.await();
        }

        @Override
        public void close() throws IOException {
            peer.close();
            server.close();
        }
    }

    @ParameterizedTest
    @MethodSource("settings")
    void theEndOfTheConnectionCancels(StreamSetting setting) throws Exception {
        var ran = new AtomicBoolean();
        var refused = new CountDownLatch(1);
        try (var server = start(setting, () -> new LineEcho() {
                    @Override
                    protected void finish() {
                        assertThatExceptionOfType(RejectedExecutionException.class)
                                .isThrownBy(() -> connection().schedule(SOON, () -> {}));
                        refused.countDown();
                    }
                });
                Peer peer = server.connect()) {
            ask(peer);
            StreamConnection connection = opened.take();
            StreamConnection.Timer timer = connection.schedule(NEVER, () -> ran.set(true));
            StreamConnection.Timer soon = connection.schedule(Duration.ofSeconds(50), () -> ran.set(true));
            peer.end().readAll();
            refused.await();
            assertThat(Polling.await(() -> !connection.isOpen())).isTrue();
            assertThat(timer.cancel()).isFalse();
            assertThat(soon.cancel()).isFalse();
            assertThatExceptionOfType(RejectedExecutionException.class)
                    .isThrownBy(() -> connection.schedule(SOON, () -> ran.set(true)))
                    .withMessageContaining("closed");
            assertThat(ran).isFalse();
        }
    }

    @ParameterizedTest
    @MethodSource("settings")
    void soManyMayBeScheduledAndNoMore(StreamSetting setting) throws Exception {
        try (var server = start(setting, LineEcho::new);
                Peer peer = server.connect()) {
            ask(peer);
            StreamConnection connection = opened.take();
            List<StreamConnection.Timer> timers = new ArrayList<>();
            for (int i = 0; i < StreamConnection.MOST_TASKS; i++) {
                timers.add(connection.schedule(NEVER, () -> {}));
            }
            assertThatExceptionOfType(RejectedExecutionException.class)
                    .isThrownBy(() -> connection.schedule(SOON, () -> {}))
                    .withMessage("1024 tasks of the connection are scheduled already");
            assertThat(timers.get(7).cancel()).isTrue();
            connection.schedule(SOON, () -> say(connection, "there was room"));
            assertThat(peer.readLine()).isEqualTo("there was room");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> connection.schedule(Duration.ofNanos(-1), () -> {}))
                    .withMessage("delay must not be negative: PT-0.000000001S");
        }
    }

    @Test
    void whatWaitsHoldsNoWorker() throws Exception {
        var config = Loopback.config()
                .engine(Engine.SELECTING)
                .pool(PoolConfig.builder().minWorkers(1).maxWorkers(2).build())
                .listener(opened)
                .build();
        try (var server = new TcpServer(config, LineEcho::new)) {
            server.start();
            List<TestClient> peers = new ArrayList<>();
            try {
                for (int i = 0; i < 50; i++) {
                    TestClient peer = TestClient.to(server.address());
                    peers.add(peer);
                    ask(peer);
                    StreamConnection connection = opened.take();
                    for (int j = 0; j < 20; j++) {
                        connection.schedule(SOON.multipliedBy(j), () -> say(connection, "tick"));
                    }
                }
                for (TestClient peer : peers) {
                    for (int j = 0; j < 20; j++) {
                        assertThat(peer.readLine()).isEqualTo("tick");
                    }
                }
            } finally {
                for (TestClient peer : peers) {
                    peer.close();
                }
            }
        }
    }
}
