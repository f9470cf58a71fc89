package dev.socketserver.internal.stream;

import dev.socketserver.internal.run.Alarm;
import dev.socketserver.internal.run.Alarms;
import dev.socketserver.internal.run.OpenRequest;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The age at which a connection is to end, a little different for each: those that came together, as after a restart,
 * do not all come back together. Thread-safe.
 */
final class ConnectionAge extends Alarm {
    /** An age differs from the limit by one in so many parts at most. */
    static final int PARTS = 10;

    private final OpenRequest connection;
    private final Alarms alarms;
    private volatile boolean reached; // written by the housekeeper

    ConnectionAge(OpenRequest connection, Alarms alarms) {
        this.connection = connection;
        this.alarms = alarms;
    }

    /** Begins to count. */
    void start(Duration limit) {
        alarms.setAt(this, end(limit, ThreadLocalRandom.current().nextDouble(), alarms.now()));
    }

    /**
     * Returns when a connection that is opened now has the age.
     *
     * @param chance from 0 to 1
     */
    static long end(Duration limit, double chance, long now) {
        return Alarms.in(limit, now + shift(limit, chance).toNanos());
    }

    /**
     * Returns by how much an age differs from the limit.
     *
     * @param chance from 0 to 1
     */
    static Duration shift(Duration limit, double chance) {
        return Duration.ofNanos(
                (long) ((2 * chance - 1) * limit.dividedBy(PARTS).toNanos()));
    }

    /** Returns whether the connection is as old as it may be. */
    boolean isReached() {
        return reached;
    }

    /** Counts no more, for good. */
    void stop() {
        alarms.cancel(this);
    }

    @Override
    protected void ring() {
        reached = true; // before the connection is called, which looks at it then
        connection.call();
    }
}
