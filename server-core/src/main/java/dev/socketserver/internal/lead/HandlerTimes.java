package dev.socketserver.internal.lead;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/**
 * Decides whether a server's handlers take too long to be run by the leader. The criterion is their average processor
 * time, in which each handler that the watchdog found blocked counts as {@link #BLOCKED}. Time in which a handler only
 * waited for a processor does not count, since more threads would not help. Nor does a single long sample: while the
 * machine below was suspended, or the kernel used the thread for others' packets, its clock ran on.
 *
 * <pre>
 *            mean above SLOW
 *   quick ──────────────────────▶ slow
 *     ▲                            │
 *     └──── PROBES good probes ────┘
 *           in a row
 * </pre>
 *
 * <p>While handlers are slow they run on workers, and the leader runs one every {@link #PROBE_INTERVAL} as a probe. A
 * probe is good if it keeps the lead and takes less than {@link #QUICK}. Confined to the successive leaders, except for
 * {@link #blocked()} and {@link #isSlow()}.
 */
public final class HandlerTimes {
    /** Handlers are slow if their average is above this. */
    public static final Duration SLOW = Duration.ofNanos(200_000);

    /** A probe that takes less processor time than this is good. */
    public static final Duration QUICK = Duration.ofNanos(100_000);

    /** The time assigned to a handler that the watchdog found blocked. */
    static final Duration BLOCKED = Duration.ofMillis(1);

    /** How often the leader runs a handler of a slow server. */
    public static final Duration PROBE_INTERVAL = Duration.ofMillis(50);

    /** How many good probes in a row make the server quick. */
    static final int PROBES = 4;

    /** The weight of one request in the average is 1 divided by this. */
    private static final int WEIGHT = 64;

    /** The maximum number of requests that one batch represents. */
    private static final int MOST_REQUESTS = 4;

    /** One batch in this many is timed. */
    static final int SAMPLE_EVERY = 16;

    /**
     * The number of initial requests that do not count: while the JVM loads and interprets a handler, it takes many
     * times longer than later, and a pool that grows because of that shrinks only slowly. The watchdog still detects a
     * handler that blocks.
     */
    public static final int WARM_UP = 256;

    private static final long NOT_SAMPLED = -1;

    private final LongSupplier processorTime;
    private final LongSupplier nanoTime;
    private int warmUpLeft = WARM_UP;
    private volatile boolean slow; // written by the leader
    private final AtomicInteger blocked = new AtomicInteger();
    private int blockedBefore; // confined to the leader: how many of them it has counted
    private long mean; // confined to the leader; nanoseconds
    private long batchBegan = NOT_SAMPLED; // confined to the leader
    private int batchSize; // confined to the leader
    private int batches; // confined to the leader
    private long lastSample; // confined to the leader; processor time of one handler, in nanoseconds
    private long typical; // confined to the leader: the shorter of the last two samples
    private long nextProbe; // confined to the leader
    private boolean probing; // confined to the leader
    private long probeBegan; // confined to the leader; valid while probing
    private int goodProbes; // confined to the leader

    /** Creates the times of a server whose handlers are assumed to be quick. */
    public HandlerTimes() {
        this(clock(), System::nanoTime);
    }

    HandlerTimes(LongSupplier processorTime, LongSupplier nanoTime) {
        this.processorTime = processorTime;
        this.nanoTime = nanoTime;
    }

    /** Returns a clock of the calling thread's processor time, or of elapsed time if the JVM does not support that. */
    private static LongSupplier clock() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        boolean supported = threads.isCurrentThreadCpuTimeSupported() && threads.isThreadCpuTimeEnabled();
        return supported ? threads::getCurrentThreadCpuTime : System::nanoTime;
    }

    /** Returns whether workers should run the handlers. Thread-safe. */
    public boolean isSlow() {
        return slow;
    }

    /** Returns whether the leader should run the next handler itself. */
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

    /** Called when a handler run by the leader has returned; {@code led} is true if the leader still leads. */
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

    /** Called when the leader begins to run a batch of handlers. */
    public void batchBegins(int size) {
        if (!slow) {
            countBlocked();
        }
        batches++;
        batchSize = size;
        batchBegan = !slow && batches % SAMPLE_EVERY == 0 ? processorTime.getAsLong() : NOT_SAMPLED;
    }

    /** Called when the leader that began the batch has run all of it. */
    public void batchEnds() {
        if (batchSize > 0 && !slow) {
            if (batchBegan != NOT_SAMPLED) {
                long sample = (processorTime.getAsLong() - batchBegan) / batchSize;
                typical = Math.min(sample, lastSample);
                lastSample = sample;
            }
            add(typical, batchSize);
        }
        discardBatch();
    }

    /** Called if the batch must not be timed: another leader continues it, or not only handlers were run. */
    public void discardBatch() {
        batchSize = 0;
        batchBegan = NOT_SAMPLED;
    }

    /** Called when the watchdog has found a handler blocked. Thread-safe. */
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
