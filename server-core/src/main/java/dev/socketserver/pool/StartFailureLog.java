package dev.socketserver.pool;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs that threads cannot be started, one line per interval at most. Not thread-safe: guarded by the pool's lock. */
final class StartFailureLog {
    private static final Logger LOG = LoggerFactory.getLogger(ElasticThreadPool.class);
    private static final long INTERVAL = 15_000_000_000L;

    private final String pool;
    private boolean used;
    private long last;
    private long suppressed;

    StartFailureLog(String pool) {
        this.pool = pool;
    }

    /** What is to be logged about a failure once the lock is released. */
    FollowUp line(long now, Throwable cause) {
        if (used && now - last < INTERVAL) {
            suppressed++;
            return FollowUp.NONE;
        }
        long unsaid = suppressed;
        used = true;
        last = now;
        suppressed = 0;
        return FollowUp.telling(() -> LOG.warn(
                "Pool {} could not start a worker, goes on with those it has ({} more times since the last line)",
                pool,
                unsaid,
                cause));
    }
}
