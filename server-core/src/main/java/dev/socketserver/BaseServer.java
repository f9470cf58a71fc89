package dev.socketserver;

import dev.socketserver.internal.util.Printable;
import dev.socketserver.pool.ElasticThreadPool;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.SelectableChannel;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What all servers have in common: their life, and the hooks of Python's {@code socketserver}.
 *
 * <p><b>For the caller:</b> {@link #serveForever}, {@link #start}, {@link #handleRequest}, {@link #address},
 * {@link #shutdown}, {@link #close}. All thread-safe.
 *
 * <p><b>May be overridden:</b> {@link #serverBind}, {@link #serverActivate}, {@link #serverClose},
 * {@link #verifyRequest}, {@link #processRequest}, {@link #finishRequest}, {@link #shutdownRequest},
 * {@link #closeRequest}, {@link #handleError}, {@link #handleTimeout}, {@link #serviceActions}. What a hook throws
 * costs at most the request that it was called for.
 *
 * <p>Nothing happens in the constructor: the address is bound by {@link #bind()}, which the serving methods call. A
 * server that was shut down may be started again, at the same address; one that was closed may not.
 *
 * @param <R> what is accepted: {@link StreamConnection} or {@link Datagram}
 */
public abstract sealed class BaseServer<R extends Request> implements AutoCloseable permits StreamServer, UdpServer {
    private static final Logger LOG = LoggerFactory.getLogger(BaseServer.class);

    private final ServerConfig config;
    private final Supplier<? extends RequestHandler<R>> handlers;
    private final RateLimitedLog handlerFailures = new RateLimitedLog(LOG);
    private final ServerCounters counters = new ServerCounters();

    private final Object lock = new Object();
    private volatile @Nullable Activation<R> activation; // written under lock
    private volatile boolean closed; // written under lock
    private volatile @Nullable SocketAddress address; // written under lock

    BaseServer(ServerConfig config, Supplier<? extends RequestHandler<R>> handlers) {
        this.config = Objects.requireNonNull(config, "config");
        this.handlers = Objects.requireNonNull(handlers, "handlers");
    }

    // ---------------------------------------------------------------- for the caller

    /** Returns the configuration. */
    public final ServerConfig config() {
        return config;
    }

    /** Returns where the server is in its life. */
    public final ServerState state() {
        Activation<R> current = activation;
        return current == null ? ServerState.NEW : current.state();
    }

    /** Returns the server's figures at this moment. */
    public final ServerSnapshot snapshot() {
        Activation<R> current = activation;
        return counters.snapshot(
                state(), current == null ? 0 : current.runner().open().size());
    }

    /**
     * Returns the pool that the server made for itself, for its figures; empty before it is bound, or with an executor
     * given.
     */
    public final Optional<ElasticThreadPool> pool() {
        Activation<R> current = activation;
        return current == null ? Optional.empty() : current.ownPool();
    }

    /**
     * Binds the address, so that {@link #address()} is known and the system queues connections; has no effect if it is
     * bound.
     *
     * @throws IOException if the address is in use, or not this machine's
     * @throws IllegalStateException if the server was closed
     */
    public final void bind() throws IOException {
        bound();
    }

    private Activation<R> bound() throws IOException {
        synchronized (lock) {
            if (closed) {
                throw new IllegalStateException(this + " is closed");
            }
            Activation<R> current = activation;
            if (current != null && current.state() != ServerState.STOPPED) {
                return current;
            }
            try {
                serverBind();
                address = boundAddress();
                serverActivate();
                current = new Activation<>(this);
                current.start();
            } catch (Throwable e) {
                stopListening();
                drained();
                throw e;
            }
            activation = current;
            current.tellStarting();
            return current;
        }
    }

    /**
     * Accepts and serves in the calling thread until the server is shut down, or this thread is interrupted. Told to
     * stop while it starts, it returns as well, once it has stopped.
     *
     * @throws IOException if the address cannot be bound
     * @throws IllegalStateException if the server serves already, or was closed
     */
    public final void serveForever() throws IOException {
        Activation<R> current = bound();
        if (current.becomeReady()) {
            current.acceptUntilStopped(Thread.currentThread());
        } else {
            current.awaitStopped(false);
        }
    }

    /**
     * Does what {@link #serveForever()} does, in a thread of its own. When this returns, the server is ready.
     *
     * @throws IOException if the address cannot be bound
     * @throws IllegalStateException if the server serves already, or was closed, or is told to stop while it starts
     */
    public final void start() throws IOException {
        Activation<R> current = bound();
        if (!current.becomeReady()) {
            throw new IllegalStateException(this + " was told to stop while it started");
        }
        current.startAcceptor();
    }

    /**
     * Waits for one request and processes it.
     *
     * @throws IOException if the address cannot be bound, or accepting fails
     * @throws IllegalStateException if the server serves already, or was closed
     */
    public final void handleRequest() throws IOException {
        handleRequest(Duration.ofNanos(Long.MAX_VALUE));
    }

    /**
     * Waits for one request and processes it; if none comes within the timeout, calls {@link #handleTimeout()}. A zero
     * timeout takes what is there already.
     *
     * @return false if the timeout passed
     * @throws IOException if the address cannot be bound, or accepting fails
     * @throws IllegalStateException if the server serves already, or was closed
     */
    public final boolean handleRequest(Duration timeout) throws IOException {
        long deadline =
                System.nanoTime() + Options.checkTimeout("timeout", timeout).toNanos();
        Activation<R> current = bound();
        current.becomeAcceptor();
        try {
            R request = accept(deadline);
            if (request != null) {
                current.runner().admit(request);
                return true;
            }
        } finally {
            current.acceptorEnded();
        }
        handleTimeout();
        return false;
    }

    /**
     * Returns the address that is bound, with the real port if a free one was asked for; also after the server stopped.
     *
     * @throws IllegalStateException if the server was never bound
     */
    public final SocketAddress address() {
        SocketAddress current = address;
        if (current == null) {
            throw new IllegalStateException(this + " has no address yet: bind() or start() it first");
        }
        return current;
    }

    /**
     * Waits until no request is open; new ones may come meanwhile, and are waited for too.
     *
     * @return false if some still were when the timeout ended
     */
    public final boolean join(Duration timeout) throws InterruptedException {
        Options.checkTimeout("timeout", timeout);
        Activation<R> current = activation;
        return current == null || current.runner().open().awaitEmpty(timeout);
    }

    /**
     * Stops: goes on for {@link ServerConfig#drainDelay()}, takes what the system has queued and accepts no more, ends
     * idle connections at once, lets running requests end within {@code grace}, then closes and interrupts the rest.
     * Returns when all that is done, with what became of them; a second call waits for the first. On a server that is
     * not bound it has no effect, and leaves none behind.
     *
     * <p>Called from inside the server (a handler, a hook), where waiting would be a dead-lock, it begins the stop and
     * returns at once, with a report that is not {@linkplain DrainReport#complete() complete}.
     */
    public final DrainReport shutdown(Duration grace) {
        Options.checkTimeout("grace", grace);
        Activation<R> current = activation;
        return current == null ? DrainReport.NOTHING : current.stop(grace);
    }

    /** Shuts down with {@link ServerConfig#shutdownGrace()}, for good. Closing twice has no effect. */
    @Override
    public final void close() {
        synchronized (lock) {
            closed = true;
        }
        shutdown(config.shutdownGrace());
    }

    // ---------------------------------------------------------------- may be overridden

    /**
     * Opens the socket, sets its options and binds it; the JDK lets it listen in the same step.
     *
     * @throws IOException if the address is in use, or not this machine's
     */
    protected abstract void serverBind() throws IOException;

    /** Runs when the socket is bound, before anything is accepted. Does nothing unless overridden. */
    protected void serverActivate() throws IOException {}

    /** Closes the listening socket, which ends the accepting. May be called twice. */
    protected void serverClose() {
        closeChannel();
    }

    /** Tells whether to serve a request; if not, it is closed. True unless overridden. Runs in the accepting thread. */
    protected boolean verifyRequest(R request) throws Exception {
        return true;
    }

    /**
     * Hands a verified request to the executor. Runs in the accepting thread, once per connection or datagram.
     *
     * @throws java.util.concurrent.RejectedExecutionException if there is no room for the request, which is closed
     */
    protected void processRequest(R request) throws Exception {
        running().intake().process(request);
    }

    /**
     * Serves one request: makes the handler, if it is the connection's first, and lets it handle. Runs in the serving
     * thread.
     */
    protected void finishRequest(R request) throws Exception {
        RequestHandler<?> handler = request.handler();
        if (handler == null) {
            RequestHandler<R> made = Objects.requireNonNull(handlers.get(), "the handlers' supplier returned null");
            made.attach(request, this);
            handler = made;
        }
        handler.serve();
    }

    /** Runs when a request is done with, however it ended; calls {@link #closeRequest}. */
    protected void shutdownRequest(R request) throws Exception {
        closeRequest(request);
    }

    /** Closes a request; runs once for each, and again without effect. */
    protected void closeRequest(R request) {
        running().runner().close(request);
    }

    /**
     * Runs when serving a request failed, before it is shut down. Unless overridden, it logs: a peer's fault in one
     * line at DEBUG, a handler's with its stack at ERROR, but no more than a few a minute.
     */
    protected void handleError(R request, Throwable failure) {
        if (failure instanceof IOException || failure instanceof InterruptedException) {
            LOG.debug("{} failed: {}", request, Printable.of(failure));
        } else {
            handlerFailures.error("the handler of " + request + " failed", failure);
        }
    }

    /**
     * Runs when no worker will serve a request, before it is shut down: the place for a protocol's busy reply, which a
     * connection has half a second for; not for one whose TLS handshake is still to be done, which nothing can be said
     * to. Runs in the accepting thread, or in one of the pool's. Does nothing unless overridden.
     */
    protected void handleOverload(R request) throws Exception {}

    /** Runs when {@link #handleRequest(Duration)} saw no request in time. Does nothing unless overridden. */
    protected void handleTimeout() {}

    /**
     * Runs about twice a second while the server is up, in a thread of its own, never twice at a time. Does nothing
     * unless overridden.
     */
    protected void serviceActions() throws Exception {}

    // ---------------------------------------------------------------- for the transports

    final ServerCounters counters() {
        return counters;
    }

    final Activation<R> running() {
        return Objects.requireNonNull(activation, "not bound");
    }

    /** Makes what brings requests to the server's own pool. */
    Intake<R> newIntake(RequestRunner<R> runner, ElasticThreadPool pool) throws IOException {
        return new Intake<>(runner, pool);
    }

    /** Returns the listening socket's channel. */
    abstract SelectableChannel channel();

    /** Closes the channel, if there is one. */
    abstract void closeChannel();

    /** Ends the accepting, also if an overridden {@link #serverClose} throws. */
    final void stopListening() {
        try {
            serverClose();
        } catch (RuntimeException | Error e) {
            LOG.error("serverClose of {} threw", this, e);
        } finally {
            closeChannel();
        }
    }

    /** Ends the accepting of a server that was bound, unless it has ended already. */
    final void stopAccepting() {
        synchronized (lock) {
            if (isListening()) {
                stopListening();
            }
        }
    }

    /** Lets the acceptor take what the system has queued by now, and then end the accepting. */
    abstract void lastCall();

    /** Frees what served the last requests; runs when the server has stopped. */
    void drained() {}

    /** Returns the address that the channel has, once bound. */
    abstract SocketAddress boundAddress() throws IOException;

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

    /** Waits for one request; null if there was none this time. */
    abstract @Nullable R accept() throws IOException;

    /** Waits for one request until the deadline on the {@code nanoTime} clock; null if there was none. */
    abstract @Nullable R accept(long deadline) throws IOException;

    /** Tells whether a request may still come from {@link #accept()}. */
    boolean isAccepting() {
        return isListening();
    }

    /** Gives up what was accepted and cannot be served yet. */
    void abandon() {}

    final boolean isListening() {
        return channel().isOpen();
    }

    @Override
    public String toString() {
        return config.name() + "[" + config.address() + "]";
    }
}
