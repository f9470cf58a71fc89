package dev.socketserver;

import dev.socketserver.internal.pool.ServicePool;
import dev.socketserver.internal.pool.ServiceTask;
import dev.socketserver.pool.AbortableTask;
import dev.socketserver.pool.RejectableTask;
import dev.socketserver.pool.RejectionReason;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A lead and the workers that take it, one after another. Thread-safe. */
final class LeadTask {
    private static final Logger LOG = LoggerFactory.getLogger(LeadTask.class);

    /** A leader that is back so soon after it lost the lead did not block: the machine had no processor for it. */
    private static final Duration FALSE_ALARM = Watchdog.TICK.multipliedBy(2);

    /** How many ticks the watchdog waits at the most before it takes the lead away, after false alarms. */
    private static final int MAX_PATIENCE = 8;

    /** How often the word changes for a request that is run quickly. */
    private static final int CHANGES_PER_REQUEST = 2;

    /** How many requests must have been quick, since one blocked, to make that one an exception. */
    private static final int QUICK_REQUESTS = 8;

    /** What the watchdog found when it looked; the later, the sooner it should look again. */
    enum Finding {
        /** The same as at the last look. */
        STILL,
        /** The lead has moved; or its leader was blocked like those before it, and more workers are no hurry. */
        MOVED,
        /** The leader was blocked, unlike those before it. */
        BLOCKED
    }

    private final Leadership leadership = new Leadership();
    private final ServicePool pool;
    private final RequestRunner<?> runner;
    private final Runnable lead;
    private final Runnable askToYield;
    private final AtomicBoolean called = new AtomicBoolean(); // a tenure is with the pool and has not begun
    private volatile @Nullable Tenure tenure; // written by the leader
    private volatile boolean wanted; // set by the first call for a leader
    private volatile int patience = 1; // in ticks; written by leaders that lost the lead, a lost update does no harm
    private long before; // the watchdog's: what it saw last
    private long lost; // the watchdog's: what it saw when it last found the leader blocked
    private int unmoved; // the watchdog's: looks since the lead moved

    /**
     * Makes a lead that is vacant.
     *
     * @param lead runs in the worker that took the lead, until it has lost it or given it up
     * @param askToYield makes a leader that waits look whether it is needed elsewhere
     */
    LeadTask(ServicePool pool, RequestRunner<?> runner, Runnable lead, Runnable askToYield) {
        this.pool = pool;
        this.runner = runner;
        this.lead = lead;
        this.askToYield = askToYield;
    }

    Leadership leadership() {
        return leadership;
    }

    /**
     * Looks after the lead: takes it from a leader that is blocked, or does not move though the watchdog was patient;
     * calls for one if there is none; sends one that only waits where it is needed. The watchdog's.
     */
    Finding look() {
        long seen = leadership.seen();
        boolean moved = seen != before;
        before = seen;
        unmoved = moved ? 0 : unmoved + 1;
        if (Leadership.isRunning(seen)) {
            boolean blocked = isBlocked(tenure);
            if (blocked || unmoved >= patience) {
                endTenure(seen, !blocked);
            }
            if (blocked) {
                boolean oneOfMany = Leadership.changes(lost, seen) > QUICK_REQUESTS * CHANGES_PER_REQUEST;
                lost = seen;
                return oneOfMany ? Finding.BLOCKED : Finding.MOVED;
            }
        } else if (!moved && !Leadership.isVacant(seen)) {
            if (pool.isSaturated()) {
                askToYield.run();
            }
        } else if (!moved && wanted) {
            callForLeader();
        }
        return moved ? Finding.MOVED : Finding.STILL;
    }

    /** Tells whether the leader sleeps, is parked, or waits for a lock: no matter of waiting for a processor. */
    private static boolean isBlocked(@Nullable Tenure leader) {
        Thread thread = leader == null ? null : leader.worker;
        return thread != null && thread.getState() != Thread.State.RUNNABLE;
    }

    /** Lets some worker take the vacant lead, unless one has been called already; if none can now, ask again. */
    void callForLeader() {
        wanted = true;
        if (!called.compareAndSet(false, true)) {
            return;
        }
        boolean taken = false;
        try {
            taken = pool.tryExecute(new Tenure());
        } catch (RejectedExecutionException e) {
            LOG.debug("no worker can lead: {}", e.toString());
        } finally {
            if (!taken) {
                called.set(false);
            }
        }
    }

    /** Gives the lead up inside a turn that is about to block, and calls for another leader. */
    void handOn(long turn) {
        endTenure(turn, false);
    }

    /** Makes the lead vacant in that turn, unless the turn is over, and calls for another leader. */
    private void endTenure(long turn, boolean onSuspicion) {
        Tenure current = tenure;
        if (!leadership.giveUp(turn)) {
            return;
        }
        if (current != null) {
            current.suspected = onSuspicion;
            current.lostSince = System.nanoTime();
        }
        callForLeader();
    }

    /** Leads in the calling thread, if the lead is vacant. */
    void leadHere() {
        new Tenure().lead();
    }

    /** One thread's time as leader, and the end of the handler that cost it the lead. */
    private final class Tenure extends ServiceTask implements AbortableTask, RejectableTask {
        private volatile long lostSince = NOT_BUSY;
        private volatile boolean suspected; // written before lostSince
        private volatile @Nullable Thread worker; // written by the worker; set while it leads or ends its last handler

        @Override
        public void run() {
            called.set(false);
            lead();
        }

        void lead() {
            worker = Thread.currentThread();
            try {
                if (leadership.take()) {
                    tenure = this;
                    lead.run();
                    learn();
                }
            } finally {
                worker = null;
            }
        }

        /** The pool gave this up to make room for another task; the watchdog calls again. */
        @Override
        public void rejected(RejectionReason why) {
            called.set(false);
        }

        /** Makes the watchdog more patient after a false alarm, and less after a true one. */
        private void learn() {
            long lost = lostSince;
            if (lost != NOT_BUSY && suspected) {
                boolean falseAlarm = System.nanoTime() - lost < FALSE_ALARM.toNanos();
                patience = falseAlarm ? Math.min(MAX_PATIENCE, patience * 2) : Math.max(1, patience / 2);
            }
        }

        @Override
        public long busySince() {
            return lostSince;
        }

        @Override
        public void abort() {
            Request stuck = request();
            if (stuck != null) {
                stuck.abort();
            }
        }

        /** The request that the worker is about in this tenure, and none that it went on to afterwards. */
        private @Nullable Request request() {
            Thread thread = worker;
            Request served = thread == null ? null : runner.servedBy(thread);
            return worker == null ? null : served;
        }

        @Override
        public String toString() {
            Request served = request();
            return served == null ? "the lead" : served.toString();
        }
    }
}
