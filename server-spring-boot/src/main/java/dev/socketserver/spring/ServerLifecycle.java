package dev.socketserver.spring;

import dev.socketserver.BaseServer;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.SmartLifecycle;

/**
 * Starts the servers of a context after everything else, and drains them, all at the same time, before anything else
 * stops. Thread-safe.
 */
final class ServerLifecycle implements SmartLifecycle {
    private static final Logger LOG = LoggerFactory.getLogger(ServerLifecycle.class);

    /** The part of the phase that is left for closing what is still open at the end of the grace period. */
    private static final int PART_FOR_FORCING = 10;

    private final ListableBeanFactory beans;
    private final ApplicationEventPublisher events;
    private final Duration phaseTimeout;
    private volatile @Nullable ServerBeans started; // written by the context, or for it, one at a time

    ServerLifecycle(ListableBeanFactory beans, ApplicationEventPublisher events, Duration phaseTimeout) {
        this.beans = beans;
        this.events = events;
        this.phaseTimeout = phaseTimeout;
    }

    /** Starts something that listens. */
    @FunctionalInterface
    private interface Start {
        void run() throws IOException;
    }

    @Override
    public void start() {
        ServerBeans servers = ServerBeans.in(beans);
        try {
            servers.groups().forEach((bean, group) -> start(bean, group::start));
            servers.single().forEach((bean, server) -> start(bean, server::start));
        } catch (RuntimeException e) {
            drain(servers).join();
            throw e;
        }
        started = servers;
        for (BaseServer<?> server : servers.all()) {
            warnIfTooSlow(server);
            events.publishEvent(new ServerStartedEvent(server));
        }
    }

    private static void start(String bean, Start server) {
        try {
            server.run();
        } catch (IOException e) {
            throw new ServerStartException(bean, e);
        }
    }

    private void warnIfTooSlow(BaseServer<?> server) {
        if (server.config().drainDelay().compareTo(phaseTimeout) >= 0) {
            LOG.warn(
                    "the drainDelay of {}, {}, is not less than spring.lifecycle.timeout-per-shutdown-phase, {}: the"
                            + " context stops what handlers use before they have finished",
                    server,
                    server.config().drainDelay(),
                    phaseTimeout);
        }
    }

    @Override
    public void stop() {
        ServerBeans servers = started;
        if (servers != null) {
            started = null;
            drain(servers).join();
        }
    }

    @Override
    public void stop(Runnable callback) {
        Runnable drain = () -> {
            try {
                stop();
            } finally {
                callback.run();
            }
        };
        new Thread(drain, "socketserver-stop").start();
    }

    /** Drains all servers, each in a thread of its own. */
    private CompletableFuture<Void> drain(ServerBeans servers) {
        return CompletableFuture.allOf(servers.all().stream()
                .map(server -> CompletableFuture.runAsync(
                        () -> server.shutdown(grace(server)),
                        task -> new Thread(task, server.name() + "-drain").start()))
                .toArray(CompletableFuture<?>[]::new));
    }

    /** Returns the server's own grace, or less, so that its drain ends in time. */
    private Duration grace(BaseServer<?> server) {
        Duration own = server.config().shutdownGrace();
        Duration most = phaseTimeout
                .minus(phaseTimeout.dividedBy(PART_FOR_FORCING))
                .minus(server.config().drainDelay());
        if (most.isNegative()) {
            return Duration.ZERO;
        }
        return own.compareTo(most) < 0 ? own : most;
    }

    @Override
    public boolean isRunning() {
        return started != null;
    }
}
