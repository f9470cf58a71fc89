package dev.socketserver;

import dev.socketserver.internal.run.CallerRun;
import dev.socketserver.internal.run.Endpoint;
import dev.socketserver.internal.run.OpenRequest;
import dev.socketserver.internal.run.OpenRequests;
import dev.socketserver.internal.run.ServerCounters;
import dev.socketserver.internal.run.ServerRun;
import dev.socketserver.internal.util.Check;
import dev.socketserver.internal.util.Closing;
import dev.socketserver.internal.util.Log;
import dev.socketserver.internal.util.RateLimitedLog;
import dev.socketserver.internal.util.StopSignals;
import dev.socketserver.pool.ElasticThreadPool;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.NetworkChannel;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The base class of all servers: their lifecycle, and the hooks of Python's {@code socketserver}.
 *
 * <p><b>To call:</b> {@link #serveForever}, {@link #start}, {@link #handleRequest}, {@link #address}, {@link #pause},
 * {@link #resume}, {@link #shutdown}, {@link #close}, {@link #closeOnSignal}. All are thread-safe.
 *
 * <p><b>To override:</b> {@link #serverBind}, {@link #serverActivate}, {@link #serverClose}, {@link #verifyRequest},
 * {@link #processRequest}, {@link #finishRequest}, {@link #shutdownRequest}, {@link #closeRequest},
 * {@link #handleError}, {@link #handleOverload}, {@link #handleTimeout}, {@link #serviceActions}. An exception from a
 * hook affects at most the request that it was called for.
 *
 * <p>The constructor opens nothing: {@link #bind()}, which the serving methods call, binds the address. A server that
 * was shut down may be started again, on the same address; a closed server may not.
 *
 * @param <R> the type of the requests: {@link StreamConnection} or {@link Datagram}
 */
public abstract sealed class BaseServer<R extends Request> implements Server permits StreamServer, UdpServer {
    private static final Log LOG = Log.of(BaseServer.class);

    static {
        CallerRun.hooks(server -> ((BaseServer<?>) server).hooks);
    }

    private final ServerConfig config;
    private final ServerHooks<R> hooks;
    private final RateLimitedLog handlerFailures = new RateLimitedLog(LOG);
    private final ServerCounters counters = new ServerCounters();

    private final Object lock = new Object();
    private volatile @Nullable ServerRun run; // written under lock
    private volatile @Nullable Endpoint endpoint; // written under lock; of the present run, or the last one
    private volatile @Nullable SocketAddress address; // written under lock
    private boolean closed; // guarded by lock
    private boolean listening; // guarded by lock
    private boolean stopOvertook; // guarded by lock: a stop came before serveForever()

    BaseServer(ServerConfig config, Supplier<? extends RequestHandler<R>> handlers) {
        this.config = Objects.requireNonNull(config, "config");
        hooks = new ServerHooks<>(this, Objects.requireNonNull(handlers, "handlers"));
    }

    // ---- for the caller

    /** Returns the configuration. */
    public final ServerConfig config() {
        return config;
    }

    @Override
    public final String name() {
        return config.name();
    }

    @Override
    public final ServerState state() {
        ServerRun current = run;
        return current == null ? ServerState.NEW : current.state();
    }

    @Override
    public final ServerSnapshot snapshot() {
        return counters.snapshot(state(), openCount());
    }

    /** Returns {@link ServerSnapshot#open()}. */
    final int openCount() {
        OpenRequests requests = openRequests();
        return requests == null ? 0 : requests.size();
    }

    /** Returns the counters behind the snapshot, to read single ones. */
    final ServerCounters counters() {
        return counters;
    }

    /**
     * Returns the pool that the server created, for its metrics; empty before the server is bound, or if an executor is
     * configured.
     */
    public final Optional<ElasticThreadPool> pool() {
        ServerRun current = run;
        return current == null ? Optional.empty() : current.ownPool();
    }

    /**
     * Binds the address, so that {@link #address()} is known and the kernel queues connections. Does nothing if the
     * address is already bound.
     *
     * @throws IOException if the address is in use, or does not belong to this machine
     * @throws IllegalStateException if the server was closed, or its executor is an elastic pool that is shut down
     */
    public final void bind() throws IOException {
        synchronized (lock) {
            stopOvertook = false;
            bound();
        }
    }

    /** Returns the present run, or binds and starts a new one; with the lock held. */
    private ServerRun bound() throws IOException {
        if (closed) {
            throw new IllegalStateException(this + " is closed");
        }
        ServerRun current = run;
        if (current != null && current.state() != ServerState.STOPPED) {
            return current;
        }
        try {
            open();
            listening = true;
            serverBind();
            Endpoint bound = newEndpoint();
            endpoint = bound;
            address = bound.address();
            serverActivate();
            current = new ServerRun(this, config, hooks, counters, bound);
            current.start();
        } catch (Throwable e) {
            giveUpBinding();
            throw e;
        }
        run = current;
        current.announce();
        return current;
    }

    private void giveUpBinding() {
        stopListening();
        Endpoint bound = endpoint;
        if (bound != null) {
            bound.release();
            endpoint = null;
        }
        Closing.quietly(channelOrNull());
    }

    /**
     * Accepts and serves in the calling thread until the server is shut down, or this thread is interrupted. Returns
     * immediately if the server was shut down before it served. If it is shut down while starting, returns once it has
     * stopped.
     *
     * @throws IOException if the address cannot be bound
     * @throws IllegalStateException if the server is already serving, or was closed
     */
    public final void serveForever() throws IOException {
        ServerRun current;
        synchronized (lock) {
            if (stopOvertook) {
                stopOvertook = false;
                return;
            }
            current = bound();
        }
        if (current.becomeReady()) {
            current.acceptUntilStopped(Thread.currentThread());
        } else {
            current.awaitStopped();
        }
    }

    /**
     * Starts serving in a new thread, like {@link #serveForever()}. When this method returns, the server is ready. The
     * thread is not a daemon thread: it keeps the JVM running.
     *
     * @throws IOException if the address cannot be bound
     * @throws IllegalStateException if the server is already serving, was closed, or is shut down while it starts
     */
    public final void start() throws IOException {
        ServerRun current;
        synchronized (lock) {
            stopOvertook = false;
            current = bound();
        }
        if (!current.becomeReady()) {
            throw new IllegalStateException(this + " was stopped while it was starting");
        }
        current.startAcceptor();
    }

    /**
     * Waits for one request and processes it.
     *
     * @throws IOException if the address cannot be bound, or accepting fails
     * @throws IllegalStateException if the server is already serving, or was closed
     */
    public final void handleRequest() throws IOException {
        handleRequest(Duration.ofNanos(Long.MAX_VALUE));
    }

    /**
     * Waits for one request and processes it; if none arrives within the timeout, calls {@link #handleTimeout()}. With
     * a timeout of zero, processes a request only if one is already queued.
     *
     * @return false if the timeout elapsed
     * @throws IOException if the address cannot be bound, or accepting fails
     * @throws IllegalStateException if the server is already serving, or was closed
     */
    public final boolean handleRequest(Duration timeout) throws IOException {
        long deadline =
                System.nanoTime() + Check.notNegative("timeout", timeout).toNanos();
        ServerRun current;
        synchronized (lock) {
            stopOvertook = false;
            current = bound();
        }
        if (current.acceptOne(deadline)) {
            return true;
        }
        handleTimeout();
        return false;
    }

    @Override
    public final SocketAddress address() {
        SocketAddress current = address;
        if (current == null) {
            throw new IllegalStateException(this + " has no address yet: call bind() or start() first");
        }
        return current;
    }

    @Override
    public final int port() {
        if (address() instanceof InetSocketAddress inet) {
            return inet.getPort();
        }
        throw new IllegalStateException(this + " has no port: " + address());
    }

    /**
     * Waits until no request is open, including requests that arrive while waiting.
     *
     * @return false if the timeout elapsed first
     */
    public final boolean join(Duration timeout) throws InterruptedException {
        Check.notNegative("timeout", timeout);
        ServerRun current = run;
        return current == null || current.runner().open().awaitEmpty(timeout);
    }

    @Override
    public final boolean pause() {
        ServerRun current = run;
        return current != null && current.pause(true);
    }

    @Override
    public final boolean resume() {
        ServerRun current = run;
        return current != null && current.pause(false);
    }

    @Override
    public final DrainReport shutdown(Duration grace) {
        Check.notNegative("grace", grace);
        ServerRun current;
        synchronized (lock) {
            current = run;
            stopOvertook = current == null || !current.hasServed();
        }
        return current == null ? DrainReport.NOTHING : current.stop(grace);
    }

    /**
     * Closes the server, as by {@link #close()}, when the process is told to stop by SIGTERM or SIGINT (Ctrl-C). The
     * process is not ended by such a signal: it ends by itself, with exit code 0, when {@link #serveForever()} has
     * returned and {@code main} after it. A second signal ends it at once. If the JVM exits in another way, for example
     * by {@code System.exit}, or runs with {@code -Xrs}, the server is closed in a shutdown hook. If it was not bound
     * by then, {@link #serveForever()} returns at once, and {@link #bind()} and {@link #start()} throw an exception.
     * Lasts until the server is closed.
     */
    public final void closeOnSignal() {
        StopSignals.close(this, this::close, this::isClosed);
    }

    private boolean isClosed() {
        synchronized (lock) {
            return closed;
        }
    }

    /** Shuts down what was started for a group that cannot start, which is no wish that the server not serve. */
    final DrainReport takeBack() {
        ServerRun current = run;
        return current == null ? DrainReport.NOTHING : current.stop(config.shutdownGrace());
    }

    @Override
    public final void close() {
        synchronized (lock) {
            closed = true;
        }
        shutdown(config.shutdownGrace());
        StopSignals.forget(this);
    }

    // ---- may be overridden

    /**
     * Binds the open socket to the address. An override may set options of {@code channel()} first.
     *
     * @throws IOException if the address is in use, or does not belong to this machine
     */
    protected abstract void serverBind() throws IOException;

    /** Runs after the socket is bound, before anything is accepted. Does nothing by default. */
    protected void serverActivate() throws IOException {}

    /** Stops accepting; a listening socket is closed. May be called twice. */
    protected void serverClose() {
        Endpoint bound = endpoint;
        if (bound == null) {
            Closing.quietly(channelOrNull());
        } else {
            bound.close();
        }
    }

    /**
     * Returns whether to serve a request; a request that is not served is closed. Returns true by default. Runs in the
     * accepting thread; there is one at a time.
     */
    protected boolean verifyRequest(R request) throws Exception {
        return true;
    }

    /**
     * Passes a verified request to the executor. Runs in the accepting thread, once per connection or datagram.
     *
     * <p>An override may serve the request itself, as {@code socketserver}'s mix-ins do, in this thread or in another
     * one, by calling {@link #finishRequest} and then {@link #shutdownRequest}.
     *
     * @throws java.util.concurrent.RejectedExecutionException if there is no room for the request, which is then closed
     */
    protected void processRequest(R request) throws Exception {
        running().process(open(request));
    }

    /**
     * Serves a request. When the server calls this method, in the serving thread, the handler handles one message; for
     * the first message of a connection, the handler is created and set up first. When an override of
     * {@link #processRequest} calls it, it serves the request to its end and sends the handler's output.
     *
     * @throws IllegalStateException if the request is closed, or is being served by another thread
     */
    protected void finishRequest(R request) throws Exception {
        running().finishRequest().serve(open(request));
    }

    /** Runs when a request has ended, normally or not; calls {@link #closeRequest}. */
    protected void shutdownRequest(R request) throws Exception {
        closeRequest(request);
    }

    /** Closes a request. Called once per request; further calls do nothing. */
    protected void closeRequest(R request) {
        running().runner().ends().close(open(request));
    }

    /**
     * Runs when serving a request has failed, before the request is shut down. By default, logs the failure: an
     * exception from the request's own connection, or a {@link ProtocolViolationException}, which is the peer's fault,
     * as one line at DEBUG; anything else with its stack trace at ERROR, at most one of each kind every 15 seconds.
     */
    protected void handleError(R request, Throwable failure) {
        if (open(request).isPeersFault(failure)) {
            LOG.debug("{} failed: {}", request, failure);
        } else {
            handlerFailures.error("the handler of {} failed", request, failure);
        }
    }

    /**
     * Runs when no worker will serve a request, before the request is shut down. Override it to send the protocol's
     * busy reply, for which a connection has half a second. Not called for a connection whose TLS handshake is
     * incomplete, because nothing can be sent to its peer. Runs in the accepting thread or in another thread of the
     * server. Does nothing by default.
     */
    protected void handleOverload(R request) throws Exception {}

    /** Runs when {@link #handleRequest(Duration)} times out. Does nothing by default. */
    protected void handleTimeout() {}

    /**
     * Runs about twice a second while the server is running, in a separate thread, never concurrently. Does nothing by
     * default.
     */
    protected void serviceActions() throws Exception {}

    // ---- for a group of servers

    /** Waits until the present run, if any, has stopped. */
    final void awaitStopped() throws InterruptedException {
        ServerRun current = run;
        if (current != null) {
            current.awaitEnd();
        }
    }

    /** Returns whether another thread that stops the server may have to wait for the calling one. */
    final boolean holdsUpStop() {
        ServerRun current = run;
        return Thread.holdsLock(lock) || (current != null && current.holdsUpStop());
    }

    // ---- for the transports

    /** Returns the requests of the present run, or the last one; null before the first. */
    final @Nullable OpenRequests openRequests() {
        ServerRun current = run;
        return current == null ? null : current.runner().open();
    }

    private ServerRun running() {
        return Objects.requireNonNull(run, "not bound");
    }

    /** Returns a request as the engine has it. */
    private static OpenRequest open(Request request) {
        if (request instanceof OpenRequest open) {
            return open;
        }
        throw new IllegalArgumentException("not a request accepted by a server: " + request);
    }

    /** Opens a socket, not bound unless it was inherited. */
    abstract void open() throws IOException;

    /** Returns the socket, or null if none was opened yet. */
    abstract @Nullable NetworkChannel channelOrNull();

    /** Returns where requests come from; the socket is bound. */
    abstract Endpoint newEndpoint() throws IOException;

    /** Stops listening, by the hook; once, and also if an overridden {@link #serverClose} throws. */
    final void stopListening() {
        synchronized (lock) {
            if (!listening) {
                return;
            }
            listening = false;
            try {
                serverClose();
            } catch (RuntimeException | Error e) {
                LOG.error("serverClose of " + this + " threw", e);
            } finally {
                Endpoint bound = endpoint;
                if (bound != null) {
                    bound.close();
                }
            }
        }
    }

    /** Returns the address to bind: the one that was bound before, if any, or the configured one. */
    final SocketAddress addressToBind() {
        SocketAddress before = address;
        return before == null ? config.address() : before;
    }

    static <T> T opened(@Nullable T channel) {
        if (channel == null) {
            throw new IllegalStateException("the server's socket is not open yet");
        }
        return channel;
    }

    @Override
    public String toString() {
        SocketAddress bound = address;
        return config.name() + "[" + (bound == null ? config.address() : bound) + "]";
    }
}
