package dev.socketserver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.peer.ChoosesEngine;
import dev.socketserver.peer.Peer;
import dev.socketserver.peer.RecordingListener;
import dev.socketserver.pool.PoolConfig;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Peers that do not read, or stop inside a message, give way when others need the workers that wait for them. */
@ChoosesEngine
@Timeout(60)
class CrowdedServerTest {
    private static final int WORKERS = 4;
    private static final int HALF_OF_THE_WORKERS = 2;
    private static final int SLOW = 7;

    private static final Duration LONGER_THAN_THE_PATIENCE = Duration.ofMillis(1_300);

    /** Not so small that the system delivers what is left at a crawl. */
    private static final int WINDOW = 64 << 10;

    /** More than sockets hold. */
    private static final byte[] ANSWER = new byte[8 << 20];

    private static final Duration PAUSE = Duration.ofMillis(50);

    private final List<Peer> slow = new ArrayList<>();
    private final CountDownLatch handlersAreCalled = new CountDownLatch(1 + HALF_OF_THE_WORKERS);
    private final CountDownLatch everyWorkerIsBusy = new CountDownLatch(WORKERS);
    private final RecordingListener listener = new RecordingListener();

    @TempDir
    Path directory;

    static Stream<StreamSetting> settings() {
        return StreamSetting.engines().stream()
                .filter(setting -> setting.transport() == Transport.TCP
                        || setting.execution() == StreamSetting.Execution.SELECTING);
    }

    private StreamSetting.Running start(StreamSetting setting, UnaryOperator<ServerConfig.Builder> options)
            throws IOException {
        return setting.start(
                directory,
                config -> options.apply(config.listener(listener)
                        .readTimeout(Duration.ZERO)
                        .messageTimeout(Duration.ofMinutes(10))
                        .writeTimeout(Duration.ofMinutes(10))
                        .shutdownGrace(Duration.ZERO)
                        .pool(PoolConfig.builder()
                                .minWorkers(1)
                                .maxWorkers(WORKERS)
                                .build())),
                StreamRequestHandler.of((in, out) -> {
                    handlersAreCalled.countDown();
                    String line = in.readLine(UTF_8, 10);
                    if (List.of("all", "rest", "body").contains(String.valueOf(line))) {
                        everyWorkerIsBusy.countDown();
                    }
                    switch (String.valueOf(line)) {
                        case "all" -> out.write(ANSWER);
                        case "body" -> in.transferTo(out, 5);
                        case "rest" -> out.write(in.readLine(UTF_8, 10) + "\n", UTF_8);
                        default -> out.write(line + "\n", UTF_8);
                    }
                }));
    }

    private void begin(StreamSetting setting, StreamSetting.Running running, int count, String message)
            throws IOException {
        for (int i = 0; i < count; i++) {
            slow.add(setting.connectWithWindow(running.server().address(), WINDOW)
                    .send(message));
        }
    }

    @AfterEach
    void close() throws IOException {
        for (Peer peer : slow) {
            peer.close();
        }
    }

    @ParameterizedTest
    @MethodSource("settings")
    void oneMoreIsServedThoughMorePeersThanWorkersDoNotReadTheirAnswers(StreamSetting setting) throws Exception {
        checkOneMoreIsServed(setting, "all\n", "the peer is slow to accept an answer, and every worker is busy");
    }

    @ParameterizedTest
    @MethodSource("settings")
    void oneMoreIsServedThoughMorePeersThanWorkersStopInTheMiddle(StreamSetting setting) throws Exception {
        checkOneMoreIsServed(
                setting, "rest\nha", "the peer is slow to send the rest of a message, and every worker is busy");
    }

    @ParameterizedTest
    @MethodSource("settings")
    void oneMoreIsServedThoughMorePeersThanWorkersStopInABody(StreamSetting setting) throws Exception {
        checkOneMoreIsServed(
                setting, "body\nha", "the peer is slow to send the rest of a message, and every worker is busy");
    }

    private void checkOneMoreIsServed(StreamSetting setting, String message, String reason) throws Exception {
        try (var running = start(setting, config -> config)) {
            begin(setting, running, SLOW, message);
            everyWorkerIsBusy.await();
            try (var next = running.connect()) {
                assertThat(next.send("me\n").readLine()).isEqualTo("me");
            }
            assertThat(listener.failures())
                    .hasSizeLessThanOrEqualTo(SLOW - HALF_OF_THE_WORKERS)
                    .isNotEmpty()
                    .allSatisfy(failure -> assertThat(failure)
                            .isInstanceOf(SocketTimeoutException.class)
                            .hasMessage(reason));
        }
    }

    @ParameterizedTest
    @MethodSource("settings")
    void oneMoreIsServedThoughMorePeersThanWorkersDrip(StreamSetting setting) throws Exception {
        var served = new AtomicBoolean();
        try (var running = start(setting, config -> config)) {
            begin(setting, running, SLOW, "rest\nha");
            var drips = new Thread(() -> {
                while (!served.get()) {
                    slow.forEach(CrowdedServerTest::drip);
                    LockSupport.parkNanos(PAUSE.toNanos());
                }
            });
            drips.start();
            everyWorkerIsBusy.await();
            try (var next = running.connect()) {
                assertThat(next.send("me\n").readLine()).isEqualTo("me");
            } finally {
                served.set(true);
                drips.join();
            }
            assertThat(listener.failures()).isNotEmpty();
        }
    }

    private static void drip(Peer peer) {
        try {
            peer.send("l");
        } catch (IOException e) {
            // It has given way.
        }
    }

    static Stream<StreamSetting> selecting() {
        return settings().filter(setting -> setting.execution() == StreamSetting.Execution.SELECTING);
    }

    /** The handler was called before its line was there, and counts as one of those that wait from then on. */
    @ParameterizedTest
    @MethodSource("selecting")
    void aPeerDoesNotTakeTwoOfThePlaces(StreamSetting setting) throws Exception {
        try (var running = start(setting, config -> config)) {
            try (var first = running.connect()) { // from whom the server learns what a handler reads first
                assertThat(first.send("me\n").readLine()).isEqualTo("me");
            }
            begin(setting, running, HALF_OF_THE_WORKERS, "al");
            handlersAreCalled.await();
            for (Peer reader : slow) {
                reader.send("l\n");
            }
            for (Peer reader : slow) {
                reader.read(1);
            }
            for (int i = 0; i < SLOW; i++) {
                slow.add(setting.connectWithWindow(running.server().address(), WINDOW)
                        .send("all\n"));
            }
            try (var next = running.connect()) {
                assertThat(next.send("me\n").readLine()).isEqualTo("me");
            }
            for (Peer reader : slow.subList(0, HALF_OF_THE_WORKERS)) {
                assertThat(reader.readAll()).hasSize(ANSWER.length - 1);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("settings")
    void nobodyGivesWayWhileAWorkerIsFree(StreamSetting setting) throws Exception {
        try (var running = start(setting, config -> config)) {
            begin(setting, running, WORKERS - 1, "all\n");
            for (Peer reader : slow) {
                reader.read(1); // a worker writes
            }
            LockSupport.parkNanos(LONGER_THAN_THE_PATIENCE.toNanos());
            try (var next = running.connect()) {
                assertThat(next.send("me\n").readLine()).isEqualTo("me");
            }
            for (Peer reader : slow) {
                assertThat(reader.readAll()).hasSize(ANSWER.length - 1);
            }
            listener.await("closed", WORKERS);
            assertThat(listener.failures()).isEmpty();
        }
    }

    /** A TLS handshake would have to wait for a worker. */
    static Stream<StreamSetting> clearText() {
        return settings().filter(setting -> setting.transport() != Transport.TLS);
    }

    @ParameterizedTest
    @MethodSource("clearText")
    void nobodyGivesWayWithoutALimitForSlowPeers(StreamSetting setting) throws Exception {
        try (var running =
                start(setting, config -> config.minWriteRate(0).minReadRate(0).messageTimeout(Duration.ZERO))) {
            begin(setting, running, SLOW - HALF_OF_THE_WORKERS, "rest\nha");
            begin(setting, running, HALF_OF_THE_WORKERS, "body\nha");
            begin(setting, running, WORKERS, "all\n");
            LockSupport.parkNanos(LONGER_THAN_THE_PATIENCE.toNanos());
            for (Peer peer : slow.subList(0, SLOW)) {
                peer.send("lf\n");
            }
            for (Peer peer : slow.subList(0, SLOW)) {
                assertThat(peer.readLine()).isEqualTo("half");
            }
            for (Peer peer : slow.subList(SLOW, SLOW + WORKERS)) {
                assertThat(peer.readAll()).hasSize(ANSWER.length);
            }
            listener.await("closed", SLOW + WORKERS);
            assertThat(listener.failures()).isEmpty();
        }
    }
}
