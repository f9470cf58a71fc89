package dev.socketserver.examples.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RateTest {
    private static final Duration NONE = Duration.ZERO;

    private static long millis(Rate rate, long index, Duration warmup) {
        return TimeUnit.NANOSECONDS.toMillis(rate.offsetNanos(index, warmup));
    }

    @Test
    void aConstantRateHasEvenSteps() {
        Rate rate = Rate.constant(100);

        assertThat(millis(rate, 0, NONE)).isZero();
        assertThat(millis(rate, 1, NONE)).isEqualTo(10);
        assertThat(millis(rate, 1000, NONE)).isEqualTo(10_000);
        assertThat(millis(rate, 1000, Duration.ofSeconds(3))).isEqualTo(10_000);
    }

    /** After t seconds of a ramp from 0 to 100 in 10 s, 5·t² operations have begun. */
    @Test
    void aRampIsTheInverseOfItsIntegral() {
        Rate rate = new Rate(0, 100, Duration.ofSeconds(10));

        assertThat(millis(rate, 0, NONE)).isZero();
        assertThat(millis(rate, 5, NONE)).isEqualTo(1000);
        assertThat(millis(rate, 125, NONE)).isEqualTo(5000);
        assertThat(millis(rate, 500, NONE)).as("the end of the ramp").isEqualTo(10_000);
        assertThat(millis(rate, 600, NONE)).as("a second at the full rate").isEqualTo(11_000);
    }

    @Test
    void theWarmUpRunsAtTheFirstRateAndTheRampBeginsAfterIt() {
        Rate rate = new Rate(10, 30, Duration.ofSeconds(2));
        Duration warmup = Duration.ofSeconds(5);

        assertThat(millis(rate, 49, warmup)).isEqualTo(4900);
        assertThat(millis(rate, 50, warmup)).isEqualTo(5000);
        assertThat(millis(rate, 50 + 40, warmup))
                .as("20 per second on average, for 2 s")
                .isEqualTo(7000);
        assertThat(millis(rate, 50 + 40 + 30, warmup)).isEqualTo(8000);
    }

    @Test
    void aRampDownToNothingEnds() {
        Rate rate = new Rate(100, 0, Duration.ofSeconds(10));

        assertThat(rate.offsetNanos(499, NONE)).isLessThan(TimeUnit.SECONDS.toNanos(10));
        assertThat(rate.offsetNanos(501, NONE)).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void laterOperationsNeverBeginEarlier() {
        for (Rate rate : new Rate[] {
            Rate.constant(12_345.6), new Rate(0, 50_000, Duration.ofSeconds(3)), new Rate(700, 3, Duration.ofSeconds(9))
        }) {
            long last = -1;
            for (int index = 0; index < 3000; index++) {
                long offset = rate.offsetNanos(index, Duration.ofMillis(100));
                assertThat(offset).isGreaterThanOrEqualTo(last);
                last = offset;
            }
        }
    }

    @Test
    void badRatesAreRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> Rate.constant(0)).withMessage("rate must be positive: 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Rate.constant(-1))
                .withMessage("rate must be 0 to 10000000 per second: -1.0");
        assertThatIllegalArgumentException().isThrownBy(() -> Rate.constant(Double.NaN));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Rate(1, 2, NONE))
                .withMessage("ramp must take some time: 0 s");
    }

    @Test
    void readsWell() {
        assertThat(Rate.constant(500)).hasToString("500/s");
        assertThat(new Rate(0, 2.5, Duration.ofSeconds(30))).hasToString("0 to 2.5/s in 30 s");
    }
}
