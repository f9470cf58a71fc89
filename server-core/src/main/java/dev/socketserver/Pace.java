package dev.socketserver;

import java.time.Duration;

/**
 * How long a server's handlers run, as a moving mean, and whether that is too long to run them in the leader: slow
 * above {@link #SLOW}, quick again below {@link #QUICK}.
 *
 * <p>Leaders and workers write the mean without order between them: a lost sample does no harm. Thread-safe, but for
 * the batches and samples, which are the leader's.
 */
final class Pace {
    static final Duration SLOW = Duration.ofNanos(200_000);
    static final Duration QUICK = Duration.ofNanos(100_000);

    /** No sample counts as longer: one that a busy machine made long must not make the server slow on its own. */
    private static final Duration LONGEST = Duration.ofMillis(1);

    /** One request's weight in the mean is 1 to this. */
    private static final int WEIGHT = 64;

    /** For how many requests one sample speaks, at the most; for the same reason. */
    private static final int MOST_REQUESTS = 4;

    /** One in so many requests that run singly in the leader is timed. */
    private static final int SAMPLE_EVERY = 16;

    /**
     * How many of the first requests do not count: while the JVM still loads and interprets the handler, it is many
     * times slower than it will be, and a pool that grows for that shrinks again only later. One that blocks is found
     * by the watchdog all the same.
     */
    static final int WARM_UP = 256;

    private static final long NOT_SAMPLED = 0;

    private int warmUpLeft = WARM_UP; // counted down without order; a lost update does no harm
    private volatile boolean slow;
    private volatile long mean; // in nanoseconds
    private long batchBegan; // the leader's
    private int batchSize; // the leader's
    private int samples; // the leader's

    boolean isSlow() {
        return slow;
    }

    /** The leader begins to run that many handlers. */
    void batchBegins(int size) {
        batchBegan = System.nanoTime();
        batchSize = size;
    }

    /** The batch has been run, perhaps by one leader after another. */
    void batchEnds() {
        if (batchSize > 0 && !slow) {
            ran((System.nanoTime() - batchBegan) / batchSize, batchSize);
        }
        batchSize = 0;
    }

    /**
     * What the leader did in this batch was not to run handlers only: it does not count. One that has just lost the
     * lead may say so, too: it costs another one's sample, which does no harm.
     */
    void discardBatch() {
        batchSize = 0;
    }

    /** The leader begins to run one handler; returns what {@link #sampleEnds} wants. */
    long sampleBegins() {
        samples++;
        return samples % SAMPLE_EVERY == 0 ? System.nanoTime() : NOT_SAMPLED;
    }

    /** The handler has returned. */
    void sampleEnds(long began) {
        if (began != NOT_SAMPLED) {
            ran(System.nanoTime() - began, SAMPLE_EVERY);
        }
    }

    /** A worker has run one handler. */
    void ran(long nanos) {
        ran(nanos, 1);
    }

    private void ran(long nanosEach, int count) {
        if (warmUpLeft > 0) {
            warmUpLeft -= count;
            return;
        }
        long before = mean;
        long sample = Math.min(nanosEach, LONGEST.toNanos());
        long now = before + (sample - before) * Math.min(count, MOST_REQUESTS) / WEIGHT;
        mean = now;
        if (slow ? now < QUICK.toNanos() : now > SLOW.toNanos()) {
            slow = !slow;
        }
    }
}
