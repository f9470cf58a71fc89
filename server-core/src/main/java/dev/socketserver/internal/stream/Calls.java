package dev.socketserver.internal.stream;

import dev.socketserver.StreamConnection;
import java.util.ArrayDeque;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * What other threads want of a connection, which does it in its turn: tasks, in their order, and {@link Outbound
 * messages} for its peer; and the groups that it is in until it ends. Adding is thread-safe, as are the groups, and the
 * connection is to be called afterwards; the rest is of its turn.
 *
 * <pre>
 *   TAKING ──end() or drop()──▶ ENDED
 * </pre>
 */
public final class Calls {
    /** Those of a connection that has ended before anybody wanted something of it. */
    static final Calls REFUSED = new Calls();

    static {
        REFUSED.drop();
    }

    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>(2); // guarded by this

    /** The members of each group that the connection is in, as keys; the connection as values. Guarded by this. */
    private @Nullable IdentityHashMap<Set<StreamConnection>, StreamConnection> groups;

    private boolean ended; // guarded by this
    private final Outbound outbound = new Outbound();

    // Of the turn.
    boolean waits; // until the peer takes more of what was sent
    boolean ending; // the connection ends once its messages are sent
    long writeUntil = WaitingChannel.NONE; // when the peer has to have taken more, on the nanoTime clock

    /** Creates one that takes calls. */
    public Calls() {}

    /**
     * Adds a task.
     *
     * @throws RejectedExecutionException if the connection has ended, or too many tasks wait
     */
    public synchronized void add(Runnable task) {
        if (ended) {
            throw new RejectedExecutionException("the connection is closed");
        } else if (tasks.size() >= StreamConnection.MOST_TASKS) {
            throw new RejectedExecutionException(tasks.size() + " tasks of the connection wait already");
        }
        tasks.add(task);
    }

    /** Returns the messages for the peer. Thread-safe. */
    public Outbound outbound() {
        return outbound;
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

    /** Runs the tasks that wait, and takes none from here on. */
    public void end() {
        synchronized (this) {
            ended = true;
        }
        run();
    }

    /** Drops the tasks and messages that wait, takes none from here on, and leaves all groups. */
    public void drop() {
        outbound.close();
        synchronized (this) {
            ended = true;
            tasks.clear();
        }
        leaveAll();
    }
}
