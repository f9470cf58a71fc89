package dev.socketserver.internal.run;

import dev.socketserver.Rejection;
import dev.socketserver.internal.util.Log;
import dev.socketserver.limit.AtLimit;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Logs requests rejected by a limit, and that the limit of connections is reached, which may happen thousands of times
 * per second: at most one line per reason every {@link #INTERVAL}, with the number of times since the last line.
 * Individual rejections are logged at DEBUG. Never throws. Thread-safe.
 */
final class RefusalLog {
    /** The minimum time between two lines for the same reason. */
    static final Duration INTERVAL = Duration.ofMinutes(1);

    private static final Log LOG = Log.of(RefusalLog.class);

    /** Guarded by the log's monitor. */
    private static final class Line {
        private boolean isWritten;
        private long written; // on the clock
        private long since;
    }

    private final String server;
    private final LongSupplier nanoTime;
    private final Map<Rejection, Line> lines = new EnumMap<>(Rejection.class); // guarded by this
    private final Line limitReached = new Line(); // guarded by this

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

    /** Logs that there are as many connections as there may be, and what becomes of further ones. */
    void limitReached(int most, AtLimit policy) {
        long count = countToTell(limitReached);
        if (count > 0) {
            String others = policy == AtLimit.PAUSE ? "wait" : "are refused";
            LOG.warn(
                    "{} has reached its limit of {} connections {} time(s): meanwhile, others {} ({})",
                    server,
                    most,
                    count,
                    others,
                    policy);
        }
    }

    private synchronized long countToTell(Rejection reason) {
        return countToTell(lines.computeIfAbsent(reason, first -> new Line()));
    }

    /** Returns how often it has happened since the last line, or 0 if no line is to be written now. */
    private synchronized long countToTell(Line line) {
        long now = nanoTime.getAsLong();
        if (line.isWritten && now - line.written < INTERVAL.toNanos()) {
            line.since++;
            return 0;
        }
        long count = line.since + 1;
        line.isWritten = true;
        line.written = now;
        line.since = 0;
        return count;
    }
}
