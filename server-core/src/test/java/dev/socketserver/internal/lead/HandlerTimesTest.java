package dev.socketserver.internal.lead;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** When handlers count as slow, by clocks that the test sets. */
@Timeout(60)
class HandlerTimesTest {
    private static final long QUICK = TimeUnit.MICROSECONDS.toNanos(5);
    private static final long SLOW = HandlerTimes.SLOW.toNanos() + 1_000;
    private static final long SUSPENDED = TimeUnit.MILLISECONDS.toNanos(50);
    private static final int MANY = 4 * HandlerTimes.WARM_UP;

    private final AtomicLong clock = new AtomicLong();
    private final HandlerTimes times = new HandlerTimes(clock::get, clock::get);

    private void run(int handlers, long nanosEach) {
        for (int i = 0; i < handlers; i++) {
            times.batchBegins(1);
            clock.addAndGet(nanosEach);
            times.batchEnds();
        }
    }

    @Test
    void handlersThatComputeForLongAreSlow() {
        run(MANY, SLOW);
        assertThat(times.isSlow()).isTrue();
    }

    @Test
    void aMachineThatIsSuspendedNowAndThenMakesNoHandlerSlow() {
        run(MANY, QUICK);
        for (int i = 0; i < 100; i++) {
            run(1, SUSPENDED);
            run(HandlerTimes.SAMPLE_EVERY - 1 + i % HandlerTimes.SAMPLE_EVERY, QUICK);
            run(HandlerTimes.SAMPLE_EVERY, QUICK);
        }
        assertThat(times.isSlow()).isFalse();
    }

    @Test
    void handlersThatTurnSlowAreFoundSlowAndThoseThatTurnQuickAreFoundQuickByProbes() {
        run(MANY, QUICK);
        assertThat(times.isSlow()).isFalse();
        run(MANY, SLOW);
        assertThat(times.isSlow()).isTrue();
        for (int probe = 0; probe < HandlerTimes.PROBES; probe++) {
            clock.addAndGet(HandlerTimes.PROBE_INTERVAL.toNanos());
            assertThat(times.runsHere()).isTrue();
            clock.addAndGet(QUICK);
            times.ran(true);
        }
        assertThat(times.isSlow()).isFalse();
    }
}
