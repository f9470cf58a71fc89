package dev.socketserver;

import java.time.Duration;

/**
 * How long a server's handlers run, as a moving mean, and whether that is too long to run them in the leader: slow
 * above {@link #SLOW}, quick again below {@link #QUICK}.
 *
 * <p>Written by leaders and workers without order between them: a lost sample does no harm. Thread-safe.
 */
final class Pace {
    static final Duration SLOW = Duration.ofNanos(200_000);
    static final Duration QUICK = Duration.ofNanos(100_000);

    /** The weight of one request in the mean is 1 to this. */
    private static final int WEIGHT = 64;

    private volatile boolean slow;
    private volatile long mean; // in nanoseconds
    private long batchBegan; // the leader's
    private int batchSize; // the leader's

    boolean isSlow() {
        return slow;
    }

    /** The leader begins to run that many handlers. */
    void batchBegins(int size) {
        batchBegan = System.nanoTime();
        batchSize = size;
    }

    /** The leader has run them, or led by another has run the rest of them. */
    void batchEnded() {
        if (batchSize > 0) {
            if (!slow) {
                ran(System.nanoTime() - batchBegan, batchSize);
            }
            batchSize = 0;
        }
    }

    /** Takes note that {@code count} handlers ran for {@code nanos} in all. */
    void ran(long nanos, int count) {
        long before = mean;
        int weight = Math.min(count, WEIGHT);
        long now = before + (nanos / count - before) * weight / WEIGHT;
        mean = now;
        if (slow ? now < QUICK.toNanos() : now > SLOW.toNanos()) {
            slow = !slow;
        }
    }
}
