package dev.socketserver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.peer.ChoosesEngine;
import dev.socketserver.peer.RecordingListener;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A peer that reads slowly, but steadily, is not cut off, however long a write to it takes. */
@ChoosesEngine
@Timeout(60)
class SlowReaderTest {
    /** How long a peer may take no byte; the slow one needs several times as long for what the sockets hold. */
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private static final int LINE = 64 * 1024;
    private static final int PIECE = 24 * 1024;
    private static final Duration PAUSE = Duration.ofMillis(20);
    private static final int STEADY_READS = 75;

    /** Fills at once, yet not so small that the system delivers what is left at a crawl. */
    private static final int WINDOW = 64 * 1024;

    private final RecordingListener listener = new RecordingListener();

    static List<StreamSetting> settings() {
        return StreamSetting.engines();
    }

    @ParameterizedTest
    @MethodSource("settings")
    void aSteadySlowReaderGetsEverything(StreamSetting setting, @TempDir Path directory) throws Exception {
        byte[] reply = new byte[4 << 20];
        try (var running = setting.start(
                directory,
                config -> config.writeTimeout(PATIENCE).listener(listener),
                StreamRequestHandler.of((in, out) -> {
                    in.readLine(UTF_8, 10);
                    out.write(reply);
                }))) {
            try (var peer = setting.connectWithWindow(running.server().address(), WINDOW)) {
                peer.send("go\n");
                int got = 0;
                for (int i = 0; i < STEADY_READS; i++) { // longer than the patience, in all
                    got += peer.read(PIECE).length;
                    LockSupport.parkNanos(PAUSE.toNanos());
                }
                assertThat(got + peer.readAll().length()).isEqualTo(reply.length);
            }
        }
        assertThat(listener.failures()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("settings")
    void aPeerThatReadsLessThanTheRateIsCutOffThoughItNeverStops(StreamSetting setting, @TempDir Path directory)
            throws Exception {
        try (var running = setting.start(
                directory,
                config -> config.writeTimeout(PATIENCE).minWriteRate(1 << 30).listener(listener),
                StreamRequestHandler.of((in, out) -> {
                    byte[] line = new byte[LINE];
                    while (true) {
                        out.write(line);
                    }
                }))) {
            readSlowlyUntilCutOff(setting, running);
        }
    }

    static List<StreamSetting> blocking() {
        return settings().stream()
                .filter(setting -> setting.execution() == StreamSetting.Execution.BLOCKING)
                .toList();
    }

    @ParameterizedTest
    @MethodSource("blocking")
    void aPeerThatTakesQueuedMessagesBelowTheRateIsCutOffWhenAThreadWaitsForIt(
            StreamSetting setting, @TempDir Path directory) throws Exception {
        try (var running = setting.start(
                directory,
                config -> config.writeTimeout(PATIENCE)
                        .minWriteRate(1 << 30)
                        .outboundLimit(64 << 20)
                        .listener(listener),
                () -> new StreamRequestHandler() {
                    @Override
                    protected void handle() {
                        for (int i = 0; i < 256; i++) {
                            connection().send(new byte[LINE]);
                        }
                    }
                })) {
            readSlowlyUntilCutOff(setting, running);
        }
    }

    private void readSlowlyUntilCutOff(StreamSetting setting, StreamSetting.Running running) throws Exception {
        try (var peer = setting.connectWithWindow(running.server().address(), WINDOW)) {
            peer.send("go\n");
            while (listener.count("closed") == 0) {
                peer.read(PIECE);
                LockSupport.parkNanos(PAUSE.toNanos());
            }
        } catch (IOException e) {
            listener.await("closed", 1); // while the peer was reading
        }
        assertThat(listener.failures())
                .singleElement()
                .satisfies(failure -> assertThat(failure)
                        .isInstanceOf(SocketTimeoutException.class)
                        .hasMessage("the peer accepts less than 1073741824 bytes per second"));
    }

    @ParameterizedTest
    @MethodSource("settings")
    void aPeerThatStopsReadingIsCutOffAndToldTrulySo(StreamSetting setting, @TempDir Path directory) throws Exception {
        try (var running = setting.start(
                directory,
                config -> config.writeTimeout(PATIENCE).listener(listener),
                StreamRequestHandler.of((in, out) -> {
                    byte[] line = new byte[LINE];
                    while (true) {
                        out.write(line);
                    }
                }))) {
            try (var peer = setting.connectWithWindow(running.server().address(), WINDOW)) {
                peer.read(PIECE);
                listener.await("closed", 1);
            }
        }
        assertThat(listener.failures())
                .singleElement()
                .satisfies(failure -> assertThat(failure)
                        .isInstanceOf(SocketTimeoutException.class)
                        .hasMessage("the peer accepted no data for PT1S"));
    }
}
