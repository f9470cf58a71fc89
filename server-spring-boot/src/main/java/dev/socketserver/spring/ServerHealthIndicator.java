package dev.socketserver.spring;

import dev.socketserver.BaseServer;
import dev.socketserver.ServerSnapshot;
import dev.socketserver.ServerState;
import org.springframework.boot.actuate.health.AbstractHealthIndicator;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.Status;

/** Whether a server serves, by its state: see {@link #status}. Thread-safe. */
final class ServerHealthIndicator extends AbstractHealthIndicator {
    private final BaseServer<?> server;

    ServerHealthIndicator(BaseServer<?> server) {
        this.server = server;
    }

    /**
     * Returns {@link Status#UP} for a server that accepts; {@link Status#OUT_OF_SERVICE} for one that should get no
     * connections now, since it is not started yet, paused or draining; {@link Status#DOWN} for one that has stopped.
     */
    static Status status(ServerState state) {
        return switch (state) {
            case READY -> Status.UP;
            case NEW, STARTING, PAUSED, DRAINING -> Status.OUT_OF_SERVICE;
            case STOPPED -> Status.DOWN;
        };
    }

    @Override
    protected void doHealthCheck(Health.Builder health) {
        ServerSnapshot snapshot = server.snapshot();
        health.status(status(snapshot.state()))
                .withDetail("state", snapshot.state())
                .withDetail("open", snapshot.open())
                .withDetail("requests", snapshot.requests())
                .withDetail("failed", snapshot.failed())
                .withDetail("rejected", snapshot.rejected());
        if (snapshot.state() != ServerState.NEW) {
            health.withDetail("address", server.address().toString());
        }
        server.pool()
                .map(pool -> pool.snapshot())
                .ifPresent(pool -> health.withDetail("busyWorkers", pool.busy()).withDetail("queued", pool.queued()));
    }
}
