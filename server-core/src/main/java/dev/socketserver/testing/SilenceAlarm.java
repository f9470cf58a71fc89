package dev.socketserver.testing;

import dev.socketserver.internal.run.Alarm;
import dev.socketserver.internal.run.Alarms;
import java.time.Duration;

/** Says when the peer of a connection in memory has been silent for long. Confined to the connection's turn. */
final class SilenceAlarm extends Alarm {
    private final Alarms alarms;
    private final long span; // in nanoseconds; 0 for none
    private final Runnable call;
    private long since; // when the peer was last heard of or answered
    private boolean due;

    /**
     * Creates one that begins now.
     *
     * @param span after what silence the handler is to be told, and again; zero for never
     * @param call has the connection looked at
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

    /** The peer was heard of or answered. */
    void restart() {
        since = alarms.now();
        stop();
    }

    /** The connection awaits a message. */
    void start() {
        if (span > 0) {
            alarms.setAt(this, since + ((alarms.now() - since) / span + 1) * span);
        }
    }

    /** The connection awaits no message any more. */
    void stop() {
        alarms.cancel(this);
        due = false;
    }

    /** Returns whether the handler is to be told. */
    boolean isDue() {
        return due;
    }

    /** Returns whether the handler is to be told now, and notes that it was. */
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
