package dev.socketserver.internal.run;

import dev.socketserver.DrainReport;
import dev.socketserver.Server;
import dev.socketserver.ServerState;
import dev.socketserver.internal.util.Log;

/** Logs at INFO what becomes of a server, and at WARN what its end has cost. Thread-safe. */
final class LifecycleLog {
    private static final Log LOG = Log.of(Server.class);

    /** So many requests that were forced to end have a line each. */
    static final int MOST_FORCED = 20;

    private final Server server;

    LifecycleLog(Server server) {
        this.server = server;
    }

    void entered(ServerState state) {
        switch (state) {
            case READY -> LOG.info("{} is ready", server);
            case PAUSED -> LOG.info("{} is paused", server);
            case DRAINING -> LOG.info("{} is draining", server);
            case NEW, STARTING, STOPPED -> {} // what has stopped is told with its report
        }
    }

    void stopped(DrainReport report) {
        LOG.info(
                "{} has stopped: {} requests finished, {} idle connections closed, {} requests forced",
                server,
                report.finished(),
                report.idleClosed(),
                report.forced().size());
        report.forced().stream()
                .limit(MOST_FORCED)
                .forEach(forced -> LOG.warn("{} forced the end of {}", server, forced));
        if (report.forced().size() > MOST_FORCED) {
            LOG.warn("{} forced the end of {} others", server, report.forced().size() - MOST_FORCED);
        }
    }
}
