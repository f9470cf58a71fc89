package dev.socketserver;

import dev.socketserver.internal.pool.ServicePool;
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
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One run of a server, from being bound to having stopped: its threads, its state, and its end. See {@link ServerState}
 * for the diagram. Thread-safe.
 */
final class Activation<R extends Request> {
    private static final Logger LOG = LoggerFactory.getLogger(Activation.class);

    /** How long a peer that has just connected, and sent nothing yet, is waited for when the server stops. */
    static final Duration FIRST_BYTE_PATIENCE = Duration.ofSeconds(1);

    /**
     * How long each of these may take to end, one after another: what was closed and interrupted at the end of the
     * grace, the pool's workers, the housekeeper.
     */
    static final Duration FORCED_END = Duration.ofSeconds(1);

    private final BaseServer<R> server;
    private final ServerListener listener;
    private final @Nullable ElasticThreadPool ownPool;
    private final RequestRunner<R> runner;
    private final Intake<R> intake;
    private final Housekeeper<R> housekeeper;
    private final CompletableFuture<DrainReport> stopped = new CompletableFuture<>();

    /** Held while the state changes and the listener is told, which so hears of the changes in their order. */
    private final Object telling = new Object();

    private ServerState state = ServerState.STARTING; // guarded by this
    private @Nullable Thread acceptor; // guarded by this; set while a thread accepts
    private boolean acceptorInterrupted; // guarded by this
    private Duration delay = Duration.ZERO; // confined to the thread that drains
    private @Nullable Thread drainer; // guarded by this; set while a thread drains

    Activation(BaseServer<R> server) throws IOException {
        this.server = server;
        ServerConfig config = server.config();
        listener = new GuardedListener(config.listener());
        runner = new RequestRunner<>(server, listener);
        housekeeper = new Housekeeper<>(server, runner.open());
        Executor given = config.executor();
        if (given == null) {
            ownPool = new ElasticThreadPool(config.pool());
            intake = newIntake(ownPool);
        } else {
            ownPool = null;
            intake = new Intake<>(runner, given);
        }
    }

    private Intake<R> newIntake(ElasticThreadPool pool) throws IOException {
        try {
            return server.newIntake(runner, Objects.requireNonNull(ServicePool.of(pool)));
        } catch (Throwable e) {
            pool.shutdownNow();
            throw e;
        }
    }

    /** Begins; the server's channel is bound. */
    void start() {
        try {
            housekeeper.start();
            intake.start();
        } catch (Throwable e) {
            closePool();
            awaitThreads();
            throw e;
        }
    }

    /** Tells the listener that the server is bound; apart from {@link #start}, since a listener may shut it down. */
    void tellStarting() {
        listener.stateChanged(server, ServerState.STARTING);
    }

    RequestRunner<R> runner() {
        return runner;
    }

    Intake<R> intake() {
        return intake;
    }

    Optional<ElasticThreadPool> ownPool() {
        return Optional.ofNullable(ownPool);
    }

    synchronized ServerState state() {
        return state;
    }

    /** Makes the calling thread the acceptor; false if the server was told to stop since it was bound. */
    boolean becomeReady() {
        synchronized (telling) {
            synchronized (this) {
                if (state.isEnding()) {
                    return false;
                }
                accepting();
                state = ServerState.READY;
            }
            listener.stateChanged(server, ServerState.READY);
            return true;
        }
    }

    /** Starts a thread that takes over as the acceptor. */
    void startAcceptor() {
        var thread = new Thread(() -> acceptUntilStopped(null), server.config().name() + "-acceptor");
        synchronized (this) {
            acceptor = thread;
        }
        try {
            thread.start();
        } catch (Throwable e) {
            acceptorEnded();
            stop(Duration.ZERO);
            throw e;
        }
    }

    /** Makes the calling thread the acceptor of a single request; {@link #acceptorEnded} has to follow. */
    synchronized void becomeAcceptor() {
        accepting();
    }

    private void accepting() {
        if (acceptor != null) {
            throw new IllegalStateException(server + " cannot begin to serve: it serves already");
        }
        if (state != ServerState.STARTING) {
            throw new IllegalStateException(server + " cannot begin to serve: it is " + state);
        }
        acceptor = Thread.currentThread();
    }

    /**
     * Accepts in the calling thread, the acceptor, until the server has stopped.
     *
     * @param caller this thread, if it is one whose interrupt stops the server
     */
    void acceptUntilStopped(@Nullable Thread caller) {
        boolean interrupted = false;
        try {
            AcceptLoop<R> loop = newAcceptLoop(caller);
            loop.run();
            while (server.isAccepting() && Thread.interrupted()) {
                interrupted = true;
                stop(server.config().shutdownGrace()); // in another thread, since this one has to take the last
                loop.run();
            }
        } finally {
            acceptorEnded();
        }
        interrupted |= Thread.interrupted();
        awaitStopped(interrupted); // what ended the loop must not end the grace
    }

    private AcceptLoop<R> newAcceptLoop(@Nullable Thread caller) {
        try {
            return intake.acceptLoop(server, listener, caller);
        } catch (Throwable e) {
            acceptorEnded();
            stop(Duration.ZERO);
            throw e;
        }
    }

    /**
     * Waits until the server has stopped, and stops it if the calling thread is interrupted.
     *
     * @param interrupted whether it was interrupted already, and does not show it
     */
    void awaitStopped(boolean interrupted) {
        while (!stopped.isDone()) {
            if (interrupted) {
                stop(server.config().shutdownGrace());
            } else {
                interrupted = !isUninterrupted(stopped::get); // others may go on accepting until the server stops
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** The acceptor, which is the calling thread unless it could not be started, accepts no more. */
    synchronized void acceptorEnded() {
        acceptor = null;
        if (acceptorInterrupted) {
            acceptorInterrupted = false;
            Thread.interrupted();
        }
        notifyAll();
    }

    private synchronized void interruptAcceptor() {
        if (acceptor != null) {
            acceptorInterrupted = true;
            acceptor.interrupt();
        }
    }

    /** See {@link BaseServer#shutdown}. */
    DrainReport stop(Duration grace) {
        if (isCalledFromInside()) {
            if (!state().isEnding()) {
                new Thread(() -> stop(grace), server.config().name() + "-shutdown").start();
            }
            return new DrainReport(0, 0, List.of(), false);
        }
        if (beginDrain()) {
            drain(grace);
        }
        return stopped.join();
    }

    /** Tells whether waiting in this thread for the server's end would be waiting for itself. */
    private boolean isCalledFromInside() {
        synchronized (this) {
            if (acceptor == Thread.currentThread() || drainer == Thread.currentThread()) {
                return true;
            }
        }
        return housekeeper.isCurrentThread() || runner.servedBy(Thread.currentThread()) != null;
    }

    /** Makes the calling thread the one that drains; false if another does, or did. */
    private boolean beginDrain() {
        synchronized (telling) {
            synchronized (this) {
                if (state.isEnding()) {
                    return false;
                }
                delay = state == ServerState.READY ? server.config().drainDelay() : Duration.ZERO;
                state = ServerState.DRAINING;
                drainer = Thread.currentThread();
            }
            if (delay.isZero()) {
                runner.beginDrain();
            }
            listener.stateChanged(server, ServerState.DRAINING);
            return true;
        }
    }

    private void drain(Duration grace) {
        boolean interrupted = false;
        DrainReport report = DrainReport.NOTHING;
        try {
            TimeUnit.NANOSECONDS.sleep(delay.toNanos());
            report = drainRequests(grace);
        } catch (InterruptedException e) {
            interrupted = true;
            runner.beginDrain();
            report = new DrainReport(0, 0, forceEnd(), true);
        } finally {
            closePool();
            interrupted |= !awaitThreads();
            drained(report);
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void drained(DrainReport report) {
        runner.ended();
        synchronized (this) {
            state = ServerState.STOPPED;
        }
        server.drained();
        listener.stateChanged(server, ServerState.STOPPED);
        listener.stopped(report);
        synchronized (this) {
            drainer = null;
        }
        stopped.complete(report);
    }

    private DrainReport drainRequests(Duration grace) throws InterruptedException {
        long deadline = System.nanoTime() + grace.toNanos();
        runner.beginDrain();
        server.lastCall();
        int idle = runner.dismissIdle();
        boolean quiet = awaitAcceptor(deadline);
        server.stopAccepting(); // if there was no acceptor, or it is held up
        if (runner.hasFresh()) {
            runner.open().awaitEmpty(shorter(left(deadline), FIRST_BYTE_PATIENCE));
        }
        runner.hurry();
        idle += runner.dismissIdle();
        quiet = runner.open().awaitEmpty(left(deadline)) && quiet;
        int finished = Math.max(0, runner.endedDraining() - idle);
        List<DrainReport.Forced> forced = List.of();
        if (!quiet) {
            forced = forceEnd();
            long end = System.nanoTime() + FORCED_END.toNanos();
            if (!awaitAcceptor(end) || !runner.open().awaitEmpty(left(end))) {
                LOG.warn(
                        "{} leaves {} requests behind that do not end",
                        server,
                        runner.open().size());
            }
        }
        return new DrainReport(finished, idle, forced, true);
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    /** Closes and interrupts what still runs; returns how those requests stood. */
    private List<DrainReport.Forced> forceEnd() {
        server.stopAccepting();
        server.abandon();
        List<DrainReport.Forced> forced = runner.toBeForced(); // before the pool gives up what it has queued
        closePool();
        interruptAcceptor();
        runner.force();
        return forced;
    }

    private static Duration left(long deadline) {
        return Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
    }

    private synchronized boolean awaitAcceptor(long deadline) throws InterruptedException {
        while (acceptor != null) {
            LockSupport.unpark(acceptor); // it may be pausing after a failure
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        return true;
    }

    private void closePool() {
        intake.stop();
        if (ownPool != null) {
            ownPool.shutdownNow();
        }
    }

    /** Waits for the end of the pool's workers and the housekeeper; false if interrupted meanwhile. */
    private boolean awaitThreads() {
        housekeeper.stop();
        boolean uninterrupted = isUninterrupted(this::awaitPool);
        uninterrupted &= isUninterrupted(intake::close);
        uninterrupted &= isUninterrupted(() -> housekeeper.awaitEnd(FORCED_END));
        return uninterrupted;
    }

    /** Something to wait for. */
    private interface Wait {
        void end() throws InterruptedException, ExecutionException;
    }

    /** Waits; false, with the flag cleared, if the thread was interrupted. */
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

    private void awaitPool() throws InterruptedException {
        try {
            if (ownPool != null) {
                ownPool.awaitTermination(FORCED_END);
            }
        } catch (IllegalStateException e) {
            LOG.debug("{} was stopped by a worker of its own pool, which cannot wait for itself", server);
        }
    }
}
