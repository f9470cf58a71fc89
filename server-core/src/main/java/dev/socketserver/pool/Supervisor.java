package dev.socketserver.pool;

import dev.socketserver.internal.util.Backoff;
import java.util.function.LongSupplier;

/**
 * The thread that looks after a pool when no task comes or goes: it adds workers for a task that has waited too long,
 * retires surplus ones and reports stuck tasks. It sleeps while there is nothing to look after, and outlives whatever a
 * look throws.
 */
final class Supervisor implements Runnable {
    /** The delay that says that the pool has terminated. */
    static final long END = -1;

    private final Machine machine;
    private final TaskFailures failures;
    private final LongSupplier look;
    private final Thread thread;

    /** When the next look is due; guarded by the pool's lock. */
    private final Alarm alarm = new Alarm();

    /** Whether the thread has to be woken, because the next look is due sooner; guarded by the pool's lock. */
    private boolean changed;

    /** Set by {@link #wake}, since a look may log, and so use up the permit that {@code unpark} left. */
    private volatile boolean awake;

    /**
     * Creates the supervisor, not started.
     *
     * @param look looks after the pool and returns the time until the next look, or {@link #END}
     */
    Supervisor(Machine machine, String name, TaskFailures failures, LongSupplier look) {
        this.machine = machine;
        this.failures = failures;
        this.look = look;
        this.thread = machine.newDaemon(name, this);
    }

    void start() {
        thread.start();
    }

    // ---- With the pool's lock held

    /** Asks for a look at the given time or before. */
    void arm(long at) {
        if (!alarm.isSetBefore(at)) {
            alarm.set(at);
            changed = true;
        }
    }

    /** Sets the next look, or none with {@link Machine#FOREVER}; for the look itself, which returns the delay. */
    void rearm(long now, long delay) {
        if (delay == Machine.FOREVER) {
            alarm.clear();
        } else {
            alarm.set(now + delay);
        }
    }

    /** Asks for a look at once, which finds that the pool has terminated. */
    void end() {
        changed = true;
    }

    /** Returns whether {@link #wake} has to follow without the lock. */
    boolean takeChanged() {
        boolean was = changed;
        changed = false;
        return was;
    }

    // ---- Without the lock

    /** Wakes the thread, so that it sees when the next look is due. */
    void wake() {
        awake = true;
        machine.unpark(thread);
    }

    @Override
    public void run() {
        Backoff backoff = new Backoff();
        for (long delay = look(backoff); delay != END; delay = look(backoff)) {
            if (!awake) {
                machine.park(this, delay);
            }
            awake = false;
            Thread.interrupted(); // an interrupted thread would not park again
        }
    }

    /** Looks after the pool; if that fails, for want of memory, it is tried again: a pool without it would starve. */
    private long look(Backoff backoff) {
        try {
            long delay = look.getAsLong();
            backoff.reset();
            return delay;
        } catch (Throwable failure) {
            failures.report(this, failure);
            return backoff.next();
        }
    }

    /** A time at which something is due, or none. Not thread-safe: guarded by the pool's lock. */
    static final class Alarm {
        private boolean set;
        private long due;

        boolean isSet() {
            return set;
        }

        /** Returns whether it goes off at that time or before. */
        boolean isSetBefore(long time) {
            return set && due - time <= 0;
        }

        /** Returns whether it has gone off. */
        boolean isDue(long now) {
            return isSetBefore(now);
        }

        void set(long time) {
            set = true;
            due = time;
        }

        void clear() {
            set = false;
        }

        /** Returns the time until it goes off, 0 if it has, {@link Machine#FOREVER} if it is not set. */
        long left(long now) {
            return set ? Math.max(due - now, 0) : Machine.FOREVER;
        }
    }
}
