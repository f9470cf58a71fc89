package dev.socketserver;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Passes events on to the user's listener and keeps what that throws from the server. Thread-safe. */
final class GuardedListener implements ServerListener {
    private static final Logger LOG = LoggerFactory.getLogger(ServerListener.class);

    private final ServerListener target;
    private final RateLimitedLog failures = new RateLimitedLog(LOG);

    GuardedListener(ServerListener target) {
        this.target = target;
    }

    private void guard(Runnable event) {
        try {
            event.run();
        } catch (Throwable e) {
            failures.warn("a server listener threw", e);
        }
    }

    @Override
    public void stateChanged(BaseServer<?> server, ServerState state) {
        guard(() -> target.stateChanged(server, state));
    }

    @Override
    public void opened(Request request) {
        guard(() -> target.opened(request));
    }

    @Override
    public void closed(Request request) {
        guard(() -> target.closed(request));
    }

    @Override
    public void rejected(Request request, Throwable cause) {
        guard(() -> target.rejected(request, cause));
    }

    @Override
    public void error(Request request, Throwable failure) {
        guard(() -> target.error(request, failure));
    }

    @Override
    public void acceptFailed(Throwable failure) {
        guard(() -> target.acceptFailed(failure));
    }

    @Override
    public void truncated(Datagram datagram) {
        guard(() -> target.truncated(datagram));
    }

    @Override
    public void stopped(DrainReport report) {
        guard(() -> target.stopped(report));
    }
}
