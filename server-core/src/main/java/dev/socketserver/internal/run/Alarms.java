package dev.socketserver.internal.run;

import java.time.Duration;

/** The deadlines of all requests of a run. Thread-safe. */
public abstract class Alarms {
    /** The maximum delay of an alarm on a machine that is not overloaded. */
    public static final Duration TICK = Duration.ofMillis(50);

    /** The longest delay of an alarm: about 70 years, so that differences of times do not overflow. */
    private static final long FARTHEST = Long.MAX_VALUE / 4;

    Alarms() {}

    /** Returns the time that is the given delay after another one on the clock, limited to the longest delay. */
    public static long in(Duration delay, long after) {
        return after + Math.min(delay.toNanos(), FARTHEST);
    }

    /** Returns the time on the clock of these alarms, in nanoseconds. */
    public abstract long now();

    /** Sets the alarm to ring after a delay in nanoseconds, instead of at the time set before. */
    public final void set(Alarm alarm, long nanos) {
        setAt(alarm, now() + nanos);
    }

    /** Sets the alarm to ring at a time on the clock, instead of at the time set before. */
    public abstract void setAt(Alarm alarm, long at);

    /** Clears the alarm, which may be set again. */
    public abstract void silence(Alarm alarm);

    /** Removes the alarm permanently. */
    public abstract void cancel(Alarm alarm);
}
