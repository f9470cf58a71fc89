package dev.socketserver.internal.run;

import java.time.Duration;
import java.util.function.LongSupplier;

/** How often a server had as many connections as it may have, and for how long in total. Thread-safe. */
final class TimeAtLimit {
    private final LongSupplier nanoTime;
    private long times; // guarded by this
    private long before; // guarded by this: nanoseconds, without the current time
    private long since; // guarded by this: on the clock, if it is there now
    private boolean now; // guarded by this

    TimeAtLimit(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** Called when the limit is reached. */
    synchronized void reached() {
        times++;
        since = nanoTime.getAsLong();
        now = true;
    }

    /** Called when it no longer is; returns for how long it was. */
    synchronized Duration left() {
        long lasted = nanoTime.getAsLong() - since;
        before += lasted;
        now = false;
        return Duration.ofNanos(lasted);
    }

    /** Returns how often the limit was reached. */
    synchronized long times() {
        return times;
    }

    /** Returns for how long, including the current time. */
    synchronized Duration total() {
        return Duration.ofNanos(now ? before + nanoTime.getAsLong() - since : before);
    }
}
