package dev.socketserver.examples.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RatioIntervalTest {
    private static double[] around(double centre, double spread, int count, long seed) {
        return new SplittableRandom(seed)
                .doubles(count, centre - spread, centre + spread)
                .toArray();
    }

    @Test
    void theMedianIsTheMiddle() {
        assertThat(RatioInterval.median(new double[] {9, 1, 5})).isEqualTo(5);
        assertThat(RatioInterval.median(new double[] {9, 1, 5, 7})).isEqualTo(6);
    }

    @Test
    void equalValuesHaveAnIntervalWithoutWidth() {
        RatioInterval interval = RatioInterval.of(new double[] {4, 4, 4}, new double[] {6, 6, 6});

        assertThat(interval).isEqualTo(new RatioInterval(1.5, 1.5, 1.5));
        assertThat(interval.showsDifference()).isTrue();
    }

    @Test
    void aRealDifferenceIsShown() {
        RatioInterval interval = RatioInterval.of(around(100, 5, 20, 1), around(120, 5, 20, 2));

        assertThat(interval.ratio()).isCloseTo(1.2, within(0.05));
        assertThat(interval.low()).isGreaterThan(1.1).isLessThan(interval.ratio());
        assertThat(interval.high()).isLessThan(1.3).isGreaterThan(interval.ratio());
        assertThat(interval.showsDifference()).isTrue();
    }

    @Test
    void noiseIsNoDifference() {
        assertThat(RatioInterval.of(around(100, 30, 20, 1), around(100, 30, 20, 2))
                        .showsDifference())
                .isFalse();
    }

    @Test
    void theSameValuesAlwaysGiveTheSameInterval() {
        double[] a = around(100, 30, 10, 1);
        double[] b = around(110, 30, 10, 2);

        assertThat(RatioInterval.of(a, b)).isEqualTo(RatioInterval.of(a, b));
    }
}
