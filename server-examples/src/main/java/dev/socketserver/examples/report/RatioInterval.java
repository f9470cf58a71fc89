package dev.socketserver.examples.report;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * How much larger one group of measurements is than another: the ratio of their medians, and a 95 % interval for it by
 * the percentile bootstrap (Efron, 1979). The same groups always give the same interval.
 *
 * @param ratio the second median over the first
 * @param low where the interval begins
 * @param high where it ends
 */
record RatioInterval(double ratio, double low, double high) {
    private static final int RESAMPLES = 4000;
    private static final double TAIL = 0.025;
    private static final long SEED = 20_081;

    /** Of groups that are not empty. */
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

    /** Whether nothing was divided by zero. */
    boolean isFinite() {
        return Double.isFinite(low) && Double.isFinite(high);
    }

    /** Whether 1, which would mean no difference, lies outside. */
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

    /** The middle value, or the mean of the two in the middle. */
    static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
