package dev.socketserver.internal.run;

import dev.socketserver.Rejection;
import dev.socketserver.internal.util.Log;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Logs requests rejected by a limit, of which there may be thousands per second: at most one line per reason every
 * {@link #INTERVAL}, with the number of rejections since the last line. Individual rejections are logged at DEBUG.
 * Never throws. Thread-safe.
 */
final class RefusalLog {
    /** The minimum time between two lines for the same reason. */
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

    /** Logs a rejected request. */
    void refused(Rejection reason, Object request, Throwable why) {
        LOG.debug("{} rejected {}: {}", server, request, why);
        long count = countToTell(reason);
        if (count > 0) {
            LOG.warn("{} rejected {} request(s) for {}, most recently: {}", server, count, reason, why);
        }
    }

    /** Returns the number of rejections since the last line, or 0 if no line is to be written now. */
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
