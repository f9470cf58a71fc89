package dev.socketserver.internal.stream;

import dev.socketserver.internal.run.Alarm;
import dev.socketserver.internal.run.Alarms;
import java.time.Duration;

/**
 * The clock of a connection's waits for its peer's next message. It goes on over several looks at a connection that
 * brought nothing, and rings if the connection waits without a thread. Confined to the connection's turn, but for the
 * ringing.
 */
final class WaitClock extends Alarm {
    private final Alarms alarms;
    private final Runnable expired;
    private long until = WaitingChannel.NONE; // when the present wait ends, on the nanoTime clock
    private boolean runs; // the wait has begun
    private int told; // of how many spans of silence in the present wait the handler knows

    /** When the peer was last heard of or answered, on the nanoTime clock. Written before the turn ends. */
    private long idleSince = System.nanoTime();

    private volatile boolean cutShort; // the wait is over whatever the time; written by the housekeeper

    /**
     * Creates a clock that stands.
     *
     * @param expired runs on the housekeeper when the time is up of a connection that waits without a thread; must not
     *     block
     */
    WaitClock(Alarms alarms, Runnable expired) {
        this.alarms = alarms;
        this.expired = expired;
    }

    /** The peer has sent something, or was answered: the next wait is a new one. */
    void reset() {
        runs = false;
        if (cutShort) {
            cutShort = false;
        }
    }

    /** Ends the present wait now. Thread-safe. */
    void cutShort() {
        cutShort = true;
    }

    /** Returns whether the present wait was ended before its time. */
    boolean isCutShort() {
        return cutShort;
    }

    /** Returns when the present wait began, on the {@code nanoTime} clock. Thread-safe while the connection waits. */
    long idleSince() {
        return idleSince;
    }

    /**
     * Begins a wait, unless one goes on, which may last as long as this says from its beginning.
     *
     * @param patience how long it may last; zero for no limit
     * @param limit when it ends at the latest, on the {@code nanoTime} clock, or {@link WaitingChannel#NONE}
     */
    void start(Duration patience, long limit) {
        if (!runs) {
            idleSince = System.nanoTime();
            told = 0;
            runs = true;
        }
        long end = patience.isZero() ? WaitingChannel.NONE : WaitingChannel.at(idleSince + patience.toNanos());
        runUntil(WaitingChannel.earlier(end, limit));
    }

    /** Lets the present look at the connection be followed by a wait that ends at that time. */
    void runUntil(long deadline) {
        until = deadline;
    }

    /** Returns when the wait ends, on the {@code nanoTime} clock; {@link WaitingChannel#NONE} if never. */
    long until() {
        return until;
    }

    /**
     * Returns when the wait ends, or the handler is to be told of a silence.
     *
     * @param span after what silence it is told, in nanoseconds; 0 for none
     */
    long until(long span) {
        return span == 0 ? until : WaitingChannel.earlier(until, WaitingChannel.at(idleSince + (told + 1L) * span));
    }

    /** Returns whether the handler is to be told of a silence now, and notes that it was. */
    boolean takeSilence(long span) {
        if (span == 0 || !runs || isUp()) {
            return false;
        }
        long spans = (System.nanoTime() - idleSince) / span;
        boolean isNews = spans > told;
        told = (int) Math.min(Integer.MAX_VALUE, spans);
        return isNews;
    }

    /** Returns whether the time is up. */
    boolean isUp() {
        return cutShort || (until != WaitingChannel.NONE && System.nanoTime() - until >= 0);
    }

    /** Lets the clock ring at that time; {@link WaitingChannel#NONE} for never. */
    void arm(long at) {
        if (at != WaitingChannel.NONE) {
            alarms.setAt(this, at);
        } else {
            alarms.silence(this);
        }
    }

    /** Keeps the clock from ringing, for good. */
    void stop() {
        alarms.cancel(this);
    }

    @Override
    protected void ring() {
        expired.run();
    }
}
