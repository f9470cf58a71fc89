package dev.socketserver.internal.stream;

import dev.socketserver.EndReason;
import dev.socketserver.OutboundPolicy;
import dev.socketserver.ServerConfig;
import dev.socketserver.StreamConnection;
import dev.socketserver.internal.run.Alarm;
import dev.socketserver.internal.run.Alarms;
import dev.socketserver.internal.run.OpenRequest;
import dev.socketserver.internal.run.RequestReports;
import dev.socketserver.internal.util.Check;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * What other threads want of a connection, which does it in its turn: tasks, in their order, some of them later, and
 * {@link Outbound messages} for its peer; and the groups that it is in until it ends. Adding is thread-safe, as are the
 * groups, and the connection is to be called afterwards; the rest is of its turn.
 *
 * <pre>
 *   TAKING ──refuse() or drop()──▶ ENDED
 * </pre>
 */
public final class Calls {
    /** Those of a connection that has ended before anybody wanted something of it. */
    static final Calls REFUSED = new Calls();

    static {
        REFUSED.drop();
    }

    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>(2); // guarded by this
    private @Nullable Set<Scheduled> timers; // guarded by this: those that are not due

    /** The members of each group that the connection is in, as keys; the connection as values. Guarded by this. */
    private @Nullable IdentityHashMap<Set<StreamConnection>, StreamConnection> groups;

    private boolean ended; // guarded by this
    private final Outbound outbound = new Outbound();

    volatile boolean waits; // written in the turn; until the peer takes more of what was sent

    // Of the turn.
    boolean behind; // the peer has not taken what the handler wrote, which is not called before
    boolean ending; // the connection ends once its messages are sent
    long writeUntil = Deadline.NONE; // when the peer has to have taken more, on the nanoTime clock

    /** Creates one that takes calls. */
    public Calls() {}

    /**
     * Adds a task, and calls its owner, the connection.
     *
     * @throws RejectedExecutionException if the connection is closed, or too many tasks wait
     */
    public void execute(Runnable task, OpenRequest owner) {
        Objects.requireNonNull(task, "task");
        requireOpen(owner);
        add(task);
        owner.call();
    }

    /**
     * Queues a message for the peer of its owner, the connection, which is to be called afterwards. Those that are
     * dropped are reported; without room, a connection is closed if that is the policy.
     *
     * @param message is released, sooner or later
     * @return whether the message was taken
     */
    public <C extends OpenRequest & StreamConnection> boolean send(
            ByteBuf message, C owner, ServerConfig config, RequestReports reports) {
        OutboundPolicy policy = config.outboundPolicy();
        int dropped = owner.isOpen()
                ? outbound.add(message, config.outboundLimit(), policy == OutboundPolicy.DROP_OLDEST)
                : Outbound.CLOSED;
        if (dropped > 0) {
            reports.dropped(owner, dropped);
        } else if (dropped < 0) {
            message.release();
        }
        if (dropped == Outbound.FULL) {
            reports.dropped(owner, 1);
            if (policy == OutboundPolicy.CLOSE) {
                owner.endsBy(EndReason.OUTBOUND_LIMIT);
                owner.close();
            }
        }
        return dropped >= 0;
    }

    private static void requireOpen(OpenRequest owner) {
        if (!owner.isOpen()) {
            throw new RejectedExecutionException(owner + " is closed");
        }
    }

    private synchronized void add(Runnable task) {
        checkRoom(tasks.size(), "wait");
        tasks.add(task);
    }

    private void checkRoom(int taken, String how) {
        if (ended) {
            throw new RejectedExecutionException("the connection is closed");
        } else if (taken >= StreamConnection.MOST_TASKS) {
            throw new RejectedExecutionException(taken + " tasks of the connection " + how + " already");
        }
    }

    /**
     * Adds a task that is to wait for so long; its owner, the connection, is called then.
     *
     * @throws RejectedExecutionException if the connection is closed, or too many tasks are scheduled already
     */
    public StreamConnection.Timer schedule(Runnable task, Duration delay, Alarms alarms, OpenRequest owner) {
        Check.notNegative("delay", delay);
        Objects.requireNonNull(task, "task");
        requireOpen(owner);
        var timer = new Scheduled(task, alarms, owner);
        if (delay.isZero()) {
            add(timer);
            owner.call();
        } else {
            setTimer(timer, Alarms.in(delay, alarms.now()));
        }
        return timer;
    }

    private synchronized void setTimer(Scheduled timer, long due) {
        Set<Scheduled> known = timers;
        checkRoom(known == null ? 0 : known.size(), "are scheduled");
        if (known == null) {
            known = new HashSet<>();
            timers = known;
        }
        known.add(timer);
        timer.alarms.setAt(timer, due);
    }

    /** A task that waits for its time, and then for the connection's turn. */
    private final class Scheduled extends Alarm implements StreamConnection.Timer, Runnable {
        private final Runnable task;
        private final Alarms alarms;
        private final OpenRequest owner;

        Scheduled(Runnable task, Alarms alarms, OpenRequest owner) {
            this.task = task;
            this.alarms = alarms;
            this.owner = owner;
        }

        @Override
        protected void ring() {
            isDue(this);
            owner.call();
        }

        @Override
        public boolean cancel() {
            return remove(this);
        }

        @Override
        public void run() {
            task.run();
        }
    }

    private synchronized void isDue(Scheduled timer) {
        if (timers != null && timers.contains(timer)) {
            tasks.add(timer); // first, so that it rings again if there is no memory for this
            timers.remove(timer);
        }
    }

    private synchronized boolean remove(Scheduled timer) {
        if (timers != null && timers.remove(timer)) {
            timer.alarms.cancel(timer);
            return true;
        }
        return tasks.remove(timer);
    }

    /** Takes no task from here on, and cancels those that are not due; the tasks that wait may still be run. */
    public synchronized void refuse() {
        ended = true;
        if (timers != null) {
            timers.forEach(timer -> timer.alarms.cancel(timer));
            timers = null;
        }
    }

    /** Returns whether no task is taken any more, since the connection is about to end. Thread-safe. */
    public synchronized boolean hasEnded() {
        return ended;
    }

    /** Returns the messages for the peer. Thread-safe. */
    public Outbound outbound() {
        return outbound;
    }

    /** Returns whether the peer has not taken all that was sent, or queued for it. Thread-safe. */
    boolean hasUnsent() {
        return waits || outbound.isUnsent();
    }

    /**
     * Makes the connection, of which these calls are, a member of a group until it ends.
     *
     * @return false if it is a member already, or has ended
     */
    public synchronized boolean join(Set<StreamConnection> members, StreamConnection connection) {
        if (ended || !members.add(connection)) {
            return false;
        }
        if (groups == null) {
            groups = new IdentityHashMap<>(1);
        }
        groups.put(members, connection);
        return true;
    }

    /** Ends the membership of the connection; returns false if it is no member. */
    public synchronized boolean leave(Set<StreamConnection> members, StreamConnection connection) {
        if (groups != null) {
            groups.remove(members);
        }
        return members.remove(connection);
    }

    private synchronized void leaveAll() {
        if (groups != null) {
            groups.forEach(Set::remove);
            groups = null;
        }
    }

    /** What was sent in part has gone: what waits for the peer is sent as if nothing had been tried. Of the turn. */
    void retry() {
        waits = false;
        behind = false;
        writeUntil = Deadline.NONE;
        outbound.unblock();
    }

    /** Returns whether a task waits. */
    public boolean hasTasks() {
        return size() > 0;
    }

    private synchronized int size() {
        return tasks.size();
    }

    private synchronized @Nullable Runnable next() {
        return tasks.poll();
    }

    /** Runs the tasks that wait; those that are added meanwhile have to wait until this is called again. */
    public void run() {
        for (int left = size(); left > 0; left--) {
            Runnable task = next();
            if (task != null) {
                task.run();
            }
        }
    }

    /** Drops the tasks and messages that wait, takes none from here on, and leaves all groups. */
    public void drop() {
        refuse();
        synchronized (this) {
            tasks.clear();
        }
        leaveAll();
        outbound.close();
    }
}
