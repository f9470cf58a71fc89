package dev.socketserver.pool;

import java.util.function.LongSupplier;

/**
 * The thread that looks after a pool when no task comes or goes: it adds workers for a task that has waited too long,
 * and retires surplus ones. It sleeps while there is nothing to look after.
 */
final class Supervisor implements Runnable, FollowUp {
    /** The delay that means: the pool is gone, end. */
    static final long END = -1;

    private static final long PAUSE_AFTER_FAILURE = 100_000_000;

    private final Host host;
    private final TaskFailures failures;
    private final LongSupplier look;
    private final Thread thread;

    /** Whether a look is due at {@link #due}; both guarded by the pool's lock. */
    private boolean armed;

    private long due;

    /** Set by whoever wakes the thread: its look may log, and so use up the permit that {@code unpark} left. */
    private volatile boolean awake;

    /**
     * Makes the supervisor, not started.
     *
     * @param look looks after the pool and returns the time until the next look, or {@link #END}
     */
    Supervisor(Host host, String name, TaskFailures failures, LongSupplier look) {
        this.host = host;
        this.failures = failures;
        this.look = look;
        this.thread = host.newDaemon(name, this);
    }

    void start() {
        thread.start();
    }

    /** Asks for a look at the given time or before; what is returned has to follow. */
    FollowUp arm(long at) {
        if (armed && due - at <= 0) {
            return FollowUp.NONE;
        }
        armed = true;
        due = at;
        return this;
    }

    /** Sets the next look, or none at all with {@link Host#FOREVER}; returns the delay. */
    long rearm(long now, long delay) {
        armed = delay != Host.FOREVER;
        due = now + delay;
        return delay;
    }

    /** Wakes the thread, so that it sees the new time. */
    @Override
    public void proceed() {
        awake = true;
        host.unpark(thread);
    }

    @Override
    public void run() {
        for (long delay = look(); delay != END; delay = look()) {
            if (!awake) {
                host.park(this, delay);
            }
            awake = false;
            Thread.interrupted();
        }
    }

    /** A look that fails, for want of memory, is tried again: a pool without it would starve. */
    private long look() {
        try {
            return look.getAsLong();
        } catch (Throwable failure) {
            failures.report(this, failure);
            return PAUSE_AFTER_FAILURE;
        }
    }
}
