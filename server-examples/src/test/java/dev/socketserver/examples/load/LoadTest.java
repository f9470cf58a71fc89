package dev.socketserver.examples.load;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class LoadTest {
    private static final int PAYLOAD = 100;
    private static final Duration SHORT = Duration.ofMillis(300);

    private static LoadPlan.Builder plan(SocketAddress target) {
        return LoadPlan.builder(target)
                .connections(4)
                .duration(SHORT)
                .warmup(Duration.ZERO)
                .payload(Message.ofSize(PAYLOAD));
    }

    /** A few requests, however long they take. */
    private static LoadPlan.Builder few(SocketAddress target) {
        return plan(target).requests(20).duration(null);
    }

    private static LoadResult run(LoadPlan.Builder plan) throws IOException, InterruptedException {
        return new Load(plan.build()).run(LoadListener.NONE);
    }

    private static LoadResult runAgainst(StreamPeer.Behaviour behaviour, Mode mode) throws Exception {
        try (var peer = new StreamPeer(behaviour)) {
            return run(few(peer.address()).mode(mode));
        }
    }

    @ParameterizedTest
    @CsvSource({"REQUEST,1,1", "REQUEST,8,1", "REQUEST,3,2", "CONNECT,1,1", "CONNECT,1,2"})
    void anHonestEchoHasNoErrors(Mode mode, int depth, int loops) throws Exception {
        try (var peer = new StreamPeer(StreamPeer.ECHO)) {
            LoadResult result = run(few(peer.address()).mode(mode).depth(depth).loops(loops));

            assertThat(result.clients().errors()).isEmpty();
            assertThat(result.clients().successes()).isPositive();
            assertThat(result.clients().latencies().getTotalCount()).isGreaterThanOrEqualTo(result.operations());
            assertThat(result.errorRate()).isZero();
            assertThat(result.endedEarly()).isFalse();
        }
    }

    @Test
    void aPayloadLargerThanEverySocketBufferGoesBothWaysAtOnce() throws Exception {
        try (var peer = new StreamPeer(StreamPeer.ECHO)) {
            LoadResult result =
                    run(few(peer.address()).requests(4).connections(2).depth(2).payload(Message.ofSize(16 << 20)));

            assertThat(result.clients().errors()).isEmpty();
            assertThat(result.clients().latencies().getTotalCount()).isPositive();
        }
    }

    @Test
    void largePayloadsInALongPipelineNeedNoBufferOfTheirTotalSize() throws Exception {
        try (var peer =
                new StreamPeer(connection -> connection.getInputStream().transferTo(OutputStream.nullOutputStream()))) {
            LoadResult result = run(few(peer.address())
                    .requests(4096)
                    .depth(1024)
                    .payload(Message.ofSize(Message.MAX_SIZE))
                    .timeout(Duration.ofMillis(200)));

            assertThat(result.clients().errors()).containsOnlyKeys(ErrorKind.TIMEOUT);
        }
    }

    @Test
    void connectModeOpensAConnectionForEachRequest() throws Exception {
        var accepted = new AtomicInteger();
        LoadResult result = runAgainst(
                connection -> {
                    accepted.incrementAndGet();
                    StreamPeer.ECHO.serve(connection);
                },
                Mode.CONNECT);

        assertThat(result.clients().latencies().getTotalCount()).isEqualTo(accepted.get());
        assertThat(result.clients().connects().getTotalCount()).isEqualTo(accepted.get());
    }

    @ParameterizedTest
    @CsvSource({"REQUEST", "CONNECT"})
    void aWrongByteIsAnErrorOfItsOwnKind(Mode mode) throws Exception {
        LoadResult result = runAgainst(
                connection -> {
                    byte[] request = connection.getInputStream().readNBytes(PAYLOAD);
                    request[PAYLOAD / 2] ^= 1;
                    connection.getOutputStream().write(request);
                    connection.getInputStream().read();
                },
                mode);

        assertThat(result.clients().errors()).containsOnlyKeys(ErrorKind.WRONG_BYTES);
        assertThat(result.clients().latencies().getTotalCount()).isZero();
        assertThat(result.clients().examples().get(ErrorKind.WRONG_BYTES))
                .matches("(?s)byte 50 was 0x\\w\\w, expected 0x\\w\\w, in \".+");
        assertThat(result.errorRate()).isEqualTo(1);
    }

    @Test
    void onlyTheEveryThirdAnswerThatIsWrongIsCountedAsWrong() throws Exception {
        var wrong = new AtomicInteger();
        var right = new AtomicInteger();
        LoadResult result = runAgainst(
                connection -> {
                    for (int i = 1; ; i++) {
                        byte[] request = connection.getInputStream().readNBytes(PAYLOAD);
                        if (request.length < PAYLOAD) {
                            return;
                        }
                        if (i % 3 == 0) {
                            request[0]++;
                            wrong.incrementAndGet();
                        } else {
                            right.incrementAndGet();
                        }
                        connection.getOutputStream().write(request);
                    }
                },
                Mode.REQUEST);

        assertThat(result.clients().errors())
                .containsEntry(ErrorKind.WRONG_BYTES, (long) wrong.get())
                .hasSize(1);
        assertThat(result.clients().latencies().getTotalCount()).isEqualTo(right.get());
    }

    @Test
    void bytesThatNobodyAskedForAreWrong() throws Exception {
        LoadResult result = runAgainst(
                connection -> {
                    byte[] request = connection.getInputStream().readNBytes(PAYLOAD);
                    connection.getOutputStream().write(Arrays.copyOf(request, PAYLOAD + 3));
                    connection.getInputStream().read();
                },
                Mode.CONNECT);

        assertThat(result.clients().errors()).containsKey(ErrorKind.WRONG_BYTES);
        assertThat(result.clients().examples().get(ErrorKind.WRONG_BYTES))
                .isEqualTo("3 more bytes than asked for: \"\\x00\\x00\\x00\"");
    }

    @ParameterizedTest
    @CsvSource({"REQUEST", "CONNECT"})
    void aConnectionClosedInTheMiddleOfAnAnswerIsClosedEarly(Mode mode) throws Exception {
        LoadResult result = runAgainst(
                connection -> {
                    byte[] request = connection.getInputStream().readNBytes(PAYLOAD);
                    connection.getOutputStream().write(request, 0, PAYLOAD - 1);
                },
                mode);

        assertThat(result.clients().errors()).containsOnlyKeys(ErrorKind.CLOSED_EARLY);
        assertThat(result.clients().latencies().getTotalCount()).isZero();
    }

    @Test
    void aResetIsToldFromAClose() throws Exception {
        LoadResult result = runAgainst(
                connection -> {
                    connection.getInputStream().readNBytes(PAYLOAD);
                    connection.setSoLinger(true, 0);
                },
                Mode.REQUEST);

        assertThat(result.clients().errors()).containsOnlyKeys(ErrorKind.RESET);
    }

    @Test
    void aServerThatNeverAnswersTimesOut() throws Exception {
        try (var peer =
                new StreamPeer(connection -> connection.getInputStream().transferTo(OutputStream.nullOutputStream()))) {
            LoadResult result = run(few(peer.address()).timeout(Duration.ofMillis(200)));

            assertThat(result.clients().errors()).containsOnlyKeys(ErrorKind.TIMEOUT);
            assertThat(result.clients().successes()).isZero();
        }
    }

    @ParameterizedTest
    @CsvSource({"REQUEST", "CONNECT", "UDP"})
    void nobodyListeningIsRefused(Mode mode) throws Exception {
        InetSocketAddress nobody = unusedAddress();
        LoadResult result = run(few(nobody).mode(mode).timeout(Duration.ofMillis(200)));

        assertThat(result.clients().errors()).containsKey(ErrorKind.REFUSED).doesNotContainKey(ErrorKind.OTHER);
        assertThat(result.operations()).isZero();
        assertThat(result.errorRate()).isEqualTo(1);
    }

    /** A client that is refused pauses, so that it is no flood itself. */
    @Test
    void refusedClientsDoNotSpin() throws Exception {
        LoadResult result =
                run(few(unusedAddress()).mode(Mode.CONNECT).connections(1).requests(6));

        assertThat(result.failures()).isEqualTo(6);
        assertThat(result.seconds()).as("10, 20, 40, 80 and 160 ms").isGreaterThan(0.2);
    }

    @Test
    void aServerThatComesBackIsUsedAgain() throws Exception {
        var connections = new AtomicInteger();
        LoadResult result = runAgainst(
                connection -> {
                    if (connections.incrementAndGet() > 4) {
                        StreamPeer.ECHO.serve(connection);
                    }
                },
                Mode.REQUEST);

        assertThat(result.failures()).isEqualTo(4);
        assertThat(result.clients().successes()).isPositive();
    }

    @ParameterizedTest
    @CsvSource({"REQUEST", "CONNECT"})
    void aNumberOfRequestsEndsAlthoughNoClientCanConnect(Mode mode) throws Exception {
        SocketAddress closed;
        try (var peer = new StreamPeer(StreamPeer.ECHO)) {
            closed = peer.address();
        }
        LoadResult result = run(plan(closed).mode(mode).requests(10).duration(null));

        assertThat(result.operations()).isZero();
        assertThat(result.clients().errors()).containsOnlyKeys(ErrorKind.REFUSED);
        assertThat(result.clients().errors().get(ErrorKind.REFUSED)).isBetween(10L, 18L);
    }

    @Test
    void aLoopThatFailsEndsTheRun() throws Exception {
        try (var peer = new StreamPeer(StreamPeer.ECHO)) {
            var script = new Script(
                    List.of(new Script.Step(Message.ofText("a".repeat(50_000)), null)),
                    Answer.matching("(?:a|b)*c"),
                    false);
            LoadPlan.Builder plan =
                    plan(peer.address()).script(script).requests(1).loops(2).duration(null);

            assertThatIOException()
                    .isThrownBy(() -> run(plan))
                    .withMessage("a client loop failed: java.lang.StackOverflowError");
        }
    }

    @ParameterizedTest
    @CsvSource({"REQUEST", "CONNECT"})
    void aServerMaySpeakFirst(Mode mode) throws Exception {
        try (var peer = new StreamPeer(connection -> {
            OutputStream out = connection.getOutputStream();
            out.write("220 hel".getBytes(US_ASCII));
            out.write("lo\r\n".getBytes(US_ASCII));
            StreamPeer.ECHO.serve(connection);
        })) {
            LoadResult result = run(few(peer.address()).mode(mode).greeting(Answer.until(new byte[] {'\n'})));

            assertThat(result.clients().errors()).isEmpty();
            assertThat(result.clients().successes()).isPositive();
        }
    }

    @Test
    void aServerThatShouldSpeakFirstAndDoesNotTimesOut() throws Exception {
        try (var peer = new StreamPeer(StreamPeer.ECHO)) {
            LoadResult result =
                    run(few(peer.address()).timeout(Duration.ofMillis(200)).greeting(Answer.until(new byte[] {'\n'})));

            assertThat(result.clients().errors()).containsOnlyKeys(ErrorKind.TIMEOUT);
            assertThat(result.clients().examples()).containsEntry(ErrorKind.TIMEOUT, "no greeting");
        }
    }

    @Test
    void samplesAddUpToTheOperations() throws Exception {
        try (var peer = new StreamPeer(StreamPeer.ECHO)) {
            List<Sample> before = new ArrayList<>();
            List<Sample> seen = new ArrayList<>();
            LoadPlan plan = plan(peer.address()).warmup(SHORT).build();
            LoadResult result = new Load(plan).run((sample, warmup) -> (warmup ? before : seen).add(sample));

            assertThat(result.samples()).isNotEmpty();
            assertThat(result.samples().stream().mapToLong(Sample::operations).sum())
                    .isEqualTo(result.operations());
            assertThat(seen).isEqualTo(result.samples());
            assertThat(before).isNotEmpty();
        }
    }

    @Test
    void stopEndsTheRunEarlyWithItsResult() throws Exception {
        try (var peer = new StreamPeer(StreamPeer.ECHO)) {
            var load =
                    new Load(plan(peer.address()).duration(Duration.ofHours(1)).build());
            LoadResult result = load.run((sample, warmup) -> {
                if (sample.operations() > 0) {
                    load.stop();
                }
            });

            assertThat(result.endedEarly()).isTrue();
            assertThat(result.clients().successes()).isPositive();
            assertThat(result.clients().errors()).isEmpty();
        }
    }

    @Test
    void stopInTheWarmUpMeasuresNothing() throws Exception {
        try (var peer = new StreamPeer(StreamPeer.ECHO)) {
            var load = new Load(plan(peer.address()).warmup(Duration.ofHours(1)).build());
            LoadResult result = load.run((sample, warmup) -> load.stop());

            assertThat(result.endedEarly()).isTrue();
            assertThat(result.operations()).isZero();
            assertThat(result.rate()).isZero();
            assertThat(result.samples()).isEmpty();
        }
    }

    @Test
    void stopEndsTheWaitForTheLastAnswers() throws Exception {
        try (var peer =
                new StreamPeer(connection -> connection.getInputStream().transferTo(OutputStream.nullOutputStream()))) {
            var load = new Load(plan(peer.address())
                    .duration(Duration.ofSeconds(1))
                    .timeout(Duration.ofHours(1))
                    .build());
            LoadResult result = load.run(new LoadListener() {
                @Override
                public void sampled(Sample sample, boolean warmup) {}

                @Override
                public void awaitingAnswers(Duration limit) {
                    load.stop();
                }
            });

            assertThat(result.endedEarly()).isFalse();
            assertThat(result.clients().errors()).containsEntry(ErrorKind.TIMEOUT, 4L);
        }
    }

    @Test
    void noThreadIsLeft() throws Exception {
        runAgainst(StreamPeer.ECHO, Mode.REQUEST);

        List<Thread> left = Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("load-"))
                .toList();
        for (Thread thread : left) {
            thread.join(10_000);
        }
        assertThat(left).noneMatch(Thread::isAlive);
    }

    @Test
    void whatIsUnansweredAtTheEndIsNotForgotten() throws Exception {
        var load = new CompletableFuture<Load>();
        var unanswered = new AtomicInteger();
        StreamPeer.Behaviour answerOnce = connection -> {
            InputStream in = connection.getInputStream();
            connection.getOutputStream().write(in.readNBytes(PAYLOAD));
            if (in.read() >= 0 && unanswered.incrementAndGet() == 4) {
                load.join().stop();
            }
            in.transferTo(OutputStream.nullOutputStream());
        };
        try (var peer = new StreamPeer(answerOnce)) {
            load.complete(
                    new Load(plan(peer.address()).duration(Duration.ofHours(1)).build()));
            LoadResult result = load.join().run(LoadListener.NONE);

            assertThat(result.clients().successes()).isEqualTo(4);
            assertThat(result.clients().errors()).containsEntry(ErrorKind.TIMEOUT, 4L);
        }
    }

    private static InetSocketAddress unusedAddress() throws IOException {
        try (var probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return (InetSocketAddress) probe.getLocalSocketAddress();
        }
    }
}
