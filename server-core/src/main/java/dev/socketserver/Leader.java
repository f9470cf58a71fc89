package dev.socketserver;

import dev.socketserver.internal.pool.ServicePool;
import java.io.IOException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The place where kept-open connections wait for their peers, and the task of the worker that leads there: it selects,
 * then runs the handlers of the ready connections itself, one after another. When one is about to block, or has held
 * the lead for longer than the {@link Watchdog} allows, another worker takes the lead, with the ready connections not
 * yet run, and the old leader becomes an ordinary worker that returns to the pool when its handler does.
 *
 * <p>After the leader/followers pattern (Schmidt et al., Pattern-Oriented Software Architecture 2), with the rescue of
 * blocked handlers as Go's {@code sysmon} does it for system calls.
 *
 * <p>The selector and the ready list belong to whoever leads; {@link Leadership} orders one leader after another. The
 * rest is thread-safe.
 */
final class Leader {
    private static final Logger LOG = LoggerFactory.getLogger(Leader.class);
    private static final long PAUSE_AFTER_FAILURE = 10_000_000;

    private final RequestRunner<StreamConnection> runner;
    private final ServicePool pool;
    private final Watchdog watchdog;
    private final Semaphore processors;
    private final LeadTask task;
    private final Pace pace = new Pace();
    private final Selector selector;
    private final ArrayDeque<StreamConnection> ready = new ArrayDeque<>(); // the leader's
    private final Queue<StreamConnection> arriving = new ConcurrentLinkedQueue<>();
    private final RateLimitedLog failures = new RateLimitedLog(LOG);
    private final Consumer<SelectionKey> onReady = this::addReady; // made once: selecting allocates nothing
    private volatile boolean selecting; // written by the leader
    private volatile boolean stopped;
    private int batches; // the leader's: since it took the lead

    /**
     * Makes a leader's place.
     *
     * @param processors as many as are there besides those of the leaders, which share them
     */
    Leader(RequestRunner<StreamConnection> runner, ServicePool pool, Watchdog watchdog, Semaphore processors)
            throws IOException {
        this.runner = runner;
        this.pool = pool;
        this.watchdog = watchdog;
        this.processors = processors;
        selector = Selector.open();
        task = new LeadTask(pool, runner, this::lead, this::wakeIfSelecting);
        watchdog.watch(task);
    }

    LeadTask task() {
        return task;
    }

    // ---- from any thread

    /** Takes in a connection that is idle and not in the selector, or whose readiness was missed. */
    void offer(StreamConnection connection) {
        arriving.add(connection);
        wakeIfSelecting();
        if (Leadership.isVacant(task.leadership().seen())) {
            task.callForLeader();
        }
    }

    /** Lets the selector forget the channels that were closed, which the system keeps open until then. */
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

    /** Gives the selector back; only when nobody leads any more, or in the hope that whoever does gives up. */
    void close() {
        stop();
        try {
            selector.close();
        } catch (IOException e) {
            LOG.debug("closing a selector failed: {}", e.toString());
        }
    }

    // ---- the worker that leads

    /**
     * Runs what takes time to compute, for a connection that is served in the lead: after that was given up, if there
     * is a processor for another leader; if not, more threads would only take it from each other.
     */
    void compute(Runnable work, Runnable giveUpLead) {
        if (!processors.tryAcquire()) {
            pace.discardBatch();
            work.run();
            return;
        }
        try {
            giveUpLead.run();
            work.run();
        } finally {
            processors.release();
        }
    }

    /** Leads until the lead is lost or given up. */
    private void lead() {
        batches = 0;
        boolean leads = true;
        while (leads) {
            try {
                leads = ready.isEmpty() ? select() : runNext();
            } catch (ClosedSelectorException e) {
                leads = false;
            } catch (Throwable e) {
                failures.error("leading failed, and goes on", e);
                LockSupport.parkNanos(PAUSE_AFTER_FAILURE);
            }
        }
    }

    /** Runs the next ready connection's handler; false if the lead is another's when it returns. */
    private boolean runNext() {
        StreamConnection connection = ready.remove();
        if (!connection.beginReady()) {
            connection.registration().disarm();
            return true;
        }
        long turn = task.leadership().begin();
        if (pace.isSlow()) {
            runner.handOver(connection, pool, pace);
        } else {
            connection.registration().turn(turn);
            runner.runReady(connection);
        }
        Thread.interrupted(); // an interrupt was meant for this connection
        return task.leadership().end(turn);
    }

    /** Waits until connections are ready; false if this worker leads no longer. */
    private boolean select() throws IOException {
        pace.batchEnds();
        takeArrivals();
        selecting = true;
        boolean saturated = pool.isSaturated();
        try {
            if (stopped || (saturated && batches > 0)) {
                task.leadership().giveUp();
                if (!stopped) {
                    task.callForLeader();
                }
                return false;
            }
            if (saturated || !arriving.isEmpty()) {
                selector.selectNow(onReady);
            } else {
                selector.select(onReady);
            }
        } finally {
            selecting = false;
        }
        batches++;
        if (!ready.isEmpty()) {
            pace.batchBegins(ready.size());
            watchdog.wake();
        }
        return true;
    }

    private void addReady(SelectionKey key) {
        ready.add((StreamConnection) key.attachment());
    }

    private void takeArrivals() throws IOException {
        for (StreamConnection next = arriving.poll(); next != null; next = arriving.poll()) {
            if (!next.registration().arm(selector)) {
                selector.selectNow(onReady); // forgets the key of the connection's last stay
                next.registration().arm(selector);
            }
        }
    }
}
