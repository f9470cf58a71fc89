package dev.socketserver.internal.run;

import dev.socketserver.Rejection;
import dev.socketserver.internal.util.Log;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Logs what limits keep out, of which there may be thousands in a second: one line for each reason every
 * {@link #INTERVAL} at most, with the number of those since the last one; the single ones at DEBUG. Never throws.
 * Thread-safe.
 */
final class RefusalLog {
    /** The least time between two lines of the same reason. */
    static final Duration INTERVAL = Duration.ofMinutes(1);

    private static final Log LOG = Log.of(RefusalLog.class);

    /** Guarded by the log's monitor. */
    private static final class Line {
        private long written; // on the clock
        private long since;
    }

    private final String server;
    private final LongSupplier nanoTime;
    private final Map<Rejection, Line> lines = new EnumMap<>(Rejection.class); // guarded by this

    RefusalLog(String server) {
        this(server, System::nanoTime);
    }

    RefusalLog(String server, LongSupplier nanoTime) {
        this.server = server;
        this.nanoTime = nanoTime;
    }

    /** Takes note of one that was refused. */
    void refused(Rejection reason, Object request, Throwable why) {
        LOG.debug("{} refuses {}: {}", server, request, why);
        long count = countToTell(reason);
        if (count > 0) {
            LOG.warn("{} has refused {} for {}, the last one so: {}", server, count, reason, why);
        }
    }

    /** Returns how many there were since the last line, or 0 if none is to be written now. */
    private synchronized long countToTell(Rejection reason) {
        long now = nanoTime.getAsLong();
        Line line = lines.get(reason);
        if (line == null) {
            line = new Line();
            lines.put(reason, line);
        } else if (now - line.written < INTERVAL.toNanos()) {
            line.since++;
            return 0;
        }
        long count = line.since + 1;
        line.written = now;
        line.since = 0;
        return count;
    }
}
