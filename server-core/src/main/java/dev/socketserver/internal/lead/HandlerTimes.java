package dev.socketserver.internal.lead;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/**
 * Decides whether a server's handlers take too long to be run by the leader. What counts is the mean of their processor
 * time, and how many the watchdog found blocked, each of which counts as {@link #BLOCKED}; time in which a handler only
 * waited for a processor does not count, since more threads would not help it.
 *
 * <pre>
 *            mean above SLOW
 *   quick ──────────────────────▶ slow
 *     ▲                            │
 *     └──── PROBES good probes ────┘
 *           in a row
 * </pre>
 *
 * <p>While handlers are slow they run on workers, and the leader runs one every {@link #PROBE_INTERVAL} to see whether
 * they still are: a probe is good if it keeps the lead and takes less than {@link #QUICK}. Confined to the leader, one
 * after another, but for {@link #blocked()} and {@link #isSlow()}.
 */
public final class HandlerTimes {
    /** Handlers whose mean is above this are slow. */
    public static final Duration SLOW = Duration.ofNanos(200_000);

    /** A probe that takes less processor time than this is good. */
    public static final Duration QUICK = Duration.ofNanos(100_000);

    /** What a handler counts as that the watchdog found blocked. */
    static final Duration BLOCKED = Duration.ofMillis(1);

    /** How often the leader runs a handler of a slow server. */
    public static final Duration PROBE_INTERVAL = Duration.ofMillis(50);

    /** How many good probes in a row make the server quick. */
    static final int PROBES = 4;

    /** One request's weight in the mean is 1 to this. */
    private static final int WEIGHT = 64;

    /** For how many requests one batch speaks at most. */
    private static final int MOST_REQUESTS = 4;

    /** One in so many batches is timed. */
    private static final int SAMPLE_EVERY = 16;

    /**
     * How many of the first requests do not count: while the JVM loads and interprets a handler, it takes many times
     * longer than it will, and a pool that grows because of that shrinks only later. A handler that blocks is found by
     * the watchdog all the same.
     */
    public static final int WARM_UP = 256;

    private static final long NOT_SAMPLED = -1;

    private final LongSupplier processorTime;
    private final LongSupplier nanoTime;
    private int warmUpLeft = WARM_UP;
    private volatile boolean slow; // written by the leader
    private final AtomicInteger blocked = new AtomicInteger();
    private int blockedBefore; // the leader's: what of that it has counted
    private long mean; // the leader's; in nanoseconds
    private long batchBegan = NOT_SAMPLED; // the leader's
    private int batchSize; // the leader's
    private int batches; // the leader's
    private long lastSample; // the leader's; nanoseconds of processor time for one handler
    private long nextProbe; // the leader's
    private boolean probing; // the leader's
    private long probeBegan; // the leader's, while it is probing
    private int goodProbes; // the leader's

    /** Creates the times of a server that is quick as far as known. */
    public HandlerTimes() {
        this(clock(), System::nanoTime);
    }

    HandlerTimes(LongSupplier processorTime, LongSupplier nanoTime) {
        this.processorTime = processorTime;
        this.nanoTime = nanoTime;
    }

    /**
     * Returns the clock of the calling thread's processor time, or where there is none, that of the time that passes.
     */
    private static LongSupplier clock() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        boolean supported = threads.isCurrentThreadCpuTimeSupported() && threads.isThreadCpuTimeEnabled();
        return supported ? threads::getCurrentThreadCpuTime : System::nanoTime;
    }

    /** Returns whether handlers are to be run by workers. Thread-safe. */
    public boolean isSlow() {
        return slow;
    }

    /** Returns whether the leader is to run the next handler itself. */
    public boolean runsHere() {
        if (!slow) {
            return true;
        }
        long now = nanoTime.getAsLong();
        probing = now - nextProbe >= 0;
        if (probing) {
            nextProbe = now + PROBE_INTERVAL.toNanos();
            probeBegan = processorTime.getAsLong();
        }
        return probing;
    }

    /** A handler run by the leader has returned; {@code led} if the leader still leads. */
    public void ran(boolean led) {
        if (probing) {
            probing = false;
            boolean good = led && processorTime.getAsLong() - probeBegan < QUICK.toNanos();
            goodProbes = good ? goodProbes + 1 : 0;
            if (goodProbes >= PROBES) {
                slow = false;
                mean = 0;
            }
        }
    }

    /** The leader begins to run that many handlers. */
    public void batchBegins(int size) {
        if (!slow) {
            countBlocked();
        }
        batches++;
        batchSize = size;
        batchBegan = !slow && batches % SAMPLE_EVERY == 0 ? processorTime.getAsLong() : NOT_SAMPLED;
    }

    /** The batch was run by the leader that began it. */
    public void batchEnds() {
        if (batchSize > 0 && !slow) {
            if (batchBegan != NOT_SAMPLED) {
                lastSample = (processorTime.getAsLong() - batchBegan) / batchSize;
            }
            add(lastSample, batchSize);
        }
        discardBatch();
    }

    /** The batch is not to be timed: another leader goes on with it, or it was not handlers only that were run. */
    public void discardBatch() {
        batchSize = 0;
        batchBegan = NOT_SAMPLED;
    }

    /** The watchdog found a handler blocked. Thread-safe. */
    public void blocked() {
        blocked.incrementAndGet();
    }

    private void countBlocked() {
        int found = blocked.get();
        for (int i = blockedBefore; i != found; i++) {
            add(BLOCKED.toNanos(), 1);
        }
        blockedBefore = found;
    }

    private void add(long nanosEach, int requests) {
        if (warmUpLeft > 0) {
            warmUpLeft -= requests;
            return;
        }
        long sample = Math.min(nanosEach, BLOCKED.toNanos());
        mean += (sample - mean) * Math.min(requests, MOST_REQUESTS) / WEIGHT;
        if (mean > SLOW.toNanos()) {
            slow = true;
            goodProbes = 0;
            nextProbe = nanoTime.getAsLong() + PROBE_INTERVAL.toNanos();
        }
    }
}
