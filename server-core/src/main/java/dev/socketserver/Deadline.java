package dev.socketserver;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The moment by which the running operation of one connection must be done; kept by the server's housekeeper, so that a
 * deadline costs the operation no system call.
 *
 * <pre>
 *            arm                expire
 *   NONE ─────────▶ (a time) ─────────▶ EXPIRED
 *     ▲                │                   │
 *     └──── disarm ────┴───── disarm ──────┘
 * </pre>
 *
 * <p>The serving thread arms and disarms, the housekeeper expires; one compare-and-set decides between them.
 */
final class Deadline {
    private static final long NONE = 0;
    private static final long EXPIRED = -1;

    private static final VarHandle AT;

    static {
        try {
            AT = MethodHandles.lookup().findVarHandle(Deadline.class, "at", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** NONE, EXPIRED, or the deadline on the nanoTime clock; written through AT. */
    @SuppressWarnings({"unused", "FieldMayBeFinal"})
    private volatile long at = NONE;

    /** Starts the clock for an operation; a timeout of 0 ns means none. Returns what {@link #armAt} takes. */
    long arm(long timeoutNanos) {
        if (timeoutNanos <= 0) {
            return NONE;
        }
        long deadline = System.nanoTime() + timeoutNanos;
        long at = deadline == NONE || deadline == EXPIRED ? 1 : deadline;
        AT.setRelease(this, at);
        return at;
    }

    /** Goes on with the clock of an operation that was armed before. */
    void armAt(long before) {
        if (before != NONE) {
            AT.setRelease(this, before);
        }
    }

    /** Stops the clock; true if the operation was in time. */
    boolean disarm() {
        return (long) AT.getAcquire(this) == NONE || (long) AT.getAndSet(this, NONE) != EXPIRED;
    }

    /** Expires an overdue deadline; true for the one caller whose part it is to end the operation. */
    boolean expire(long now) {
        long deadline = (long) AT.getAcquire(this);
        return deadline != NONE
                && deadline != EXPIRED
                && now - deadline >= 0
                && AT.compareAndSet(this, deadline, EXPIRED);
    }
}
