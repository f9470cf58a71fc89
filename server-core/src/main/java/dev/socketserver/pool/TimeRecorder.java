package dev.socketserver.pool;

/**
 * Counts durations that any thread measures, in constant space and without allocation. Threads that record at the same
 * time mostly do so in different stripes. Thread-safe.
 */
public final class TimeRecorder {
    private static final int MOST_STRIPES = 16;

    /** Each is guarded by its own monitor; their number is a power of two. */
    private final TimeDistribution.Recorder[] stripes;

    /** Creates a recorder without measurements. */
    public TimeRecorder() {
        int processors = Math.min(Runtime.getRuntime().availableProcessors(), MOST_STRIPES);
        int count = 1;
        while (count < processors) {
            count *= 2;
        }
        stripes = new TimeDistribution.Recorder[count];
        for (int i = 0; i < count; i++) {
            stripes[i] = new TimeDistribution.Recorder();
        }
    }

    /**
     * Records a duration.
     *
     * @param nanos the duration in nanoseconds; a negative one counts as zero
     */
    public void record(long nanos) {
        TimeDistribution.Recorder stripe = stripes[(int) Thread.currentThread().getId() & (stripes.length - 1)];
        synchronized (stripe) {
            stripe.record(nanos);
        }
    }

    /** Returns the distribution of all durations recorded so far. */
    public TimeDistribution distribution() {
        var sum = new TimeDistribution.Recorder();
        for (TimeDistribution.Recorder stripe : stripes) {
            synchronized (stripe) {
                sum.add(stripe);
            }
        }
        return sum.distribution();
    }
}
