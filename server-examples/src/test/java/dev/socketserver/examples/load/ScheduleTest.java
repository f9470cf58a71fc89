package dev.socketserver.examples.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ScheduleTest {
    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long BEGIN = Long.MAX_VALUE - 10 * MILLI; // the clock may overflow meanwhile
    private static final int PAYLOAD = 64;
    private static final int STALL_MILLIS = 300;
    private static final int STALLED_REQUEST = 100;

    private static LoadPlan.Builder plan(int loops) {
        return LoadPlan.builder(new InetSocketAddress(InetAddress.getLoopbackAddress(), 7))
                .loops(loops)
                .warmup(Duration.ZERO);
    }

    private static Schedule everyMilli(int loop, int loops) {
        var schedule = new Schedule(plan(loops).rate(Rate.constant(1000)).build(), loop);
        schedule.start(BEGIN);
        return schedule;
    }

    @Test
    void nothingIsDueBeforeTheStart() {
        var schedule = new Schedule(plan(1).rate(Rate.constant(1000)).build(), 0);

        assertThat(schedule.isDue(BEGIN)).isFalse();
        assertThat(schedule.untilDue(BEGIN)).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void operationsBecomeDueOneByOneAndKeepTheTimeThatTheyWereMeantFor() {
        Schedule schedule = everyMilli(0, 1);

        assertThat(schedule.isDue(BEGIN)).isTrue();
        assertThat(schedule.take(BEGIN)).isEqualTo(BEGIN);
        assertThat(schedule.isDue(BEGIN)).isFalse();
        assertThat(schedule.untilDue(BEGIN)).isEqualTo(MILLI);
        assertThat(schedule.isDue(BEGIN + 20 * MILLI)).isTrue();
        assertThat(schedule.take(BEGIN + 20 * MILLI))
                .as("though it begins late")
                .isEqualTo(BEGIN + MILLI);
    }

    @Test
    void loopsShareTheSchedule() {
        Schedule second = everyMilli(1, 3);

        assertThat(second.take(BEGIN + MILLI)).isEqualTo(BEGIN + MILLI);
        assertThat(second.take(BEGIN + 4 * MILLI)).isEqualTo(BEGIN + 4 * MILLI);
    }

    @Test
    void nothingBecomesDueAfterTheEndButWhatWasDueStays() {
        Schedule schedule = everyMilli(0, 1);
        schedule.end(BEGIN + 5 * MILLI);

        assertThat(schedule.takeOverdue(BEGIN + 100 * MILLI))
                .as("at 0, 1, 2, 3, 4 and 5 ms")
                .isEqualTo(6);
        assertThat(schedule.isDue(BEGIN + 100 * MILLI)).isFalse();
    }

    /** Otherwise the first stretch of the measurement has the operations of the time before it, too. */
    @Test
    void aClosedLoopBeginsNothingBeforeEveryClientHasConnected() {
        var schedule = new Schedule(plan(1).build(), 0);
        assertThat(schedule.isDue(1)).isFalse();
        assertThat(schedule.untilDue(1)).isPositive();
        schedule.start(2);
        assertThat(schedule.isDue(2)).isTrue();
        schedule.end(3);
        assertThat(schedule.isDue(3)).isFalse();
    }

    @Test
    void loopsShareTheNumberOfRequestsAfterTheWarmUp() {
        var first =
                new Schedule(plan(2).requests(3).warmup(Duration.ofMillis(1)).build(), 0);
        var second =
                new Schedule(plan(2).requests(3).warmup(Duration.ofMillis(1)).build(), 1);
        first.start(BEGIN);
        second.start(BEGIN);
        first.take(BEGIN);

        assertThat(first.isDue(BEGIN + MILLI)).as("until it is measured").isFalse();
        assertThat(first.untilDue(BEGIN + MILLI)).isEqualTo(Long.MAX_VALUE);
        assertThat(first.isExhausted()).as("warming up").isFalse();
        first.measure();
        second.measure();
        second.take(BEGIN + MILLI);
        assertThat(second.isExhausted()).as("its only one").isTrue();
        assertThat(second.isDue(BEGIN + 2 * MILLI)).isFalse();
        first.take(BEGIN + MILLI);
        assertThat(first.isDue(BEGIN + 2 * MILLI)).isTrue();
        first.take(BEGIN + MILLI);
        assertThat(first.isDue(BEGIN + 2 * MILLI)).isFalse();
        assertThat(first.untilDue(BEGIN + 2 * MILLI)).isEqualTo(Long.MAX_VALUE);
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

    private static Histogram latenciesOfAStallingServer(UnaryOperator<LoadPlan.Builder> options) throws Exception {
        try (var peer = new StreamPeer(ScheduleTest::stallOnce)) {
            LoadPlan.Builder plan = LoadPlan.builder(peer.address())
                    .connections(1)
                    .payload(Message.ofSize(PAYLOAD))
                    .warmup(Duration.ZERO);
            LoadResult result = new Load(options.apply(plan).build()).run(LoadListener.NONE);
            assertThat(result.clients().errors()).isEmpty();
            return result.clients().latencies();
        }
    }

    @Test
    void aClosedLoopHidesAStall() throws Exception {
        Histogram latencies = latenciesOfAStallingServer(plan -> plan.requests(20L * STALLED_REQUEST));

        assertThat(latencies.getMaxValue()).isGreaterThan(STALL_MILLIS * MILLI / 2);
        assertThat(latencies.getValueAtPercentile(99)).isLessThan(STALL_MILLIS * MILLI / 2);
    }

    @Test
    void anOpenLoopShowsIt() throws Exception {
        Histogram latencies =
                latenciesOfAStallingServer(plan -> plan.rate(Rate.constant(500)).duration(Duration.ofMillis(1500)));

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
                    .timeout(Duration.ofSeconds(1))
                    .build();
            LoadResult result = new Load(plan).run(LoadListener.NONE);

            assertThat(result.clients().errors()).containsKeys(ErrorKind.TIMEOUT, ErrorKind.NOT_BEGUN);
            assertThat(result.failures())
                    .as("at least every operation of 0.3 s")
                    .isGreaterThanOrEqualTo(300);
        }
    }
}
