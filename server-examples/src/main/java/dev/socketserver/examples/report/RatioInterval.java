package dev.socketserver.examples.report;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * The ratio of the medians of two groups of measurements, with a 95 % interval from the percentile bootstrap (Efron,
 * 1979). The result is deterministic.
 *
 * @param ratio the second median over the first
 * @param low the lower end of the interval
 * @param high the upper end of the interval
 */
record RatioInterval(double ratio, double low, double high) {
    private static final int RESAMPLES = 4000;
    private static final double TAIL = 0.025;
    private static final long SEED = 20_081;

    /** Returns the ratio for two non-empty groups. */
    static RatioInterval of(double[] first, double[] second) {
        var random = new SplittableRandom(SEED);
        double[] ratios = new double[RESAMPLES];
        for (int i = 0; i < RESAMPLES; i++) {
            ratios[i] = median(resample(second, random)) / median(resample(first, random));
        }
        Arrays.sort(ratios);
        int cut = (int) (RESAMPLES * TAIL);
        return new RatioInterval(median(second) / median(first), ratios[cut], ratios[RESAMPLES - 1 - cut]);
    }

    /** Returns whether all values are finite: no division by zero. */
    boolean isFinite() {
        return Double.isFinite(low) && Double.isFinite(high);
    }

    /** Returns whether 1, which would mean no difference, is outside the interval. */
    boolean showsDifference() {
        return low > 1 || high < 1;
    }

    private static double[] resample(double[] values, SplittableRandom random) {
        double[] drawn = new double[values.length];
        for (int i = 0; i < drawn.length; i++) {
            drawn[i] = values[random.nextInt(values.length)];
        }
        return drawn;
    }

    /** Returns the median: the middle value, or the mean of the two in the middle. */
    static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
