package dev.socketserver.testing;

import dev.socketserver.internal.run.Alarm;
import dev.socketserver.internal.run.Alarms;
import java.time.Duration;

/** Detects when the peer of an in-memory connection has been silent for long. Confined to the connection's turn. */
final class SilenceAlarm extends Alarm {
    private final Alarms alarms;
    private final long span; // in nanoseconds; 0 for none
    private final Runnable call;
    private long since; // when the peer was last heard of or answered
    private boolean due;

    /**
     * Creates an alarm whose silence begins now.
     *
     * @param span the silence after which the handler is notified, repeatedly; zero for never
     * @param call makes the connection check this alarm
     */
    SilenceAlarm(Alarms alarms, Duration span, Runnable call) {
        this.alarms = alarms;
        this.span = span.toNanos();
        this.call = call;
        since = alarms.now();
    }

    /** Returns when the silence began. */
    long since() {
        return since;
    }

    /** Called when the peer has sent something or was answered. */
    void restart() {
        since = alarms.now();
        stop();
    }

    /** Called when the connection begins to await a message. */
    void start() {
        if (span > 0) {
            alarms.setAt(this, since + ((alarms.now() - since) / span + 1) * span);
        }
    }

    /** Called when the connection no longer awaits a message. */
    void stop() {
        alarms.cancel(this);
        due = false;
    }

    /** Returns whether the handler is to be notified. */
    boolean isDue() {
        return due;
    }

    /** Returns whether the handler is to be notified now, and records that it was. */
    boolean take() {
        boolean was = due;
        due = false;
        return was;
    }

    @Override
    protected void ring() {
        due = true;
        call.run();
    }
}
