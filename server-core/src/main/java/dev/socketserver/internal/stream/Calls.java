package dev.socketserver.internal.stream;

import dev.socketserver.StreamConnection;
import java.util.ArrayDeque;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * What other threads want of a connection, which does it in its turn: tasks, in their order, and {@link Outbound
 * messages} for its peer. Adding is thread-safe, and the connection is to be called afterwards; the rest is of its
 * turn.
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

    /** Drops the tasks and messages that wait, and takes none from here on. */
    public void drop() {
        outbound.close();
        synchronized (this) {
            ended = true;
            tasks.clear();
        }
    }
}
