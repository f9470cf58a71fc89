package dev.socketserver.pool;

import dev.socketserver.internal.util.Backoff;
import java.util.function.LongSupplier;

/**
 * The thread that maintains a pool while no task arrives or ends: it adds workers for a task that has waited too long,
 * retires surplus workers and reports stuck tasks. It sleeps while there is nothing to check, and survives any
 * exception that a check throws.
 */
final class Supervisor implements Runnable {
    /** The delay that indicates that the pool has terminated. */
    static final long END = -1;

    private final Machine machine;
    private final TaskFailures failures;
    private final LongSupplier look;
    private final Thread thread;

    /** When the next check is due; guarded by the pool's lock. */
    private final Alarm alarm = new Alarm();

    /** Whether the thread has to be woken because the next check is due sooner; guarded by the pool's lock. */
    private boolean changed;

    /** Set by {@link #wake}, since a check may log, and so consume the permit of {@code unpark}. */
    private volatile boolean awake;

    /**
     * Creates the supervisor, not started.
     *
     * @param look checks the pool and returns the time until the next check, or {@link #END}
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

    /** Requests a check at the given time or earlier. */
    void arm(long at) {
        if (!alarm.isSetBefore(at)) {
            alarm.set(at);
            changed = true;
        }
    }

    /**
     * Sets the time of the next check, or none with {@link Machine#FOREVER}. For the check itself, which returns the
     * delay.
     */
    void rearm(long now, long delay) {
        if (delay == Machine.FOREVER) {
            alarm.clear();
        } else {
            alarm.set(now + delay);
        }
    }

    /** Requests a check at once, which finds that the pool has terminated. */
    void end() {
        changed = true;
    }

    /** Returns whether {@link #wake} must be called once the lock is released. */
    boolean takeChanged() {
        boolean was = changed;
        changed = false;
        return was;
    }

    // ---- Without the lock

    /** Wakes the thread, so that it sees when the next check is due. */
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

    /** Checks the pool; if that fails for lack of memory, retries, since the pool would starve without it. */
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

        /** Returns whether it is due at that time or earlier. */
        boolean isSetBefore(long time) {
            return set && due - time <= 0;
        }

        /** Returns whether it is due. */
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

        /** Returns the time until it is due, 0 if it is, {@link Machine#FOREVER} if it is not set. */
        long left(long now) {
            return set ? Math.max(due - now, 0) : Machine.FOREVER;
        }
    }
}
