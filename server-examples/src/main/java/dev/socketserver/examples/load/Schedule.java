package dev.socketserver.examples.load;

import org.jspecify.annotations.Nullable;

/**
 * Determines when operations begin. Confined to one client loop, except for {@link #start} and {@link #end}.
 *
 * <p><b>Closed loop</b>, without a rate: each operation begins when the previous one has ended, as fast as the server
 * answers.
 *
 * <p><b>Open loop</b>, with a rate: operations begin at scheduled times, as the requests of many independent users do.
 * If every client is busy then, an operation begins late, but its latency still counts from the scheduled time. A
 * server that stalls delays all requests that arrive during the stall; a load tester that did not count this delay
 * would hide it ("coordinated omission"). The loops of a run share one schedule: loop <i>i</i> of <i>n</i> takes
 * operations <i>i</i>, <i>i + n</i>, <i>i + 2n</i> and so on.
 *
 * <pre>
 *   NEW --start()--> STARTED --end()--> ENDED: nothing that was scheduled for later begins
 * </pre>
 *
 * <p>If a closed loop counts its operations, nothing begins from the end of the warm-up until {@link #measure}.
 */
final class Schedule {
    private static final long NEVER = Long.MAX_VALUE;

    private final @Nullable Rate rate;
    private final LoadPlan plan;
    private final int step;
    /** The number of operations that may still begin after the warm-up. */
    private long budget;

    private long index;
    /** When the next operation is scheduled, in nanoseconds from the start; always 0 for a closed loop. */
    private long nextOffset;
    /** In {@code nanoTime}. Published by {@code started}, like {@code endOffset} by {@code ended}. */
    private long begin;

    private volatile boolean started;
    /** Whether the plan counts what begins from now on; always so with a rate, where the scheduled times decide. */
    private volatile boolean measuring;

    private long endOffset = NEVER;
    private volatile boolean ended;

    /** Creates the share of loop number {@code loop}, counted from 0. */
    Schedule(LoadPlan plan, int loop) {
        this.plan = plan;
        this.rate = plan.rate();
        this.step = plan.loops();
        this.budget = plan.requests() == 0 ? NEVER : plan.requests() / step + (loop < plan.requests() % step ? 1 : 0);
        this.index = loop;
        this.nextOffset = offset();
        this.measuring = !plan.separatesWarmup();
    }

    private long offset() {
        return rate == null ? 0 : rate.offsetNanos(index, plan.warmup());
    }

    /** Sets the beginning of the schedule. */
    void start(long nanoTime) {
        begin = nanoTime;
        started = true;
    }

    /** Begins the measurement of a plan that separates it from the warm-up. */
    void measure() {
        measuring = true;
    }

    /** Returns whether the warm-up is over, and the measurement has not begun. */
    boolean isHeld(long now) {
        return started && !measuring && now - begin >= plan.warmup().toNanos();
    }

    private boolean isCounted(long time) {
        return rate == null
                ? measuring
                : Math.max(0, time - begin) >= plan.warmup().toNanos();
    }

    /** Ends the schedule: operations scheduled for later never begin. */
    void end(long nanoTime) {
        endOffset = nanoTime - begin;
        ended = true;
    }

    /** Returns whether an operation may begin. */
    boolean isDue(long now) {
        if (!started || budget == 0) {
            return false;
        }
        if (rate == null) {
            return !ended && !isHeld(now);
        }
        return nextOffset <= (ended ? Math.min(now - begin, endOffset) : now - begin);
    }

    /** Takes the operation that is due; returns its scheduled time, in {@code nanoTime}. */
    long take(long now) {
        long intended = rate == null ? now : begin + nextOffset;
        if (budget != NEVER && isCounted(intended)) {
            budget--;
        }
        index += step;
        nextOffset = offset();
        return intended;
    }

    /** Counts an operation that could not begin because a client has no connection. */
    void forfeit(long now) {
        if (started && budget != NEVER && budget > 0 && isCounted(now)) {
            budget--;
        }
    }

    /** Returns the nanoseconds until {@link #isDue} may become true. */
    long untilDue(long now) {
        if (!started || budget == 0 || nextOffset == NEVER || (rate == null && (ended || isHeld(now)))) {
            return NEVER;
        }
        return rate == null ? 0 : nextOffset - (now - begin);
    }

    /** Takes all operations that are due; returns their number. */
    long takeOverdue(long now) {
        long overdue = 0;
        while (rate != null && isDue(now)) {
            take(now);
            overdue++;
        }
        return overdue;
    }

    /** Returns whether the maximum number of operations has begun or failed to begin. */
    boolean isExhausted() {
        return budget == 0;
    }
}
