package dev.socketserver.internal.run;

import dev.socketserver.Datagram;
import dev.socketserver.DrainReport;
import dev.socketserver.Request;
import dev.socketserver.Server;
import dev.socketserver.ServerListener;
import dev.socketserver.ServerState;
import dev.socketserver.StreamConnection;
import dev.socketserver.internal.util.Log;
import dev.socketserver.internal.util.RateLimitedLog;
import java.time.Duration;

/**
 * Passes events to the log, the flight recorder and the user's listener; exceptions that the latter throws are logged
 * and otherwise ignored. Thread-safe.
 */
final class GuardedListener {
    private static final Log LOG = Log.of(ServerListener.class);

    private final Server server;
    private final ServerListener target;
    private final LifecycleLog lifecycle;
    private final RateLimitedLog failures = new RateLimitedLog(LOG);

    GuardedListener(Server server, ServerListener target) {
        this.server = server;
        this.target = target;
        lifecycle = new LifecycleLog(server);
    }

    private void threw(Throwable failure) {
        failures.warn("the listener of {} threw", server, failure);
    }

    void stateChanged(ServerState state) {
        lifecycle.entered(state);
        try {
            target.stateChanged(server, state);
        } catch (Throwable e) {
            threw(e);
        }
    }

    void opened(Request request) {
        try {
            target.opened(server, request);
        } catch (Throwable e) {
            threw(e);
        }
    }

    void closed(Request request) {
        try {
            target.closed(server, request);
        } catch (Throwable e) {
            threw(e);
        }
    }

    void rejected(Request request, Throwable cause) {
        try {
            target.rejected(server, request, cause);
        } catch (Throwable e) {
            threw(e);
        }
    }

    void error(Request request, Throwable failure) {
        try {
            target.error(server, request, failure);
        } catch (Throwable e) {
            threw(e);
        }
    }

    void dropped(StreamConnection connection, int messages) {
        try {
            target.dropped(server, connection, messages);
        } catch (Throwable e) {
            threw(e);
        }
    }

    void acceptFailed(Throwable failure) {
        try {
            target.acceptFailed(server, failure);
        } catch (Throwable e) {
            threw(e);
        }
    }

    void limitReached(int maxConnections) {
        try {
            target.limitReached(server, maxConnections);
        } catch (Throwable e) {
            threw(e);
        }
    }

    void limitLeft(Duration lasted) {
        try {
            target.limitLeft(server, lasted);
        } catch (Throwable e) {
            threw(e);
        }
    }

    void truncated(Datagram datagram) {
        try {
            target.truncated(server, datagram);
        } catch (Throwable e) {
            threw(e);
        }
    }

    void stopped(DrainReport report) {
        lifecycle.stopped(report);
        ServerEvents.drained(server, report);
        try {
            target.stopped(server, report);
        } catch (Throwable e) {
            threw(e);
        }
    }
}
