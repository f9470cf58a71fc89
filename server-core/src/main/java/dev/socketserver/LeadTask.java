package dev.socketserver;

import dev.socketserver.pool.ElasticThreadPool;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The task that a worker runs while it leads: found a worker when the lead is vacant, and run by one at a time.
 * Thread-safe.
 */
final class LeadTask implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(LeadTask.class);

    private final Leadership leadership = new Leadership();
    private final ElasticThreadPool pool;
    private final Runnable lead;
    private final AtomicBoolean called = new AtomicBoolean(); // this task is with the pool and has not begun

    /**
     * Makes a task whose lead is vacant.
     *
     * @param lead runs in the worker that took the lead, until it has lost it or given it up
     */
    LeadTask(ElasticThreadPool pool, Runnable lead) {
        this.pool = pool;
        this.lead = lead;
    }

    Leadership leadership() {
        return leadership;
    }

    /** Lets some worker take the vacant lead, unless one has been called already; if none can now, ask again. */
    void callForLeader() {
        if (!called.compareAndSet(false, true)) {
            return;
        }
        boolean taken = false;
        try {
            taken = pool.tryExecute(this);
        } catch (RejectedExecutionException e) {
            LOG.debug("no worker can lead: {}", e.toString());
        } finally {
            if (!taken) {
                called.set(false);
            }
        }
    }

    /** Gives the lead up inside a turn that is about to block, or takes too long, and calls for another leader. */
    void handOn(long turn) {
        if (leadership.giveUp(turn)) {
            callForLeader();
        }
    }

    @Override
    public void run() {
        called.set(false);
        if (leadership.take()) {
            lead.run();
        }
    }
}
