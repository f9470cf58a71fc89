package dev.socketserver.internal.run;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Deadlines on a clock that only the caller advances: each alarm rings exactly when it is due, in time order. For small
 * numbers of alarms. Thread-safe.
 */
final class ExactAlarms extends Alarms {
    private final List<Alarm> set = new ArrayList<>(); // guarded by this: in the order in which they were set
    private long now = System.nanoTime(); // guarded by this

    @Override
    public synchronized long now() {
        return now;
    }

    @Override
    public synchronized void setAt(Alarm alarm, long at) {
        cancel(alarm);
        alarm.due(at);
        set.add(alarm);
    }

    @Override
    public void silence(Alarm alarm) {
        cancel(alarm);
    }

    @Override
    public synchronized void cancel(Alarm alarm) {
        alarm.due(Alarm.NEVER);
        set.remove(alarm);
    }

    /**
     * Advances the clock by that many nanoseconds, or fewer if an alarm is due earlier, and rings the first alarm that
     * is due then.
     *
     * @return the number of nanoseconds that have passed
     */
    long pass(long most) {
        long passed = most;
        Alarm due;
        synchronized (this) {
            due = first();
            if (due != null && due.due() - now <= most) {
                passed = Math.max(0, due.due() - now);
                cancel(due);
            } else {
                due = null;
            }
            now += passed;
        }
        if (due != null) {
            due.ring();
        }
        return passed;
    }

    private @Nullable Alarm first() {
        Alarm first = null;
        for (Alarm alarm : set) {
            if (first == null || alarm.due() - first.due() < 0) {
                first = alarm;
            }
        }
        return first;
    }
}
