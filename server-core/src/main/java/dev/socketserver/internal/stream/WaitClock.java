package dev.socketserver.internal.stream;

import dev.socketserver.internal.run.Alarm;
import dev.socketserver.internal.run.Alarms;
import java.time.Duration;

/**
 * The clock of a connection's waits for its peer's next message. It keeps running across several checks of the
 * connection that find nothing, and rings if the connection waits without a thread. Confined to the connection's turn,
 * except for the ringing.
 */
final class WaitClock extends Alarm {
    private final Alarms alarms;
    private final Runnable expired;
    private long until = Deadline.NONE; // when the current wait ends, on the nanoTime clock
    private boolean runs; // the wait has begun
    private int told; // how many spans of silence in the current wait the handler was notified of

    /** When the peer last sent something or was answered, on the nanoTime clock. Written before the turn ends. */
    private long idleSince = System.nanoTime();

    private volatile boolean cutShort; // the wait has ended early; written by the housekeeper

    /**
     * Creates a clock that is not running.
     *
     * @param expired runs on the housekeeper when the time that was set is up, whether the connection waits, is about
     *     to, or is served; must not block
     */
    WaitClock(Alarms alarms, Runnable expired) {
        this.alarms = alarms;
        this.expired = expired;
    }

    /** Resets the clock, because the peer has sent something or was answered: the next wait is a new one. */
    void reset() {
        runs = false;
        if (cutShort) {
            cutShort = false;
        }
    }

    /** Returns whether a wait has begun, and goes on if the connection waits again. */
    boolean isRunning() {
        return runs;
    }

    /** Ends the current wait now. Thread-safe. */
    void cutShort() {
        cutShort = true;
    }

    /** Returns whether the current wait was ended early. */
    boolean isCutShort() {
        return cutShort;
    }

    /** Returns when the current wait began, on the {@code nanoTime} clock. Thread-safe while the connection waits. */
    long idleSince() {
        return idleSince;
    }

    /**
     * Begins a wait, or sets the limits of the current one, counted from its beginning.
     *
     * @param patience the maximum duration; zero for no limit
     * @param limit the latest end on the {@code nanoTime} clock, or {@link Deadline#NONE}
     */
    void start(Duration patience, long limit) {
        if (!runs) {
            idleSince = System.nanoTime();
            told = 0;
            runs = true;
        }
        long end = patience.isZero() ? Deadline.NONE : Deadline.at(idleSince + patience.toNanos());
        runUntil(Deadline.earlier(end, limit));
    }

    /** Sets the end of the wait that follows the current check of the connection. */
    void runUntil(long deadline) {
        until = deadline;
    }

    /** Returns when the wait ends, on the {@code nanoTime} clock; {@link Deadline#NONE} if never. */
    long until() {
        return until;
    }

    /**
     * Returns when the wait ends, or when the handler must next be notified of a silence.
     *
     * @param span the silence after which it is notified, in nanoseconds; 0 for never
     */
    long until(long span) {
        return span == 0 ? until : Deadline.earlier(until, Deadline.at(idleSince + (told + 1L) * span));
    }

    /** Returns whether the handler must be notified of a silence now, and records that it was. */
    boolean takeSilence(long span) {
        if (span == 0 || !runs || isUp()) {
            return false;
        }
        long spans = (System.nanoTime() - idleSince) / span;
        boolean isNews = spans > told;
        told = (int) Math.min(Integer.MAX_VALUE, spans);
        return isNews;
    }

    /** Returns whether the wait has timed out. */
    boolean isUp() {
        return cutShort || (until != Deadline.NONE && System.nanoTime() - until >= 0);
    }

    /** Sets the clock to ring at a time; {@link Deadline#NONE} for never. */
    void arm(long at) {
        if (at != Deadline.NONE) {
            alarms.setAt(this, at);
        } else {
            alarms.silence(this);
        }
    }

    /** Stops the clock permanently. */
    void stop() {
        alarms.cancel(this);
    }

    @Override
    protected void ring() {
        expired.run();
    }
}
