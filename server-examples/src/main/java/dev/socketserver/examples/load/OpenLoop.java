package dev.socketserver.examples.load;

import java.time.Duration;

/**
 * Operations begin by a schedule, as the requests of many independent people do. An operation whose time has come while
 * every client was busy begins late, and its latency still counts from the time in the schedule: a server that stalls
 * delays everybody who came meanwhile, and a load tester that did not count them would hide it ("coordinated
 * omission").
 *
 * <p>The loops of a run share one schedule: loop {@code i} of {@code n} takes operations i, i + n, i + 2n and so on.
 */
final class OpenLoop implements Pace {
    private static final long NOT_YET = Long.MAX_VALUE;

    private final Rate rate;
    private final Duration warmup;
    private final int step;
    private long index;
    private long nextOffset;
    /** Published by {@code started}, as {@code endOffset} is by {@code ended}. */
    private long begin;

    private volatile boolean started;
    private long endOffset = Long.MAX_VALUE;
    private volatile boolean ended;

    OpenLoop(Rate rate, Duration warmup, int loop, int loops) {
        this.rate = rate;
        this.warmup = warmup;
        this.index = loop;
        this.step = loops;
        this.nextOffset = rate.offsetNanos(index, warmup);
    }

    @Override
    public void start(long nanoTime) {
        begin = nanoTime;
        started = true;
    }

    @Override
    public void end(long nanoTime) {
        endOffset = nanoTime - begin;
        ended = true;
    }

    @Override
    public boolean isDue(long now) {
        return started && nextOffset <= (ended ? Math.min(now - begin, endOffset) : now - begin);
    }

    @Override
    public long take(long now) {
        long intended = begin + nextOffset;
        advance();
        return intended;
    }

    private void advance() {
        index += step;
        nextOffset = rate.offsetNanos(index, warmup);
    }

    @Override
    public long untilDue(long now) {
        return !started || nextOffset == Long.MAX_VALUE ? NOT_YET : nextOffset - (now - begin);
    }

    @Override
    public long takeOverdue(long now) {
        long overdue = 0;
        while (isDue(now)) {
            advance();
            overdue++;
        }
        return overdue;
    }
}
