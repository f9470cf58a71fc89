package dev.socketserver.internal.run;

import java.time.Duration;

/** The deadlines of all requests of a run. Thread-safe. */
public abstract class Alarms {
    /** How late an alarm may ring on a machine that keeps up. */
    public static final Duration TICK = Duration.ofMillis(50);

    /** As far ahead as an alarm may be: some 70 years, which leaves room for differences of times. */
    private static final long FARTHEST = Long.MAX_VALUE / 4;

    Alarms() {}

    /** Returns the time that is so long after another one on the clock, or as long as there can be. */
    public static long in(Duration delay, long after) {
        return after + Math.min(delay.toNanos(), FARTHEST);
    }

    /** Returns the time on the clock of these alarms, in nanoseconds. */
    public abstract long now();

    /** Lets the alarm ring after that many nanoseconds, and no more at the time set before. */
    public final void set(Alarm alarm, long nanos) {
        setAt(alarm, now() + nanos);
    }

    /** Lets the alarm ring at that time on the clock, and no more at the time set before. */
    public abstract void setAt(Alarm alarm, long at);

    /** Keeps the alarm from ringing, for now. */
    public abstract void silence(Alarm alarm);

    /** Takes the alarm out, for good. */
    public abstract void cancel(Alarm alarm);
}
