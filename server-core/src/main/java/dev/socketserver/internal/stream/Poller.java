package dev.socketserver.internal.stream;

import dev.socketserver.internal.lead.HandlerTimes;
import dev.socketserver.internal.lead.Lead;
import dev.socketserver.internal.lead.Leadership;
import dev.socketserver.internal.lead.Watchdog;
import dev.socketserver.internal.pool.ServicePool;
import dev.socketserver.internal.run.OpenRequest;
import dev.socketserver.internal.run.RequestRunner;
import dev.socketserver.internal.run.RunContext;
import dev.socketserver.internal.util.Closing;
import dev.socketserver.internal.util.Log;
import dev.socketserver.internal.util.RateLimitedLog;
import dev.socketserver.pool.AbortableTask;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A selector in which connections wait for their peers, and the main loop of the worker that leads it: the leader
 * selects, and then runs the handlers of the ready connections itself, one after another. When a handler is about to
 * wait, or the {@link Watchdog} finds it blocked or computing for long, another worker takes the lead, with the ready
 * connections that have not run yet; the old leader becomes an ordinary worker, which returns to the pool when its
 * handler returns.
 *
 * <p>This is the leader/followers pattern (Schmidt et al., Pattern-Oriented Software Architecture 2), combined with a
 * detection of blocked handlers similar to that of blocked system calls by Go's {@code sysmon}.
 *
 * <p>The selector and the ready list are confined to the leader; {@link Leadership} orders successive leaders. The rest
 * is thread-safe.
 */
final class Poller {
    private static final Log LOG = Log.of(Poller.class);
    private static final long PAUSE_AFTER_FAILURE = 10_000_000;

    /**
     * How many new or called connections the leader serves before it looks for ready ones; if more wait, idle workers
     * help.
     */
    private static final int MOST_ARRIVALS = 1024;

    /** The maximum number of connections that the stand-in submits to the pool at a time. */
    private static final int MOST_STOOD_IN_FOR = 256;

    private final RequestRunner runner;
    private final ServicePool pool;
    private final Semaphore processors;
    private final boolean standsIn;
    private final HandlerTimes times = new HandlerTimes();
    private final Lead lead;
    private final Selector selector;
    private final ArrayDeque<Registration> ready = new ArrayDeque<>(); // confined to the leader
    private @Nullable Registration arrived; // confined to the leader: the first of the taken arrivals, in order
    private int taken; // confined to the leader: number of taken arrivals that are left
    private final AtomicReference<@Nullable Registration> arrivals = new AtomicReference<>(); // a stack
    private final AtomicInteger offered = new AtomicInteger(); // number of arrivals that are not served yet
    private final RateLimitedLog failures = new RateLimitedLog(LOG);
    private final Consumer<SelectionKey> onReady = this::addReady; // created once, so that selecting allocates nothing
    private volatile boolean selecting; // written by the leader
    private volatile boolean stopped;
    private int batches; // confined to the leader: batches since it took the lead

    /**
     * Creates a poller.
     *
     * @param processors the processors that are available in addition to those of the leaders, which share them
     * @param standsIn whether ready connections are submitted to the pool while none of its workers can lead, because
     *     its overload policy does not block
     */
    Poller(RunContext run, ServicePool pool, Watchdog watchdog, Semaphore processors, boolean standsIn)
            throws IOException {
        this(run, pool, watchdog, processors, standsIn, Selector.open());
    }

    /** Creates a poller with the given selector, which is the poller's from here on. */
    Poller(
            RunContext run,
            ServicePool pool,
            Watchdog watchdog,
            Semaphore processors,
            boolean standsIn,
            Selector selector) {
        runner = run.runner();
        this.pool = pool;
        this.processors = processors;
        this.standsIn = standsIn;
        this.selector = selector;
        lead = new Lead(pool, new LeadingHere(), times);
        watchdog.watch(lead);
    }

    // ---- called by any thread

    /** Adds a connection that must be served or armed. Never throws. */
    void offer(Registration connection) {
        if (!connection.offer()) {
            return; // it is already in the list, and the thread that takes it from there sees what to do
        }
        offered.incrementAndGet();
        Registration first = arrivals.get();
        connection.next = first;
        while (!arrivals.compareAndSet(first, connection)) {
            first = arrivals.get();
            connection.next = first;
        }
        wakeIfSelecting();
        if (Leadership.isVacant(lead.leadership().seen())) {
            callForLeader();
        }
    }

    /**
     * Returns whether a new connection should be submitted to the pool: handlers are slow, or so many connections wait
     * for the leader that idle workers should help. No worker is started for that: handlers that are quick only
     * compute, so that more of them would compete for the processors.
     */
    boolean isBusy() {
        return times.isSlow() || pool.isSaturated() || (isBehind() && pool.hasIdleWorker());
    }

    /** Returns whether more connections wait for the leader than it serves before it looks for ready ones. */
    boolean isBehind() {
        return offered.get() > MOST_ARRIVALS;
    }

    /** Requests a leader. If that fails, the watchdog tries again. */
    private void callForLeader() {
        try {
            lead.callForLeader();
        } catch (Throwable e) {
            report(e);
        }
    }

    /** Logs a failure. Never throws, although without memory even the text of a message cannot be created. */
    private void report(Throwable failure) {
        try {
            failures.error("{} failed and continues", this, failure);
        } catch (Throwable ignored) {
            // The leader continues, whether the failure was logged or not.
        }
    }

    /** Makes the selector remove closed connections, whose descriptors stay open until then. */
    void wakeIfSelecting() {
        if (selecting) {
            selector.wakeup();
        }
    }

    /** The pool was shut down. */
    void losePool() {
        lead.losePool();
    }

    /** Ends leading permanently. */
    void stop() {
        stopped = true;
        selector.wakeup();
    }

    /** Closes the selector. Called when no thread leads any more, or as a last resort to make a leader give up. */
    void close() {
        stop();
        Closing.quietly(selector);
    }

    // ---- called by the thread that serves a connection

    /** Gives up the lead if the leader serves the connection, because its handler is about to wait. */
    void leaveLead(Registration connection) {
        long turn = connection.turn;
        if (turn != Registration.NOT_LEADING) {
            connection.turn = Registration.NOT_LEADING;
            lead.handOn(turn);
        }
    }

    /**
     * Runs a computation that takes time. If the leader serves the connection, it first gives up the lead, provided
     * that a processor is available for another leader, or that others wait for the leader; otherwise more threads
     * would only compete for the processors.
     */
    void compute(Registration connection, Runnable work) {
        if (connection.turn == Registration.NOT_LEADING) {
            work.run();
            return;
        }
        boolean isFree = processors.tryAcquire();
        try {
            if (isFree || !ready.isEmpty() || offered.get() > 0) {
                leaveLead(connection);
            }
            work.run();
        } finally {
            if (isFree) {
                processors.release();
            }
        }
    }

    /** Called before what is not a handler's work, which the leader may do if it serves the connection. */
    void discardTimes(Registration connection) {
        if (connection.turn != Registration.NOT_LEADING) {
            times.discardBatch();
        }
    }

    // ---- called by the leader

    /** The role of this poller's leader. */
    private final class LeadingHere implements Lead.Role {
        @Override
        public void lead() {
            leadUntilLost();
        }

        @Override
        public void hurry() {
            wakeIfSelecting();
        }

        @Override
        public void standIn() {
            standInForLeader();
        }

        @Override
        public @Nullable AbortableTask servedBy(Thread thread) {
            OpenRequest request = runner.servedBy(thread);
            return request == null ? null : runner.abortable(request);
        }
    }

    private void leadUntilLost() {
        batches = 0;
        times.discardBatch();
        boolean leads = true;
        while (leads) {
            try {
                leads = ready.isEmpty() ? select() : runNext();
            } catch (ClosedSelectorException e) {
                leads = false;
            } catch (Throwable e) {
                report(e);
                LockSupport.parkNanos(PAUSE_AFTER_FAILURE);
            }
        }
    }

    /** Serves the next ready connection; returns false if the lead was lost meanwhile. */
    private boolean runNext() {
        Registration connection = ready.remove();
        if (!connection.request.beginReady()) {
            connection.disarm();
            return true;
        }
        return serve(connection);
    }

    /** Serves a connection whose turn the leader has; returns false if the lead was lost meanwhile. */
    private boolean serve(Registration connection) {
        long turn = lead.begin();
        try {
            if (times.runsHere()) {
                connection.own.turn = turn;
                runner.serve(connection.request);
            } else {
                runner.handOver(connection.request, pool);
            }
        } catch (Throwable e) {
            report(e);
        }
        Thread.interrupted(); // a pending interrupt was meant for this connection
        boolean leads = lead.leadership().end(turn);
        if (leads) {
            times.ran(true);
        }
        return leads;
    }

    /** Waits until connections are ready; returns false if this worker no longer leads. */
    private boolean select() throws IOException {
        times.batchEnds();
        if (!serveArrivals()) {
            return false;
        }
        boolean saturated = pool.isSaturated();
        if (stopped || (saturated && batches > 0)) {
            lead.leadership().giveUp();
            if (!stopped) {
                callForLeader();
            }
            return false;
        }
        selecting = true; // set before the arrivals are checked; threads that add to them use the opposite order
        try {
            if (saturated || arrived != null || arrivals.get() != null) {
                selector.selectNow(onReady);
            } else {
                selector.select(onReady);
            }
        } finally {
            selecting = false;
        }
        Thread.interrupted(); // was meant for a handler that has returned, and would make every select return at once
        batches++;
        if (!ready.isEmpty()) {
            times.batchBegins(ready.size());
        }
        return true;
    }

    private void addReady(SelectionKey key) {
        ready.add((Registration) key.attachment());
    }

    /** Serves or arms the connections that have arrived; returns false if the lead was lost. */
    private boolean serveArrivals() {
        if (takeArrivals()) {
            times.batchBegins(Math.min(taken, MOST_ARRIVALS));
        }
        int left = MOST_ARRIVALS;
        for (Registration next = nextArrival(); next != null; next = left > 0 ? nextArrival() : null) {
            left--;
            if (!next.request.begin()) {
                arm(next);
            } else if (!sendsAndParks(next) && !serve(next)) {
                return false; // the next leader continues with the others
            }
        }
        times.batchEnds();
        return true;
    }

    /** Returns whether the connection, whose turn the leader has, only had something to send, and is parked again. */
    private boolean sendsAndParks(Registration connection) {
        try {
            return connection.request.sendsAndParks();
        } catch (Throwable e) {
            report(e);
            return !connection.request.hasTurn();
        }
    }

    /** Takes the arrivals, unless some of those taken before are left; returns whether there are any. */
    private boolean takeArrivals() {
        for (Registration last = arrived == null ? arrivals.getAndSet(null) : null; last != null; ) {
            Registration before = last.next;
            last.next = arrived;
            arrived = last;
            taken++;
            last = before;
        }
        return arrived != null;
    }

    /** Takes the next arrival, which may be offered again from now on. */
    private @Nullable Registration nextArrival() {
        Registration next = arrived;
        if (next != null) {
            arrived = next.next;
            taken--;
            next.next = null;
            offered.decrementAndGet();
            next.taken();
        }
        return next;
    }

    private void arm(Registration connection) {
        try {
            connection.request.arming();
            connection.arm(selector);
        } catch (ClosedChannelException e) {
            connection.request.call(); // closed in the meantime, perhaps before it was parked
        } catch (Throwable e) {
            report(e);
            connection.request.abort();
            connection.request.call();
        }
    }

    // ---- the stand-in, while no worker can lead

    /** Submits ready connections to the pool, whose overload policy then applies. */
    private void standInForLeader() {
        if (!standsIn && !lead.hasLostPool()) {
            return;
        }
        List<Registration> found =
                new ArrayList<>(MOST_STOOD_IN_FOR); // allocated before the lead is taken, which must not be lost
        if (!lead.leadership().take()) {
            return;
        }
        try {
            collect(found);
        } catch (ClosedSelectorException e) {
            LOG.debug("replacing a leader failed: {}", e);
        } catch (Throwable e) {
            report(e); // and continues with those found so far
        } finally {
            lead.leadership().giveUp();
        }
        for (Registration connection : found) {
            runner.handOver(connection.request, pool);
        }
    }

    private void collect(List<Registration> found) throws IOException {
        takeArrivals();
        while (arrived != null && found.size() < MOST_STOOD_IN_FOR) {
            Registration next = nextArrival();
            if (next != null && next.request.begin()) {
                found.add(next);
            } else if (next != null) {
                arm(next);
            }
        }
        if (ready.isEmpty()) {
            selector.selectNow(onReady);
        }
        while (!ready.isEmpty() && found.size() < MOST_STOOD_IN_FOR) {
            Registration next = ready.remove();
            if (next.request.beginReady()) {
                found.add(next);
            } else {
                next.disarm();
            }
        }
    }

    @Override
    public String toString() {
        return getClass().getSimpleName();
    }
}
