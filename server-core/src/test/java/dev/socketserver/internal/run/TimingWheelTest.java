package dev.socketserver.internal.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Thousands of alarms on one wheel, of which the time is the test's. */
@Timeout(60)
class TimingWheelTest {
    private static final int MANY = 20_000;
    private static final long TICK = Alarms.TICK.toNanos();

    private final TimingWheel wheel = new TimingWheel();
    private final long start = System.nanoTime();
    private long now = start;

    private final class Recorded extends Alarm {
        final long at;
        long rungAt;
        int rung;

        Recorded(long at) {
            this.at = at;
        }

        @Override
        protected void ring() {
            rung++;
            rungAt = now;
        }
    }

    @Test
    void eachRingsOnceAndInTimeOrNotAtAllIfItWasCancelled() {
        var random = new Random(1);
        List<Recorded> kept = new ArrayList<>();
        List<Recorded> cancelled = new ArrayList<>();
        long longest = Duration.ofMinutes(3).toNanos(); // the wheel goes round several times
        for (int i = 0; i < MANY; i++) {
            var alarm = new Recorded(start + random.nextLong(longest));
            wheel.setAt(alarm, alarm.at);
            (i % 4 == 0 ? cancelled : kept).add(alarm);
        }
        cancelled.forEach(wheel::cancel);
        assertThat(wheel.size()).isEqualTo(kept.size());
        for (; now < start + longest + 3 * TICK; now += TICK) {
            wheel.turn(now);
        }
        assertThat(wheel.size()).isZero();
        assertThat(cancelled).allSatisfy(alarm -> assertThat(alarm.rung).isZero());
        assertThat(kept).allSatisfy(alarm -> {
            assertThat(alarm.rung).isEqualTo(1);
            assertThat(alarm.rungAt - alarm.at).isBetween(0L, 2 * TICK);
        });
    }
}
