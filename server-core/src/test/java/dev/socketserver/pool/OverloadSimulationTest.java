package dev.socketserver.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Each policy under overload in open loop, on the simulated machine: ten workers with 5 ms per request, 2 and 10 times
 * as many requests as they can do for two seconds, then half as many. The figures are on the page about overload.
 */
@Timeout(120)
class OverloadSimulationTest {
    private static final int WORKERS = 10;
    private static final Duration SERVICE = Duration.ofMillis(5);
    private static final Duration DEADLINE = Duration.ofMillis(50);
    private static final Duration OVERLOAD = Duration.ofSeconds(2);
    private static final Duration AFTER = Duration.ofSeconds(2);
    private static final Duration DRAINED = Duration.ofSeconds(30);
    private static final long CAPACITY = WORKERS * 1_000_000_000L / SERVICE.toNanos();

    @ParameterizedTest
    @CsvSource({
        "BLOCK, 2, 0, 20, 2000",
        "BLOCK, 10, 0, 20, 2000",
        "REJECT, 2, 0, 20, 1000",
        "REJECT, 10, 0, 20, 1000",
        "SHED_OLDEST, 2, 0, 20, 1000",
        "SHED_OLDEST, 10, 0, 20, 1000",
        "ADAPTIVE, 2, 90, 100, 100",
        "ADAPTIVE, 10, 90, 100, 100",
    })
    void onlyAnAdaptivePoolServesInTime(
            OverloadPolicy policy, int factor, int leastPercent, int mostPercent, long mostMillis) {
        try (SimulatedPool it =
                new SimulatedPool(b -> b.minWorkers(WORKERS).maxWorkers(WORKERS).overloadPolicy(policy))) {
            Acceptor acceptor = new Acceptor(it);
            Arrivals overload = new Arrivals(it, acceptor);
            overload.at(CAPACITY * factor, OVERLOAD);
            Arrivals after = new Arrivals(it, acceptor);
            after.at(CAPACITY / 2, AFTER);
            it.machine.advance(DRAINED);
            assertThat(overload.ends + after.ends).as("nothing is lost").isEqualTo(overload.due + after.due);
            assertThat(100 * overload.inTime / (CAPACITY * OVERLOAD.toSeconds()))
                    .as("goodput in per cent of the capacity")
                    .isBetween((long) leastPercent, (long) mostPercent);
            assertThat(after.lastBad.toMillis()).as("time to recover").isLessThanOrEqualTo(mostMillis);
        }
    }

    /** The thread that submits, and may have to wait, and what waits in front of it meanwhile: the system's backlog. */
    private static final class Acceptor {
        private final SimulatedPool it;
        private final Deque<Request> backlog = new ArrayDeque<>();
        private final Thread thread;

        Acceptor(SimulatedPool it) {
            this.it = it;
            this.thread = it.machine.spawn("acceptor", this::acceptForever);
        }

        void offer(Request request) {
            backlog.add(request);
            it.machine.unpark(thread);
        }

        private void acceptForever() {
            while (true) {
                Request next = backlog.poll();
                if (next == null) {
                    it.machine.park(this, Machine.FOREVER);
                } else {
                    submit(next);
                }
            }
        }

        private void submit(Request request) {
            try {
                it.pool.execute(request);
            } catch (RejectedExecutionException e) {
                request.arrivals.end(request, false);
            }
        }
    }

    /** Requests that come at a steady rate, whatever becomes of those before. */
    private static final class Arrivals {
        private final SimulatedPool it;
        private final Acceptor acceptor;
        private final long start;
        private long due;
        private long ends;
        private long inTime;

        /** When, since the start, the last one arrived that was late or not served. */
        private Duration lastBad = Duration.ZERO;

        Arrivals(SimulatedPool it, Acceptor acceptor) {
            this.it = it;
            this.acceptor = acceptor;
            this.start = it.machine.nanoTime();
        }

        void at(long perSecond, Duration length) {
            Duration interval = Duration.ofNanos(1_000_000_000 / perSecond);
            for (long i = 0; i < length.dividedBy(interval); i++) {
                due++;
                acceptor.offer(new Request(this, it.machine.nanoTime()));
                it.machine.advance(interval);
            }
        }

        void end(Request request, boolean served) {
            ends++;
            if (served && it.machine.nanoTime() - request.born <= DEADLINE.toNanos()) {
                inTime++;
            } else {
                Duration since = Duration.ofNanos(request.born - start);
                lastBad = since.compareTo(lastBad) > 0 ? since : lastBad;
            }
        }
    }

    /** A request that blocks for its service time. */
    private static final class Request implements RejectableTask {
        private final Arrivals arrivals;
        private final long born;

        Request(Arrivals arrivals, long born) {
            this.arrivals = arrivals;
            this.born = born;
        }

        @Override
        public void run() {
            arrivals.it.machine.sleep(SERVICE);
            arrivals.end(this, true);
        }

        @Override
        public void rejected(RejectionReason why) {
            arrivals.end(this, false);
        }
    }
}
