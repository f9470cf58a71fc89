package dev.socketserver.internal.run;

import dev.socketserver.DrainReport;
import dev.socketserver.Server;
import dev.socketserver.ServerConfig;
import dev.socketserver.ServerState;
import dev.socketserver.internal.pool.ServicePool;
import dev.socketserver.internal.util.Log;
import dev.socketserver.pool.ElasticThreadPool;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One run of a server, from the bound socket to the last request: its threads, its state, and its end. See
 * {@link ServerState} for the diagram. Thread-safe.
 */
public final class ServerRun implements Drain.Run {
    private static final Log LOG = Log.of(ServerRun.class);

    /** How often {@code serviceActions()} is called. */
    public static final Duration SERVICE_INTERVAL = Housekeeper.SERVICE_INTERVAL;

    /** How long a peer that has just connected, and sent nothing yet, is waited for when the server stops. */
    public static final Duration FIRST_BYTE_PATIENCE = Drain.FIRST_BYTE_PATIENCE;

    /** How long each of the parts that have to end after the grace may take, one after another. */
    public static final Duration FORCED_END = Drain.FORCED_END;

    private final Server server;
    private final ServerConfig config;
    private final ServerCounters counters;
    private final Endpoint endpoint;
    private final GuardedListener listener;
    private final @Nullable ElasticThreadPool ownPool;
    private final PoolWatch poolWatch;
    private final RequestRunner runner;
    private final FinishRequest finishRequest;
    private final Intake intake;
    private final Housekeeper housekeeper;
    private final Drain drain;
    private final Acceptor acceptor = new Acceptor();
    private final CompletableFuture<DrainReport> stopped = new CompletableFuture<>();

    /** Held while the state changes and the listener is told, which so hears of the changes in their order. */
    private final Object telling = new Object();

    private ServerState state = ServerState.STARTING; // guarded by this
    private boolean served; // guarded by this: it was READY
    private @Nullable Thread drainer; // guarded by this; set while a thread drains
    private Duration delay = Duration.ZERO; // confined to the thread that drains

    /**
     * Creates a run that is not started.
     *
     * @param endpoint is bound
     * @throws IOException if the endpoint cannot be opened
     */
    public ServerRun(Server server, ServerConfig config, Hooks hooks, ServerCounters counters, Endpoint endpoint)
            throws IOException {
        this.server = server;
        this.config = config;
        this.counters = counters;
        this.endpoint = endpoint;
        listener = new GuardedListener(server, config.listener());
        DrainSignal signal = new DrainSignal();
        TimingWheel alarms = new TimingWheel();
        runner = new RequestRunner(server.toString(), hooks, listener, counters, signal, new LoggingContext(config));
        finishRequest = new FinishRequest(runner, hooks);
        drain = new Drain(this, runner, signal, hooks);
        housekeeper = new Housekeeper(config.name(), hooks, alarms, this::threadDied);
        Executor given = config.executor();
        ownPool = given == null ? new ElasticThreadPool(config.pool()) : null;
        Executor executor = given == null ? Objects.requireNonNull(ownPool) : given;
        poolWatch = new PoolWatch(server.toString(), executor, this::poolLost);
        try {
            var context = new RunContext(
                    runner, signal, alarms, executor, ServicePool.of(executor), hooks::stopListening, this::threadDied);
            intake = endpoint.open(context);
        } catch (Throwable e) {
            closePool();
            throw e;
        }
    }

    /**
     * Starts the run's own threads.
     *
     * @throws IllegalStateException if the pool is shut down
     */
    public void start() {
        try {
            poolWatch.begin();
            housekeeper.start();
            intake.start();
        } catch (Throwable e) {
            giveUp();
            throw e;
        }
    }

    /** Tells the listener that the server is bound; apart from {@link #start}, since a listener may shut it down. */
    public void announce() {
        listener.stateChanged(ServerState.STARTING);
    }

    /** Returns what the server's hook of that name does. */
    public FinishRequest finishRequest() {
        return finishRequest;
    }

    /** Returns what serves requests. */
    public RequestRunner runner() {
        return runner;
    }

    /** Brings a verified request to the thread that serves it; see {@link Intake#process}. */
    public void process(OpenRequest request) {
        intake.process(request);
    }

    /** Returns the pool that the run made for itself, if any. */
    public Optional<ElasticThreadPool> ownPool() {
        return Optional.ofNullable(ownPool);
    }

    /** Returns the state. */
    public synchronized ServerState state() {
        return state;
    }

    /** Returns whether the server has served in this run. */
    public synchronized boolean hasServed() {
        return served;
    }

    @Override
    public Endpoint endpoint() {
        return endpoint;
    }

    // ---- accepting

    /** Makes the calling thread the acceptor; returns false if the server was told to stop since it was bound. */
    public boolean becomeReady() {
        synchronized (telling) {
            synchronized (this) {
                if (isEnding(state)) {
                    return false;
                }
                accepting();
                state = ServerState.READY;
                served = true;
            }
            listener.stateChanged(ServerState.READY);
            return true;
        }
    }

    /**
     * Stops accepting for now, or goes on.
     *
     * @return false if it neither serves as is asked for, nor does now
     */
    public boolean pause(boolean now) {
        ServerState from = now ? ServerState.READY : ServerState.PAUSED;
        ServerState to = now ? ServerState.PAUSED : ServerState.READY;
        synchronized (telling) {
            synchronized (this) {
                if (state != from) {
                    return state == to;
                }
                state = to;
                endpoint.pause(now);
            }
            listener.stateChanged(to);
            return true;
        }
    }

    static boolean isEnding(ServerState state) {
        return state == ServerState.DRAINING || state == ServerState.STOPPED;
    }

    /** Starts a thread, not a daemon, that takes over as the acceptor. */
    public void startAcceptor() {
        var thread = new Thread(null, () -> acceptUntilStopped(null), config.name() + "-acceptor", 0, false);
        thread.setDaemon(false);
        acceptor.begins(thread);
        try {
            thread.start();
        } catch (Throwable e) {
            acceptor.ends();
            stop(Duration.ZERO);
            throw e;
        }
    }

    /**
     * Accepts one request in the calling thread.
     *
     * @param deadline when to give up, on the {@code nanoTime} clock
     * @return false if none came in time
     * @throws IllegalStateException if the server serves already, or is told to stop
     */
    public boolean acceptOne(long deadline) throws IOException {
        synchronized (this) {
            accepting();
        }
        try {
            OpenRequest request = endpoint.accept(deadline);
            if (request == null) {
                return false;
            }
            intake.acceptOne(request);
            return true;
        } finally {
            endpoint.rest();
            acceptor.ends();
        }
    }

    /** Makes the calling thread the acceptor; with the monitor held. */
    private void accepting() {
        if (acceptor.isThere()) {
            throw new IllegalStateException(server + " cannot start serving: it is already serving");
        }
        if (state != ServerState.STARTING) {
            throw new IllegalStateException(server + " cannot start serving: it is " + state);
        }
        acceptor.begins(Thread.currentThread());
    }

    /**
     * Accepts in the calling thread, the acceptor, until the server has stopped.
     *
     * @param caller this thread, if it is one whose interrupt stops the server
     */
    public void acceptUntilStopped(@Nullable Thread caller) {
        boolean interrupted = false;
        boolean orderly = false;
        try {
            var loop = new AcceptLoop(server.toString(), endpoint, runner, listener, counters, caller);
            intake.accept(loop);
            while (endpoint.isAccepting() && isStoppedByInterrupt(caller)) {
                interrupted = true;
                stop(config.shutdownGrace()); // in another thread, since this one has to take the last
                intake.accept(loop);
            }
            orderly = true;
        } finally {
            acceptor.ends();
            if (!orderly) {
                threadDied();
            }
        }
        interrupted |= isStoppedByInterrupt(caller);
        awaitStopped(interrupted, caller != null); // what ended the loop must not end the grace
    }

    /** Forgets an interrupt; returns whether there was one, and it stops the server. */
    private static boolean isStoppedByInterrupt(@Nullable Thread caller) {
        return Thread.interrupted() && caller != null;
    }

    private void threadDied() {
        stopSince("a thread it depends on has died");
    }

    private void poolLost() {
        intake.losePool();
        stopSince(poolWatch + " was shut down");
    }

    /** Stops the server, since it lacks what it needs: it must not claim to be READY. */
    private void stopSince(String reason) {
        if (isEnding(state())) {
            return;
        }
        LOG.warn("{} is stopping because {}", server, reason);
        try {
            stopElsewhere(config.shutdownGrace());
        } catch (Throwable e) { // no thread is to be had, so it is this one's last task
            LOG.warn("{} cannot start its shutdown thread: {}", server, e);
            if (beginDrain()) {
                drain(config.shutdownGrace());
            }
        }
    }

    /** Waits until the server has stopped, and stops it if the calling thread is interrupted. */
    public void awaitStopped() {
        awaitStopped(false, true);
    }

    /**
     * Waits until the server has stopped.
     *
     * @param interrupted whether the calling thread was interrupted already to stop it, and does not show it
     * @param stoppable whether an interrupt stops it, and not only one that was meant for a handler of this thread
     */
    private void awaitStopped(boolean interrupted, boolean stoppable) {
        boolean wasInterrupted = interrupted;
        while (!stopped.isDone()) {
            if (wasInterrupted) {
                stop(config.shutdownGrace());
            } else { // others may go on accepting until the server stops
                wasInterrupted = !isUninterrupted(stopped::get) && stoppable;
            }
        }
        if (wasInterrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void interruptAcceptor() {
        acceptor.interrupt();
    }

    @Override
    public boolean awaitAcceptor(long deadline) throws InterruptedException {
        boolean standIn = hasServed();
        return acceptor.awaitNone(() -> standIn && endpoint.isAccepting(), deadline);
    }

    // ---- the end

    /** Stops the server; see {@link Server#shutdown}. */
    public DrainReport stop(Duration grace) {
        if (isCalledFromInside()) {
            if (!isEnding(state())) {
                stopElsewhere(grace);
            }
            return new DrainReport(0, 0, List.of(), false);
        }
        if (beginDrain()) {
            drain(grace);
        }
        return stopped.join();
    }

    private void stopElsewhere(Duration grace) {
        var thread = new Thread(null, () -> stop(grace), config.name() + "-shutdown", 0, false);
        thread.setDaemon(false);
        thread.start();
    }

    /** Waits until the server has stopped. */
    public void awaitEnd() throws InterruptedException {
        if (!isUninterrupted(stopped::get)) {
            throw new InterruptedException("interrupted while waiting for the end of " + server);
        }
    }

    /** Returns whether another thread that stops the server may have to wait for the calling one. */
    public boolean holdsUpStop() {
        return Thread.holdsLock(telling) || isCalledFromInside();
    }

    /** Returns whether waiting in this thread for the server's end would be waiting for itself. */
    private boolean isCalledFromInside() {
        synchronized (this) {
            if (drainer == Thread.currentThread()) {
                return true;
            }
        }
        return acceptor.isCurrentThread()
                || housekeeper.isCurrentThread()
                || runner.servedBy(Thread.currentThread()) != null;
    }

    /** Makes the calling thread the one that drains; returns false if another does, or did. */
    private boolean beginDrain() {
        synchronized (telling) {
            synchronized (this) {
                if (isEnding(state)) {
                    return false;
                }
                delay = state == ServerState.READY ? config.drainDelay() : Duration.ZERO;
                state = ServerState.DRAINING;
                drainer = Thread.currentThread();
            }
            if (delay.isZero()) {
                drain.begin();
            }
            listener.stateChanged(ServerState.DRAINING);
            return true;
        }
    }

    private void drain(Duration grace) {
        boolean interrupted = false;
        DrainReport report = DrainReport.NOTHING;
        try {
            TimeUnit.NANOSECONDS.sleep(delay.toNanos());
            report = drain.run(grace);
        } catch (InterruptedException e) {
            interrupted = true;
            report = drain.cutShort();
        } finally {
            try {
                interrupted |= !giveUp();
            } finally {
                drained(report);
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void drained(DrainReport report) {
        synchronized (this) {
            state = ServerState.STOPPED;
        }
        try {
            endpoint.release();
        } finally {
            listener.stateChanged(ServerState.STOPPED);
            listener.stopped(report);
            synchronized (this) {
                drainer = null;
            }
            stopped.complete(report);
        }
    }

    /** Ends the run's threads, and waits for them; returns false if interrupted meanwhile. */
    private boolean giveUp() {
        poolWatch.end();
        closePool();
        intake.stop();
        housekeeper.stop();
        boolean uninterrupted = isUninterrupted(this::awaitPool);
        runner.ends().endUnserved(); // nobody else would
        uninterrupted &= isUninterrupted(intake::close);
        uninterrupted &= isUninterrupted(() -> housekeeper.awaitEnd(Drain.FORCED_END));
        return uninterrupted;
    }

    @Override
    public void closePool() {
        if (ownPool != null) {
            ownPool.shutdownNow();
        }
    }

    @Override
    public void stopIntake() {
        intake.stop();
    }

    private void awaitPool() throws InterruptedException {
        try {
            if (ownPool != null) {
                ownPool.awaitTermination(Drain.FORCED_END);
            }
        } catch (IllegalStateException e) {
            LOG.debug("{} was stopped by a worker of its own pool, which cannot wait for itself", server);
        }
    }

    /** Something to wait for. */
    private interface Wait {
        void end() throws InterruptedException, ExecutionException;
    }

    /** Waits; returns false, with the flag cleared, if the thread was interrupted. */
    private static boolean isUninterrupted(Wait wait) {
        try {
            wait.end();
            return true;
        } catch (InterruptedException e) {
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException("a stop ends with a report", e);
        }
    }

    @Override
    public String toString() {
        return server.toString();
    }
}
