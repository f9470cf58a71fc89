package dev.socketserver.internal.lead;

import dev.socketserver.internal.pool.ServicePool;
import dev.socketserver.internal.pool.ServiceTask;
import dev.socketserver.internal.util.Classes;
import dev.socketserver.internal.util.Log;
import dev.socketserver.pool.AbortableTask;
import dev.socketserver.pool.RejectableTask;
import dev.socketserver.pool.RejectionReason;
import java.lang.invoke.MethodHandles;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A lead, and the workers that take it one after another. {@link Role} says what the leader does; {@link Leadership}
 * decides who it is; the {@link Watchdog} calls {@link #look()}. Thread-safe.
 */
public final class Lead {
    private static final Log LOG = Log.of(Lead.class);

    /** What the leading thread does, and what is done while there is none. */
    public interface Role {
        /** Leads in the calling thread, until the lead is lost or given up. */
        void lead();

        /** Makes a leader that only waits check whether it is needed elsewhere. Called by the watchdog. */
        void hurry();

        /**
         * Takes the vacant lead for a moment and hands whatever is ready to the pool, because all of its workers are
         * busy and none can lead; so the pool's overload policy holds. Called by the watchdog's stand-in.
         */
        void standIn();

        /** Returns what the thread serves, if it can be aborted. Thread-safe. */
        @Nullable
        AbortableTask servedBy(Thread thread);
    }

    /** The watchdog's finding; the later, the sooner it should look again. */
    enum Finding {
        /** The same as at the last look. */
        STILL,
        /** The lead has moved; or its leader was blocked like those before it, and more workers are no hurry. */
        MOVED,
        /** No worker can take the lead, so somebody has to stand in. */
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
                RejectedExecutionException.class);
    }

    /** A turn that has used that much processor time since a look computes, and loses the lead. */
    static final Duration COMPUTING = Duration.ofMillis(1);

    /** How many looks in a row a leader may be found blocked inside a system call before it loses the lead. */
    static final int BLOCKED_LOOKS = 2;

    /** How many looks in a row a leader may stay in a turn where neither JVM nor system tell what it does. */
    static final int UNKNOWN_LOOKS = 8;

    /** How many looks in a row the lead may be vacant, with the pool saturated, before somebody stands in. */
    static final int STRANDED_LOOKS = 2;

    /** How often the word changes in a turn. */
    private static final int CHANGES_PER_TURN = 2;

    /** How many turns must have been quick, since one blocked, to make that one an exception. */
    private static final int QUICK_TURNS = 8;

    private final Leadership leadership = new Leadership();
    private final ServicePool pool;
    private final Role role;
    private final HandlerTimes times;
    private final AtomicBoolean called = new AtomicBoolean(); // a tenure is with the pool and has not begun
    private volatile @Nullable Tenure tenure; // written by the leader
    private volatile boolean wanted; // set by the first call for a leader
    private long before; // the watchdog's: what it saw last
    private long lost; // the watchdog's: what it saw when it last found the leader blocked
    private int unmoved; // the watchdog's: looks since the lead moved
    private int blockedLooks; // the watchdog's: looks in a row that found the leader blocked in a system call
    private @Nullable Duration processorTime; // the watchdog's: the leader's, when it was first found unmoved

    /** Creates a lead that is vacant. */
    public Lead(ServicePool pool, Role role, HandlerTimes times) {
        this.pool = pool;
        this.role = role;
        this.times = times;
    }

    /** Returns who leads. */
    public Leadership leadership() {
        return leadership;
    }

    /**
     * Looks after the lead: takes it from a leader that is blocked, or that has computed for long; calls for one if
     * there is none; sends one that only waits where it is needed. A leader that waits for a processor keeps the lead,
     * since no other would get one sooner. For the watchdog.
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
            }
        } else if (wanted) {
            callForLeader();
            return unmoved >= STRANDED_LOOKS && pool.isSaturated() ? Finding.STRANDED : Finding.STILL;
        }
        return Finding.STILL;
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
            return oneOfMany ? Finding.BLOCKED : Finding.MOVED;
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

    /** Lets some worker take the vacant lead, unless one has been called already; if none can now, call again. */
    public void callForLeader() {
        wanted = true;
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

    /** Gives up the lead inside a turn that is about to block, and calls for another leader. */
    public void handOn(long turn) {
        endTenure(turn);
    }

    /** Makes the lead vacant in that turn, unless the turn is over, and calls for another leader. */
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

    /** One thread's time as leader, and the end of the handler that cost it the lead. */
    private final class Tenure extends ServiceTask implements AbortableTask, RejectableTask {
        private volatile long lostSince = NOT_BUSY;
        private volatile @Nullable ThreadActivity leader; // set while it leads, or ends its last handler

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

        /** The pool gave this up to make room for another task; the watchdog calls again. */
        @Override
        public void rejected(RejectionReason why) {
            called.set(false);
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

        /** Returns what the worker serves in this tenure, and nothing that it went on to afterwards. */
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
