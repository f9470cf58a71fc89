package dev.socketserver.internal.stream;

import dev.socketserver.internal.lead.HandlerTimes;
import dev.socketserver.internal.lead.Lead;
import dev.socketserver.internal.lead.Leadership;
import dev.socketserver.internal.lead.Watchdog;
import dev.socketserver.internal.pool.ServicePool;
import dev.socketserver.internal.run.OpenRequest;
import dev.socketserver.internal.run.RequestRunner;
import dev.socketserver.internal.run.RunContext;
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
 * The place where connections wait for their peers, and the main loop of the worker that leads there: it selects, then
 * runs the handlers of the ready connections itself, one after another. When one is about to wait, or the
 * {@link Watchdog} finds it blocked or computing for long, another worker takes the lead, with the ready connections
 * that were not run yet; the old leader becomes an ordinary worker that returns to the pool when its handler does.
 *
 * <p>After the leader/followers pattern (Schmidt et al., Pattern-Oriented Software Architecture 2), with the rescue of
 * blocked handlers as Go's {@code sysmon} does it for system calls.
 *
 * <p>The selector and the ready list belong to whoever leads; {@link Leadership} orders one leader after another. The
 * rest is thread-safe.
 */
final class Poller {
    private static final Log LOG = Log.of(Poller.class);
    private static final long PAUSE_AFTER_FAILURE = 10_000_000;

    /** With more new connections than this to be looked at, the leader is behind. */
    private static final int MOST_ARRIVALS = 1024;

    /** How many connections the stand-in gives to the pool at a time. */
    private static final int MOST_STOOD_IN_FOR = 256;

    private final RequestRunner runner;
    private final ServicePool pool;
    private final Watchdog watchdog;
    private final Semaphore processors;
    private final boolean standsIn;
    private final HandlerTimes times = new HandlerTimes();
    private final Lead lead;
    private final Selector selector;
    private final ArrayDeque<Registration> ready = new ArrayDeque<>(); // the leader's
    private @Nullable Registration arrived; // the leader's: the first of those taken from the arrivals, in order
    private final AtomicReference<@Nullable Registration> arrivals = new AtomicReference<>(); // a stack
    private final AtomicInteger offered = new AtomicInteger(); // how many arrivals were not taken yet
    private final RateLimitedLog failures = new RateLimitedLog(LOG);
    private final Consumer<SelectionKey> onReady = this::addReady; // made once: selecting allocates nothing
    private volatile boolean selecting; // written by the leader
    private volatile boolean stopped;
    private int batches; // the leader's: since it took the lead

    /**
     * Creates a place.
     *
     * @param processors as many as are there besides those of the leaders, which share them
     * @param standsIn whether ready connections are given to the pool while none of its workers can lead, because its
     *     overload policy does not block
     */
    Poller(RunContext run, ServicePool pool, Watchdog watchdog, Semaphore processors, boolean standsIn)
            throws IOException {
        runner = run.runner();
        this.pool = pool;
        this.watchdog = watchdog;
        this.processors = processors;
        this.standsIn = standsIn;
        selector = Selector.open();
        lead = new Lead(pool, new LeadingHere(), times);
        watchdog.watch(lead);
    }

    // ---- from any thread

    /** Takes in a connection that is to be served, or to be armed. Never throws. */
    void offer(Registration connection) {
        if (!connection.offer()) {
            return; // it is in the list, and whoever takes it from there sees what is to be done
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

    /** Returns whether a new connection is better given to the pool: handlers are slow, or the leader is behind. */
    boolean isBusy() {
        return times.isSlow() || offered.get() > MOST_ARRIVALS || pool.isSaturated();
    }

    /** Calls for a leader. If that fails, the watchdog calls again. */
    private void callForLeader() {
        try {
            lead.callForLeader();
        } catch (Throwable e) {
            report(e);
        }
    }

    /** Reports a failure. Never throws: without memory, not even the text of a message can be had. */
    private void report(Throwable failure) {
        try {
            failures.error("{} failed and continues", this, failure);
        } catch (Throwable ignored) {
            // Reported or not: the leader goes on.
        }
    }

    /** Lets the selector forget the connections that were closed, which the system keeps open until then. */
    void wakeIfSelecting() {
        if (selecting) {
            selector.wakeup();
        }
    }

    /** Ends the leading, for good. */
    void stop() {
        stopped = true;
        selector.wakeup();
    }

    /** Closes the selector; only when nobody leads any more, or in the hope that whoever does gives up. */
    void close() {
        stop();
        try {
            selector.close();
        } catch (IOException e) {
            LOG.debug("closing a selector failed: {}", e);
        }
    }

    // ---- the thread that serves a connection

    /** Gives up the lead, if the connection is served in it: its handler is about to wait. */
    void leaveLead(Registration connection) {
        long turn = connection.turn;
        if (turn != Registration.NOT_LEADING) {
            connection.turn = Registration.NOT_LEADING;
            lead.handOn(turn);
        }
    }

    /**
     * Runs what takes time to compute, for a connection that is served in the lead: after that was given up, if there
     * is a processor for another leader; if not, more threads would only take it from each other.
     */
    void compute(Registration connection, Runnable work) {
        if (connection.turn == Registration.NOT_LEADING) {
            work.run();
        } else if (processors.tryAcquire()) {
            try {
                leaveLead(connection);
                work.run();
            } finally {
                processors.release();
            }
        } else {
            times.discardBatch();
            work.run();
        }
    }

    // ---- the worker that leads

    /** What leading means here. */
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

    /** Serves the next ready connection; returns false if the lead is another's when it returns. */
    private boolean runNext() {
        Registration connection = ready.remove();
        if (!connection.request.beginReady()) {
            connection.disarm();
            return true;
        }
        return serve(connection);
    }

    /** Serves a connection whose turn the leader has; returns false if the lead is another's when it returns. */
    private boolean serve(Registration connection) {
        Leadership leadership = lead.leadership();
        long turn = leadership.begin();
        try {
            if (times.runsHere()) {
                connection.turn = turn;
                runner.serve(connection.request);
            } else {
                runner.handOver(connection.request, pool);
            }
        } catch (Throwable e) {
            report(e);
        }
        Thread.interrupted(); // an interrupt was meant for this connection
        boolean leads = leadership.end(turn);
        if (leads) {
            times.ran(true);
        }
        return leads;
    }

    /** Waits until connections are ready; returns false if this worker leads no longer. */
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
        selecting = true; // before the arrivals are looked at, which who adds to them does in the opposite order
        try {
            if (saturated || arrivals.get() != null) {
                selector.selectNow(onReady);
            } else {
                selector.select(onReady);
            }
        } finally {
            selecting = false;
        }
        Thread.interrupted(); // it was meant for a handler that has returned, and no select would wait any more
        batches++;
        if (!ready.isEmpty()) {
            times.batchBegins(ready.size());
            watchdog.wake();
        }
        return true;
    }

    private void addReady(SelectionKey key) {
        ready.add((Registration) key.attachment());
    }

    /** Serves those that were offered to be served, and arms the others; returns false if the lead was lost. */
    private boolean serveArrivals() {
        if (takeArrivals()) {
            times.batchBegins(offered.get());
            watchdog.wake();
        }
        for (Registration next = nextArrival(); next != null; next = nextArrival()) {
            if (!next.request.begin()) {
                arm(next);
            } else if (!serve(next)) {
                return false; // and the next leader goes on with the others
            }
        }
        times.batchEnds();
        return true;
    }

    /** Takes the arrivals, unless some are left of those taken before; returns whether there are any. */
    private boolean takeArrivals() {
        for (Registration last = arrived == null ? arrivals.getAndSet(null) : null; last != null; ) {
            Registration before = last.next;
            last.next = arrived;
            arrived = last;
            last = before;
        }
        return arrived != null;
    }

    /** Takes the next of the arrivals, which from here on may be offered again. */
    private @Nullable Registration nextArrival() {
        Registration next = arrived;
        if (next != null) {
            arrived = next.next;
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
            connection.request.call(); // it was closed meanwhile, perhaps before it was parked
        } catch (Throwable e) {
            report(e);
            connection.request.abort();
            connection.request.call();
        }
    }

    // ---- the stand-in, while no worker can lead

    /** Gives what is ready to the pool, whose overload policy decides what becomes of it. */
    private void standInForLeader() {
        if (!standsIn) {
            return;
        }
        List<Registration> found =
                new ArrayList<>(MOST_STOOD_IN_FOR); // before the lead is taken, which may not be lost
        if (!lead.leadership().take()) {
            return;
        }
        try {
            collect(found);
        } catch (ClosedSelectorException e) {
            LOG.debug("replacing a leader failed: {}", e);
        } catch (Throwable e) {
            report(e); // and goes on with those found so far
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
