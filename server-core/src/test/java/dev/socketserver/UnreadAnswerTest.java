package dev.socketserver;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.peer.ChoosesEngine;
import dev.socketserver.peer.Peer;
import dev.socketserver.peer.RecordingListener;
import dev.socketserver.pool.PoolConfig;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A peer that asks on and does not read its answers, each of which fits into the output, holds no worker. */
@ChoosesEngine
@Timeout(60)
class UnreadAnswerTest {
    private static final int DEAF = 3;
    private static final int LENGTH = 1000;

    /** More than the sockets hold together. */
    private static final int QUESTIONS = 2000;

    /** Fills at once, yet not so small that the system delivers what is left at a crawl. */
    private static final int WINDOW = 64 * 1024;

    private static final Duration SHORT = Duration.ofMillis(300);
    private static final PoolConfig TWO_WORKERS =
            PoolConfig.builder().minWorkers(1).maxWorkers(2).build();

    private final RecordingListener listener = new RecordingListener();
    private final List<Peer> deaf = new ArrayList<>();

    @TempDir
    Path directory;

    static List<StreamSetting> settings() {
        return StreamSetting.oneSelector();
    }

    /** Numbers its answers, all of the same length. */
    private static final class Counting extends StreamRequestHandler {
        private int count;

        @Override
        protected void setup() throws IOException {
            connection().option(StandardSocketOptions.SO_SNDBUF, WINDOW);
            connection().idleTimeout(SHORT); // of one whose peer has asked, which may take longer
        }

        @Override
        protected void handle() throws IOException {
            if (in().readLine(UTF_8, 10) != null) {
                out().write(answer(count), US_ASCII);
                count++;
                keepOpen();
            }
        }

        @Override
        protected void goodbye() throws IOException {
            out().write("bye", US_ASCII);
        }
    }

    private static String answer(int number) {
        String digits = Integer.toString(number);
        return digits + ".".repeat(LENGTH - digits.length());
    }

    private StreamSetting.Running start(StreamSetting setting, UnaryOperator<ServerConfig.Builder> options)
            throws IOException {
        return setting.start(
                directory,
                config -> options.apply(config.pool(TWO_WORKERS)
                        .writeTimeout(Duration.ZERO)
                        .idleTimeout(Duration.ZERO)
                        .listener(listener)),
                Counting::new);
    }

    /** Connects peers that ask and do not read, and waits until the server has answered what it can. */
    private void ask(StreamSetting setting, StreamSetting.Running running) throws IOException {
        for (int i = 0; i < DEAF; i++) {
            deaf.add(setting.connectWithWindow(running.server().address(), WINDOW)
                    .send("\n".repeat(QUESTIONS)));
        }
        try (var next = running.connect()) {
            assertThat(next.send("\n").read(LENGTH)).asString(US_ASCII).isEqualTo(answer(0));
        }
    }

    private static void readAnswers(Peer peer) throws IOException {
        for (int i = 0; i < QUESTIONS; i++) {
            assertThat(peer.read(LENGTH)).asString(US_ASCII).isEqualTo(answer(i));
        }
    }

    @AfterEach
    void close() throws IOException {
        for (Peer peer : deaf) {
            peer.close();
        }
    }

    @ParameterizedTest
    @MethodSource("settings")
    void oneMoreIsServedAndThenTheOthersReadAll(StreamSetting setting) throws Exception {
        try (var running = start(setting, config -> config)) {
            ask(setting, running);
            for (Peer peer : deaf) {
                readAnswers(peer);
            }
        }
        assertThat(listener.failures()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("settings")
    void aPeerThatHasEndedItsQuestionsReadsAll(StreamSetting setting) throws Exception {
        try (var running = start(setting, config -> config)) {
            ask(setting, running);
            for (Peer peer : deaf) {
                peer.end();
                readAnswers(peer);
                assertThat(peer.readAll()).isEmpty();
            }
        }
        assertThat(listener.failures()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("settings")
    void onesThatReadNothingAreClosedWhenTheTimeIsUp(StreamSetting setting) throws Exception {
        try (var running = start(setting, config -> config.writeTimeout(SHORT))) {
            ask(setting, running);
            listener.await("closed", DEAF + 1);
        }
        assertThat(listener.failures())
                .hasSize(DEAF)
                .allSatisfy(failure -> assertThat(failure)
                        .isInstanceOf(SocketTimeoutException.class)
                        .hasMessage("the peer accepted no data for PT0.3S"));
    }

    @ParameterizedTest
    @MethodSource("settings")
    void onesThatLeaveAreClosed(StreamSetting setting) throws Exception {
        try (var running = start(setting, config -> config)) {
            ask(setting, running);
            close();
            listener.await("closed", DEAF + 1);
        }
    }

    @ParameterizedTest
    @MethodSource("settings")
    void aMessageOfAnotherThreadComesBetweenTwoAnswers(StreamSetting setting) throws Exception {
        String message = "!".repeat(LENGTH);
        try (var running = start(setting, config -> config)) {
            ask(setting, running);
            running.server()
                    .connections()
                    .forEach(connection -> connection.send(Unpooled.copiedBuffer(message, UTF_8)));
            for (Peer peer : deaf) {
                int messages = 0;
                for (int i = 0; i < QUESTIONS + 1; i++) {
                    String next = new String(peer.read(LENGTH), US_ASCII);
                    if (next.equals(message)) {
                        messages++;
                    } else {
                        assertThat(next).isEqualTo(answer(i - messages));
                    }
                }
                assertThat(messages).isEqualTo(1);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("settings")
    void aDrainWaitsForThoseThatReadOn(StreamSetting setting) throws Exception {
        try (var running = start(setting, config -> config)) {
            ask(setting, running);
            var drain = new FutureTask<>(() -> running.server().shutdown(Duration.ofSeconds(50)));
            new Thread(drain).start();
            listener.await("DRAINING", 1);
            for (Peer peer : deaf) {
                readAnswers(peer);
                assertThat(peer.readAll()).isEqualTo("bye");
            }
            assertThat(drain.get(50, TimeUnit.SECONDS).forced()).isEmpty();
        }
    }
}
