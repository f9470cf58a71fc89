package dev.socketserver.examples.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class OpenLoopTest {
    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long BEGIN = Long.MAX_VALUE - 10 * MILLI; // the clock may overflow meanwhile
    private static final int PAYLOAD = 64;
    private static final int STALL_MILLIS = 300;
    private static final int STALLED_REQUEST = 100;

    private static OpenLoop everyMilli(int loop, int loops) {
        var pace = new OpenLoop(Rate.constant(1000), Duration.ZERO, loop, loops);
        pace.start(BEGIN);
        return pace;
    }

    @Test
    void nothingIsDueBeforeTheStart() {
        var pace = new OpenLoop(Rate.constant(1000), Duration.ZERO, 0, 1);

        assertThat(pace.isDue(BEGIN)).isFalse();
        assertThat(pace.untilDue(BEGIN)).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void operationsBecomeDueOneByOneAndKeepTheTimeThatTheyWereMeantFor() {
        OpenLoop pace = everyMilli(0, 1);

        assertThat(pace.isDue(BEGIN)).isTrue();
        assertThat(pace.take(BEGIN)).isEqualTo(BEGIN);
        assertThat(pace.isDue(BEGIN)).isFalse();
        assertThat(pace.untilDue(BEGIN)).isEqualTo(MILLI);
        assertThat(pace.isDue(BEGIN + 20 * MILLI)).isTrue();
        assertThat(pace.take(BEGIN + 20 * MILLI)).as("though it begins late").isEqualTo(BEGIN + MILLI);
    }

    @Test
    void loopsShareTheSchedule() {
        OpenLoop second = everyMilli(1, 3);

        assertThat(second.take(BEGIN + MILLI)).isEqualTo(BEGIN + MILLI);
        assertThat(second.take(BEGIN + 4 * MILLI)).isEqualTo(BEGIN + 4 * MILLI);
    }

    @Test
    void nothingBecomesDueAfterTheEndButWhatWasDueStays() {
        OpenLoop pace = everyMilli(0, 1);
        pace.end(BEGIN + 5 * MILLI);

        assertThat(pace.takeOverdue(BEGIN + 100 * MILLI))
                .as("at 0, 1, 2, 3, 4 and 5 ms")
                .isEqualTo(6);
        assertThat(pace.isDue(BEGIN + 100 * MILLI)).isFalse();
    }

    /** An echo on one connection that pauses once. */
    private static void stallOnce(Socket connection) throws IOException {
        for (int i = 1; ; i++) {
            byte[] request = connection.getInputStream().readNBytes(PAYLOAD);
            if (request.length < PAYLOAD) {
                return;
            }
            if (i == STALLED_REQUEST) {
                pause();
            }
            connection.getOutputStream().write(request);
        }
    }

    private static void pause() {
        try {
            new CountDownLatch(1).await(STALL_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Histogram latenciesOfAStallingServer(@Nullable Rate rate) throws Exception {
        try (var peer = new StreamPeer(OpenLoopTest::stallOnce)) {
            LoadPlan plan = LoadPlan.builder(peer.address())
                    .connections(1)
                    .payload(Payload.ofSize(PAYLOAD))
                    .rate(rate)
                    .warmup(Duration.ZERO)
                    .duration(Duration.ofMillis(1500))
                    .build();
            LoadResult result = new Load(plan).run(LoadListener.NONE);
            assertThat(result.outcome().errors()).isEmpty();
            return result.outcome().latencies();
        }
    }

    @Test
    void aClosedLoopHidesAStall() throws Exception {
        Histogram latencies = latenciesOfAStallingServer(null);

        assertThat(latencies.getMaxValue()).isGreaterThan(STALL_MILLIS * MILLI / 2);
        assertThat(latencies.getValueAtPercentile(99)).isLessThan(STALL_MILLIS * MILLI / 2);
    }

    @Test
    void anOpenLoopShowsIt() throws Exception {
        Histogram latencies = latenciesOfAStallingServer(Rate.constant(500));

        assertThat(latencies.getValueAtPercentile(99)).isGreaterThan(STALL_MILLIS * MILLI / 2);
        assertThat(latencies.getTotalCount()).as("nobody was left out").isGreaterThanOrEqualTo(750);
    }

    @Test
    void whatNeverBeganIsCountedAsFailed() throws Exception {
        try (var peer =
                new StreamPeer(connection -> connection.getInputStream().transferTo(OutputStream.nullOutputStream()))) {
            LoadPlan plan = LoadPlan.builder(peer.address())
                    .connections(1)
                    .rate(Rate.constant(1000))
                    .warmup(Duration.ZERO)
                    .duration(Duration.ofMillis(300))
                    .timeout(Duration.ofMillis(200))
                    .build();
            LoadResult result = new Load(plan).run(LoadListener.NONE);

            assertThat(result.outcome().errors()).containsKeys(ErrorKind.TIMEOUT, ErrorKind.NOT_BEGUN);
            assertThat(result.failures())
                    .as("at least every operation of 0.3 s")
                    .isGreaterThanOrEqualTo(300);
        }
    }
}
