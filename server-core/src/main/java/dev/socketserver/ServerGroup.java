package dev.socketserver;

import dev.socketserver.internal.util.Check;
import dev.socketserver.internal.util.StopSignals;
import dev.socketserver.internal.util.UserThread;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Function;

/**
 * Several servers with one lifecycle: all start or none does, and all drain at the same time. For a service that
 * listens in several ways, as with and without TLS, on a Unix socket and for datagrams.
 *
 * <p>The servers may share one {@link dev.socketserver.pool.ElasticThreadPool} by {@link ServerConfig#executor()}; as
 * with a single server, it stays the caller's to close, after the group. A server of a group that stops by itself, or
 * is stopped, leaves the others as they are. Thread-safe.
 *
 * <pre>{@code
 * try (var pool = new ElasticThreadPool(PoolConfig.defaults());
 *         var group = new ServerGroup(
 *                 new TcpServer(ServerConfig.builder().port(7007).executor(pool).build(), EchoHandler::new),
 *                 new UdpServer(ServerConfig.builder().port(7007).executor(pool).build(), EchoDatagramHandler::new))) {
 *     group.serveForever();
 * }
 * }</pre>
 */
public final class ServerGroup implements AutoCloseable {
    private static final DrainReport UNFINISHED = new DrainReport(0, 0, List.of(), false);

    private final List<BaseServer<?>> servers;
    private boolean served; // guarded by this: all have been started at a time
    private boolean stopOvertook; // guarded by this: a stop came since start() was called, or before
    private boolean closed; // guarded by this

    /**
     * Creates a group of servers that do not serve yet.
     *
     * @throws IllegalArgumentException if there is none, or one is there twice
     */
    public ServerGroup(BaseServer<?>... servers) {
        this.servers = List.of(servers);
        if (servers.length == 0) {
            throw new IllegalArgumentException("a group needs a server");
        } else if (new HashSet<>(this.servers).size() < servers.length) {
            throw new IllegalArgumentException("a server is in the group twice: " + this.servers);
        }
    }

    /** Returns the servers, as for their snapshots and addresses. */
    public List<BaseServer<?>> servers() {
        return servers;
    }

    /**
     * Starts all servers: binds the addresses of all, and then accepts on each. When this method returns, all are
     * ready. If one cannot be started, those that were are shut down again, each with its own
     * {@link ServerConfig#shutdownGrace()}.
     *
     * @throws IOException if an address cannot be bound
     * @throws IllegalStateException if a server serves already or was closed, or the group is shut down while it starts
     */
    public void start() throws IOException {
        synchronized (this) {
            stopOvertook = false;
        }
        if (!startAll()) {
            throw new IllegalStateException(this + " was stopped while it was starting");
        }
    }

    /**
     * Starts all servers and waits until all have stopped. Returns at once if the group was shut down before it served;
     * if this thread is interrupted, shuts all down, each with its own {@link ServerConfig#shutdownGrace()}.
     *
     * @throws IOException if an address cannot be bound
     * @throws IllegalStateException if a server serves already, or was closed
     */
    public void serveForever() throws IOException {
        synchronized (this) {
            boolean overtaken = stopOvertook && !served;
            stopOvertook = false;
            if (overtaken) {
                return;
            }
        }
        startAll();
        try {
            for (BaseServer<?> server : servers) {
                server.awaitStopped();
            }
        } catch (InterruptedException e) {
            stop(servers, ServerGroup::shutDown);
            Thread.currentThread().interrupt();
        }
    }

    /** Starts all or none; returns false if a stop came meanwhile, which those that were started follow. */
    private boolean startAll() throws IOException {
        List<BaseServer<?>> bound = new ArrayList<>();
        try {
            synchronized (this) {
                servers.forEach(ServerGroup::requireStartable);
                for (BaseServer<?> server : servers) {
                    if (!stopOvertook) {
                        bound.add(server);
                        server.bind();
                    }
                }
                for (BaseServer<?> server : bound) {
                    if (!stopOvertook) {
                        server.start();
                    }
                }
                served |= !stopOvertook;
                return !stopOvertook;
            }
        } catch (Throwable e) {
            stop(bound, BaseServer::takeBack);
            throw e;
        }
    }

    private static void requireStartable(BaseServer<?> server) {
        ServerState state = server.state();
        if (state == ServerState.READY || state == ServerState.PAUSED || state == ServerState.DRAINING) {
            throw new IllegalStateException(server + " cannot start serving in a group: it is " + state);
        }
    }

    /** Pauses all servers; returns true if all are {@link ServerState#PAUSED} now. See {@link Server#pause()}. */
    public boolean pause() {
        return servers.stream().filter(Server::pause).count() == servers.size();
    }

    /** Resumes all servers; returns true if all are {@link ServerState#READY} now. See {@link Server#resume()}. */
    public boolean resume() {
        return servers.stream().filter(Server::resume).count() == servers.size();
    }

    /**
     * Returns the state of the group: that of its servers if they are in the same one. Otherwise it is
     * {@link ServerState#STOPPED} if none was started or all that were have stopped; else {@link ServerState#DRAINING}
     * if one drains or has stopped; else {@link ServerState#STARTING} if one is not started yet; else
     * {@link ServerState#PAUSED}. So it is {@link ServerState#READY} if all are.
     */
    public ServerState state() {
        Set<ServerState> states = EnumSet.noneOf(ServerState.class);
        servers.forEach(server -> states.add(server.state()));
        if (states.size() == 1) {
            return states.iterator().next();
        } else if (EnumSet.of(ServerState.NEW, ServerState.STOPPED).containsAll(states)) {
            return ServerState.STOPPED;
        } else if (states.contains(ServerState.DRAINING) || states.contains(ServerState.STOPPED)) {
            return ServerState.DRAINING;
        }
        return states.contains(ServerState.NEW) || states.contains(ServerState.STARTING)
                ? ServerState.STARTING
                : ServerState.PAUSED;
    }

    /**
     * Waits until no request is open in any server, including requests that arrive while waiting.
     *
     * @return false if the timeout elapsed first
     */
    public boolean join(Duration timeout) throws InterruptedException {
        long deadline =
                System.nanoTime() + Check.notNegative("timeout", timeout).toNanos();
        do {
            for (BaseServer<?> server : servers) {
                if (!server.join(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())))) {
                    return false;
                }
            }
        } while (servers.stream().anyMatch(server -> server.openCount() > 0)); // it came behind the wait's back
        return true;
    }

    /**
     * Shuts all servers down at the same time, each as {@link Server#shutdown} does, so that the grace is one for all.
     * Returns when all have stopped.
     *
     * <p>If called from inside one of the servers, where waiting might deadlock, starts the shutdown and returns at
     * once, with reports that are not {@linkplain DrainReport#complete() complete}.
     *
     * @return the report of each server, in the order of the servers; {@link DrainReport#plus} adds them up
     */
    public Map<Server, DrainReport> shutdown(Duration grace) {
        Check.notNegative("grace", grace);
        return stop(server -> server.shutdown(grace));
    }

    /**
     * Closes the group when the process is told to stop by SIGTERM or SIGINT; see {@link BaseServer#closeOnSignal}.
     * Lasts until the group is closed.
     */
    public void closeOnSignal() {
        StopSignals.close(this, this::close, this::isClosed);
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    /**
     * Shuts all servers down permanently, at the same time, each with its own {@link ServerConfig#shutdownGrace()}.
     * Further calls do nothing.
     */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        stop(server -> {
            server.close();
            return DrainReport.NOTHING;
        });
        StopSignals.forget(this);
    }

    private Map<Server, DrainReport> stop(Function<BaseServer<?>, DrainReport> how) {
        synchronized (this) { // not while servers are being started, of which some would be missed
            stopOvertook = true;
        }
        return stop(servers, how);
    }

    private static DrainReport shutDown(BaseServer<?> server) {
        return server.shutdown(server.config().shutdownGrace());
    }

    /** Stops some of the servers, each in a thread of its own, and waits for them if the calling thread may. */
    private Map<Server, DrainReport> stop(List<BaseServer<?>> some, Function<BaseServer<?>, DrainReport> how) {
        boolean mayWait = servers.stream().noneMatch(BaseServer::holdsUpStop);
        List<Thread> threads = new ArrayList<>();
        Map<Server, FutureTask<DrainReport>> stops = new LinkedHashMap<>();
        for (BaseServer<?> server : some) {
            var stop = new FutureTask<>(() -> how.apply(server));
            stops.put(server, stop);
            threads.add(UserThread.begin(stop, server.name() + "-shutdown"));
        }
        Map<Server, DrainReport> reports = new LinkedHashMap<>();
        boolean interrupted = false;
        for (Map.Entry<Server, FutureTask<DrainReport>> stop : stops.entrySet()) {
            while (mayWait && !reports.containsKey(stop.getKey())) {
                try {
                    reports.put(stop.getKey(), stop.getValue().get());
                } catch (InterruptedException e) {
                    interrupted = true;
                    threads.forEach(Thread::interrupt); // which ends the grace of each
                } catch (ExecutionException e) {
                    throw new IllegalStateException(stop.getKey() + " could not be stopped", e.getCause());
                }
            }
            reports.putIfAbsent(stop.getKey(), UNFINISHED);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return Collections.unmodifiableMap(reports);
    }

    @Override
    public String toString() {
        return "ServerGroup" + servers;
    }
}
