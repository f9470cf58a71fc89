package dev.socketserver.internal.stream;

import dev.socketserver.internal.run.Alarm;
import dev.socketserver.internal.run.Alarms;
import dev.socketserver.internal.run.OpenRequests;
import dev.socketserver.internal.util.Log;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Frees slots when a server is near its connection limit: ends the connections that have been idle longest, as if their
 * {@code idleTimeout} had expired. While the number is in the last tenth of the limit, checks all connections every
 * {@link #INTERVAL}, on the housekeeper. Thread-safe.
 */
final class IdleCloser extends Alarm {
    /** The time between two checks. */
    static final Duration INTERVAL = Duration.ofMillis(100);

    /** The minimum idle time of a connection to be closed: shorter ones may be the pause between two requests. */
    static final Duration LEAST_IDLE = Duration.ofSeconds(1);

    private static final Log LOG = Log.of(IdleCloser.class);

    /** A connection that may be closed; the time is a copy, since it may change during sorting. */
    private record Idle(StreamRequest connection, long nanos) {}

    private final ConnectionLimit limit;
    private final OpenRequests open;
    private final Lingering lingering;
    private final Alarms alarms;
    private final AtomicBoolean looks = new AtomicBoolean(); // the alarm is set

    IdleCloser(ConnectionLimit limit, OpenRequests open, Lingering lingering, Alarms alarms) {
        this.limit = limit;
        this.lingering = lingering;
        this.open = open;
        this.alarms = alarms;
    }

    /** Schedules a check if there are that many connections. */
    void check() {
        lookIn(0);
    }

    @Override
    protected void ring() {
        looks.set(false); // reset before the number is read: a thread that raises it later schedules another check
        int tooMany = limit.beyondEasy();
        if (tooMany > 0) {
            close(tooMany - lingering.placesHeld());
            lookIn(INTERVAL.toNanos());
        }
    }

    private void lookIn(long nanos) {
        if (limit.beyondEasy() > 0 && looks.compareAndSet(false, true)) {
            alarms.set(this, nanos);
        }
    }

    /** Closes that many connections, minus those that are already about to end for the same reason. */
    private void close(int most) {
        int[] left = {most};
        long now = System.nanoTime();
        List<Idle> idle = new ArrayList<>();
        open.forEach(request -> {
            if (request instanceof StreamRequest connection) {
                long nanos = connection.idleNanos(now);
                if (connection.yieldsPlace()) {
                    left[0]--;
                } else if (nanos >= LEAST_IDLE.toNanos()) {
                    idle.add(new Idle(connection, nanos));
                }
            }
        });
        idle.sort(Comparator.comparingLong(Idle::nanos).reversed());
        idle.stream()
                .limit(Math.max(0, left[0]))
                .forEach(one -> one.connection().yieldPlace());
        LOG.debug("{} of {} connections, {} of them idle", limit.count(), limit.most(), idle.size());
    }
}
