package dev.socketserver.internal.lead;

import dev.socketserver.internal.pool.ServicePool;
import dev.socketserver.internal.pool.ServiceTask;
import dev.socketserver.internal.util.Classes;
import dev.socketserver.internal.util.Log;
import dev.socketserver.internal.util.VirtualThreads;
import dev.socketserver.pool.AbortableTask;
import dev.socketserver.pool.RejectableTask;
import dev.socketserver.pool.RejectionReason;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A lead, and the workers that take it one after another. {@link Role} defines what the leader does; {@link Leadership}
 * decides which thread leads; the {@link Watchdog} calls {@link #look()}. Thread-safe.
 */
public final class Lead {
    private static final Log LOG = Log.of(Lead.class);

    /** What the leading thread does, and what happens while there is none. */
    public interface Role {
        /** Leads in the calling thread until the lead is lost or given up. */
        void lead();

        /** Makes a waiting leader check whether it is needed elsewhere. Called by the watchdog. */
        void hurry();

        /**
         * Takes the vacant lead briefly and submits everything that is ready to the pool, so that its overload policy
         * applies although all workers are busy and none can lead, or that it is rejected because the pool is shut
         * down. Called by the watchdog's stand-in.
         */
        void standIn();

        /** Returns the request that the thread serves, if it can be aborted. Thread-safe. */
        @Nullable
        AbortableTask servedBy(Thread thread);
    }

    /** The watchdog's findings, in order of urgency: the later the constant, the sooner the next check. */
    enum Finding {
        /** Nothing that could delay anyone: no turn runs, and no leader is missing or needed elsewhere. */
        IDLE,
        /** The lead has moved. */
        MOVED,
        /** Unchanged since the last check, in a turn or without a leader. */
        STILL,
        /** The leader was blocked like those before it, so more workers are not urgent. */
        BLOCKED_AGAIN,
        /** No worker can take the lead, so a stand-in is needed. */
        STRANDED,
        /** The leader was blocked, unlike those before it. */
        BLOCKED
    }

    static {
        Classes.initialize(
                MethodHandles.lookup(),
                ThreadActivity.class,
                ThreadActivity.State.class,
                Finding.class,
                Tenure.class,
                HandlerTimes.class,
                VirtualThreads.class,
                RejectedExecutionException.class);
    }

    /** A turn that has used this much processor time since a check loses the lead. */
    static final Duration COMPUTING = Duration.ofMillis(1);

    /** The number of consecutive checks that find a leader blocked in a system call before it loses the lead. */
    static final int BLOCKED_LOOKS = 2;

    /**
     * The number of consecutive checks for which a leader may stay in a turn if neither the JVM nor the system reports
     * its activity.
     */
    static final int UNKNOWN_LOOKS = 8;

    /**
     * The number of consecutive checks for which the lead may be vacant, with the pool saturated, before a stand-in is
     * used.
     */
    static final int STRANDED_LOOKS = 2;

    /** The number of changes of the word per turn. */
    private static final int CHANGES_PER_TURN = 2;

    /** The number of quick turns since a blocked one that makes the blocked one an exception. */
    private static final int QUICK_TURNS = 8;

    private final Leadership leadership = new Leadership();
    private final ServicePool pool;
    private final Role role;
    private final HandlerTimes times;
    private final AtomicBoolean called = new AtomicBoolean(); // a tenure is submitted to the pool and has not begun
    private Runnable watched = () -> {}; // set before anyone may lead
    private volatile @Nullable Tenure tenure; // written by the leader
    private volatile boolean wanted; // set when a leader is first requested
    private volatile boolean poolLost; // set when the pool was shut down
    private long before; // confined to the watchdog: the word at the last check
    private long lost; // confined to the watchdog: the word when it last found the leader blocked
    private int unmoved; // confined to the watchdog: checks since the lead moved
    private int blockedLooks; // confined to the watchdog: consecutive checks blocked in a system call
    private @Nullable Duration processorTime; // confined to the watchdog: the leader's, when first unmoved

    /** Creates a lead that is vacant. */
    public Lead(ServicePool pool, Role role, HandlerTimes times) {
        this.pool = pool;
        this.role = role;
        this.times = times;
    }

    /** Returns the leadership, which decides who leads. */
    public Leadership leadership() {
        return leadership;
    }

    /**
     * Sets an action that ends the watchdog's rest: it is run when a turn begins, when a leader is requested, and when
     * a task must wait for a worker. Called before anyone may lead.
     */
    void watchedBy(Runnable wakesWatchdog) {
        watched = wakesWatchdog;
        pool.onSaturation(wakesWatchdog);
    }

    /** Ends {@link #watchedBy}. Thread-safe. */
    void abandonedBy(Runnable wakesWatchdog) {
        pool.offSaturation(wakesWatchdog);
    }

    /**
     * Begins a turn, as {@link Leadership#begin} does, and ensures that the watchdog checks it. Called by the leader.
     */
    public long begin() {
        long turn = leadership.begin();
        VarHandle.fullFence(); // a watchdog that is about to rest sees the turn, or this thread sees that it rests
        watched.run();
        return turn;
    }

    /**
     * Checks the lead: takes it from a leader that is blocked or has computed for long; requests a leader if there is
     * none; redirects a leader that only waits to where it is needed. A leader that waits for a processor keeps the
     * lead, since no other thread would get a processor sooner. Called by the watchdog.
     */
    Finding look() {
        long seen = leadership.seen();
        boolean moved = seen != before;
        before = seen;
        if (moved) {
            unmoved = 0;
            blockedLooks = 0;
            processorTime = null;
        } else {
            unmoved++;
        }
        if (Leadership.isRunning(seen)) {
            return lookAtTurn(seen, moved);
        } else if (moved) {
            return Finding.MOVED;
        } else if (!Leadership.isVacant(seen)) {
            if (pool.isSaturated()) {
                role.hurry();
                return Finding.STILL;
            }
        } else if (wanted) {
            callForLeader();
            return unmoved >= STRANDED_LOOKS && (poolLost || pool.isSaturated()) ? Finding.STRANDED : Finding.STILL;
        }
        return Finding.IDLE;
    }

    private Finding lookAtTurn(long seen, boolean moved) {
        Tenure current = tenure;
        ThreadActivity leader = current == null ? null : current.leader;
        if (leader == null) {
            return Finding.MOVED;
        }
        if (leader.isBlockedInJvm() || (!moved && isBlockedInSystem(leader))) {
            times.blocked();
            endTenure(seen);
            boolean oneOfMany = Leadership.changes(lost, seen) > QUICK_TURNS * CHANGES_PER_TURN;
            lost = seen;
            return oneOfMany ? Finding.BLOCKED : Finding.BLOCKED_AGAIN;
        }
        if (!moved && hasComputed(leader)) {
            endTenure(seen);
        }
        return moved ? Finding.MOVED : Finding.STILL;
    }

    private boolean isBlockedInSystem(ThreadActivity leader) {
        ThreadActivity.State state = leader.state();
        if (state == ThreadActivity.State.UNKNOWN) {
            return unmoved >= UNKNOWN_LOOKS;
        }
        blockedLooks = state == ThreadActivity.State.BLOCKED ? blockedLooks + 1 : 0;
        return blockedLooks >= BLOCKED_LOOKS;
    }

    private boolean hasComputed(ThreadActivity leader) {
        Duration now = leader.processorTime();
        Duration first = processorTime;
        if (first == null) {
            processorTime = now;
            return false;
        }
        return now != null && now.minus(first).compareTo(COMPUTING) >= 0;
    }

    /**
     * Requests a worker to take the vacant lead, unless one has been requested already. If no worker is available, call
     * again.
     */
    public void callForLeader() {
        wanted = true;
        watched.run(); // in case that no worker comes
        if (!called.compareAndSet(false, true)) {
            return;
        }
        boolean taken = false;
        try {
            taken = pool.tryExecute(new Tenure());
        } catch (RejectedExecutionException e) {
            LOG.debug("no worker can lead: {}", e);
        } finally {
            if (!taken) {
                called.set(false);
            }
        }
    }

    /** The pool was shut down: who leads goes on until the lead is lost, and nobody takes it then. Thread-safe. */
    public void losePool() {
        poolLost = true;
        watched.run();
    }

    /** Returns whether the pool was shut down. */
    public boolean hasLostPool() {
        return poolLost;
    }

    /** Gives up the lead in a turn that is about to block, and requests another leader. */
    public void handOn(long turn) {
        endTenure(turn);
    }

    /** Makes the lead vacant in the given turn, unless the turn is over, and requests another leader. */
    private void endTenure(long turn) {
        Tenure current = tenure;
        if (leadership.giveUp(turn)) {
            if (current != null) {
                current.lostSince = System.nanoTime();
            }
            callForLeader();
        }
    }

    /** Leads in the calling thread, if the lead is vacant. */
    public void leadHere() {
        new Tenure().lead();
    }

    Role role() {
        return role;
    }

    /** One thread's time as leader, including the rest of the handler during which it lost the lead. */
    private final class Tenure extends ServiceTask implements AbortableTask, RejectableTask {
        private volatile long lostSince = NOT_BUSY;
        private volatile @Nullable ThreadActivity leader; // set while it leads or finishes its last handler

        @Override
        public void run() {
            called.set(false);
            lead();
        }

        void lead() {
            leader = ThreadActivity.ofCurrentThread();
            try {
                if (leadership.take()) {
                    tenure = this;
                    role.lead();
                }
            } finally {
                leader = null;
            }
        }

        /** Called when the pool has dropped this task, because it was stopped. */
        @Override
        public void rejected(RejectionReason why) {
            called.set(false);
            watched.run();
        }

        @Override
        public long busySince() {
            return lostSince;
        }

        @Override
        public void abort() {
            AbortableTask stuck = served();
            if (stuck != null) {
                stuck.abort();
            }
        }

        /** Returns the request that the worker serves in this tenure, but none that it serves afterwards. */
        private @Nullable AbortableTask served() {
            ThreadActivity worker = leader;
            AbortableTask served = worker == null ? null : role.servedBy(worker.thread());
            return leader == null ? null : served;
        }

        @Override
        public String toString() {
            AbortableTask served = served();
            return served == null ? "the lead" : served.toString();
        }
    }
}
