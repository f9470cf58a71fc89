package dev.socketserver.internal.udp;

import dev.socketserver.internal.lead.HandlerTimes;
import dev.socketserver.internal.lead.Lead;
import dev.socketserver.internal.lead.Watchdog;
import dev.socketserver.internal.pool.ServicePool;
import dev.socketserver.internal.run.AcceptLoop;
import dev.socketserver.internal.run.Intake;
import dev.socketserver.internal.run.OpenRequest;
import dev.socketserver.internal.run.RunContext;
import dev.socketserver.internal.util.Log;
import dev.socketserver.internal.util.RateLimitedLog;
import dev.socketserver.pool.AbortableTask;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The intake of a datagram server: a datagram's handler runs in the thread that received it, which leads. When a
 * handler blocks or computes for long, the {@link Watchdog} gives the lead to a worker of the pool, which receives from
 * there on; the acceptor has then done its part, and a worker that comes back returns to the pool. While handlers prove
 * slow, datagrams go to the pool. One thread at a time receives, and calls the server's accepting hooks.
 *
 * <p>Thread-safe.
 */
final class Receivers extends Intake {
    /** Where datagrams come from. */
    interface Entrance extends AcceptLoop.Source {
        /** Has the thread that waits for a datagram return without one. Thread-safe. */
        void hurry();
    }

    /** How many datagrams the stand-in receives at a time at most. */
    private static final int MOST_STOOD_IN_FOR = 256;

    private static final Log LOG = Log.of(Receivers.class);

    private final ServicePool pool;
    private final Entrance source;
    private final boolean standsIn;
    private final Watchdog watchdog;
    private final HandlerTimes times = new HandlerTimes();
    private final Lead lead;
    private final AcceptLoop.Taker taker = new LeadersTaker(); // made once: who leads must not fail for want of memory
    private final RateLimitedLog failures = new RateLimitedLog(LOG);
    private volatile @Nullable AcceptLoop loop; // set once, when the acceptor begins
    private volatile @Nullable Thread acceptor; // set once, likewise
    private volatile @Nullable Thread admitting; // set while a datagram passes the accepting hooks
    private @Nullable OpenRequest admitted; // the leader's: the datagram that has passed them

    Receivers(RunContext run, ServicePool pool, Entrance source, String server, boolean standsIn) {
        super(run.runner(), pool);
        this.pool = pool;
        this.source = source;
        this.standsIn = standsIn;
        watchdog = new Watchdog(server, run.died());
        lead = new Lead(pool, new Receiving(), times);
        watchdog.watch(lead);
    }

    @Override
    public void accept(AcceptLoop accepting) {
        if (loop == null) {
            acceptor = Thread.currentThread();
            loop = accepting;
            watchdog.start();
        }
        lead.leadHere();
    }

    /** What leading means here. */
    private final class Receiving implements Lead.Role {
        @Override
        public void lead() {
            AcceptLoop accepting = loop;
            if (accepting != null) {
                times.discardBatch();
                accepting.run(taker);
            }
        }

        @Override
        public void hurry() {
            source.hurry();
        }

        @Override
        public void standIn() {
            standInForLeader();
        }

        @Override
        public @Nullable AbortableTask servedBy(Thread thread) {
            OpenRequest request = runner().servedBy(thread);
            return request == null ? null : runner().abortable(request);
        }
    }

    /** What the leader does with what it receives. */
    private final class LeadersTaker implements AcceptLoop.Taker {
        @Override
        public boolean take(OpenRequest datagram) {
            return isLeadKept(datagram);
        }

        @Override
        public boolean waitsOn() {
            return !isLeftToOthers();
        }
    }

    /** Takes a datagram through the accepting hooks, and serves it; returns false if the lead is lost. */
    private boolean isLeadKept(OpenRequest datagram) {
        OpenRequest passed = admit(datagram);
        if (passed == null) {
            return true;
        }
        long turn = lead.begin();
        times.batchBegins(1);
        serve(passed);
        boolean leads = lead.leadership().end(turn);
        if (leads) {
            times.ran(true);
            times.batchEnds();
        }
        return leads && !(times.isSlow() && isLeftToOthers());
    }

    /** Serves a datagram. Never throws: who has lost the lead meanwhile must not receive any more. */
    private void serve(OpenRequest datagram) {
        try {
            runOrExecute(datagram);
        } catch (Throwable e) {
            report(e);
        }
    }

    private void report(Throwable failure) {
        try {
            failures.error("{} failed and continues", getClass().getSimpleName(), failure);
        } catch (Throwable ignored) {
            // There is no memory even for the text of the message.
        }
    }

    private void runOrExecute(OpenRequest datagram) {
        if (times.runsHere() || !datagram.isQueued()) {
            runner().run(datagram); // which does nothing if a hook has closed it
            return;
        }
        try {
            execute(datagram);
        } catch (Throwable e) {
            runner().reject(datagram, e);
        }
    }

    /** Returns whether this worker leaves the lead to another one, in its turn, because tasks wait for workers. */
    private boolean isLeftToOthers() {
        boolean needed = Thread.currentThread() != acceptor && pool.isSaturated();
        if (needed) {
            lead.leadership().giveUp();
            lead.callForLeader();
        }
        return needed;
    }

    /** Takes a datagram through the accepting hooks; returns it if it is to be served in this thread. */
    private @Nullable OpenRequest admit(OpenRequest datagram) {
        admitting = Thread.currentThread();
        try {
            runner().admit(datagram);
            return admitted;
        } finally {
            admitted = null;
            admitting = null;
        }
    }

    @Override
    public void acceptOne(OpenRequest datagram) {
        OpenRequest passed = admit(datagram);
        if (passed != null) {
            runner().run(passed);
        }
    }

    /** Keeps the datagram for when the hooks have returned; from any other thread, gives it to the pool. */
    @Override
    public void process(OpenRequest datagram) {
        if (admitting == Thread.currentThread()) {
            admitted = datagram;
        } else {
            execute(datagram);
        }
    }

    /** Gives what has come to the pool, whose overload policy decides, while none of its workers can lead. */
    private void standInForLeader() {
        if (!(standsIn || lead.hasLostPool()) || !lead.leadership().take()) {
            return;
        }
        try {
            for (int i = 0; i < MOST_STOOD_IN_FOR; i++) {
                OpenRequest datagram = source.accept(System.nanoTime());
                if (datagram == null) {
                    return;
                }
                runner().admit(datagram); // which calls process()
            }
        } catch (IOException e) {
            LOG.debug("replacing a leader failed: {}", e);
        } finally {
            lead.leadership().giveUp();
        }
    }

    @Override
    public void losePool() {
        lead.losePool();
    }

    @Override
    public void close() throws InterruptedException {
        watchdog.stop();
    }
}
