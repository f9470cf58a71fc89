package dev.socketserver.pool;

import dev.socketserver.internal.pool.ServiceTask;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The workers of a pool, and how many of them are in which state. A worker counts from the moment it is added, before
 * its thread is started, so that concurrent submitters cannot exceed the maximum. After a worker has been added, no
 * operation allocates. Not thread-safe: guarded by the pool's lock.
 *
 * <p>Idle workers form a stack (last in, first out), linked through the workers: the one that worked last is the
 * warmest, and the one at the bottom has been idle longest.
 */
final class WorkerSet {
    /** Several times the time it takes to wake a thread on a free processor. */
    private static final long LONG_WAKE = 50_000;

    private final List<Worker> members = new ArrayList<>();
    private final int mostWaking;
    private int starting;
    private int waking;
    private long lastProgress;
    private int stuck;
    private int peak;
    private long lastNumber;

    // The idle stack.
    private @Nullable Worker top;
    private @Nullable Worker bottom;
    private int idle;

    WorkerSet(int processors) {
        this.mostWaking = Math.max(1, processors - 1);
    }

    /** Returns the number of workers: starting, idle and busy ones. */
    int size() {
        return members.size();
    }

    int starting() {
        return starting;
    }

    int idle() {
        return idle;
    }

    int busy() {
        return members.size() - starting - idle;
    }

    /** Returns how many of the busy ones run a service task that waits for work. */
    int waiting() {
        int waiting = 0;
        for (int i = 0; i < members.size(); i++) {
            if (members.get(i).running instanceof ServiceTask task && task.busySince() == ServiceTask.NOT_BUSY) {
                waiting++;
            }
        }
        return waiting;
    }

    /** Returns the work of all workers. */
    PoolCounters.Work work() {
        PoolCounters.Work sum = new PoolCounters.Work();
        for (int i = 0; i < members.size(); i++) {
            sum.add(members.get(i).work);
        }
        return sum;
    }

    int stuck() {
        return stuck;
    }

    int peak() {
        return peak;
    }

    Worker get(int index) {
        return members.get(index);
    }

    /** Returns whether the calling thread is one of the workers. */
    boolean isCurrentThreadMember() {
        return current() != null;
    }

    /** Returns the worker that the calling thread is; null if it is none. */
    @Nullable
    Worker current() {
        for (int i = 0; i < members.size(); i++) {
            if (members.get(i).isCurrentThread()) {
                return members.get(i);
            }
        }
        return null;
    }

    // ---- A worker starts and ends

    /** Returns the number of the next worker, which no other has had. */
    long nextNumber() {
        return ++lastNumber;
    }

    /** Adds new workers, which the caller must start once the lock is released. */
    void reserve(List<Worker> workers) {
        int first = members.size();
        members.addAll(workers);
        for (int i = first; i < members.size(); i++) {
            members.get(i).index = i;
        }
        starting += workers.size();
        peak = Math.max(peak, members.size());
    }

    /** Called when the thread of a worker runs. */
    void arrived(Worker worker) {
        worker.state = Worker.State.BUSY;
        starting--;
    }

    /** Called when the thread of a worker could not be started. */
    void startFailed(Worker worker) {
        worker.state = Worker.State.GONE;
        starting--;
        remove(worker);
    }

    /** Ends a worker that is not in the idle stack. */
    void retire(Worker worker, RetireReason why) {
        remove(worker);
        worker.retire(why);
    }

    private void remove(Worker worker) {
        Worker last = members.remove(members.size() - 1);
        if (last != worker) {
            members.set(worker.index, last);
            last.index = worker.index;
        }
    }

    // ---- A worker is stuck

    /** Called when the task of a worker has run too long. */
    void stuck(Worker worker) {
        worker.isStuck = true;
        stuck++;
    }

    /** Called when the task of a stuck worker has finished after all. */
    void recovered(Worker worker) {
        worker.isStuck = false;
        stuck--;
    }

    // ---- A worker is idle

    /** Adds a worker to the idle ones. */
    void push(Worker worker, long now) {
        worker.state = Worker.State.IDLE;
        worker.idleSince = now;
        worker.below = top;
        if (top == null) {
            bottom = worker;
        } else {
            top.above = worker;
        }
        top = worker;
        idle++;
    }

    /** Returns how many workers have been idle since the given time or earlier. */
    int countIdleSince(long time) {
        int count = 0;
        for (Worker worker = bottom; worker != null && worker.idleSince - time <= 0; worker = worker.above) {
            count++;
        }
        return count;
    }

    /** Removes and returns the worker that has been idle longest, to be retired; null if none is idle. */
    @Nullable
    Worker takeLongestIdle() {
        Worker worker = bottom;
        if (worker != null) {
            bottom = worker.above;
            if (bottom == null) {
                top = null;
            } else {
                bottom.below = null;
            }
            worker.above = null;
            idle--;
        }
        return worker;
    }

    /** Removes and returns the idle worker that worked last, to be assigned a task; null if none is idle. */
    @Nullable
    Worker takeIdle(long now) {
        Worker worker = top;
        if (worker != null) {
            top = worker.below;
            if (top == null) {
                bottom = null;
            } else {
                top.above = null;
            }
            worker.below = null;
            idle--;
            waking++;
            lastProgress = now;
        }
        return worker;
    }

    /**
     * Returns whether waking one more worker is useful. It is not if as many are waking up as the machine can run at
     * once beside the submitting thread: the task is then better queued, for one of them or for a worker that finishes.
     * Exception: if none of them has begun a task for long, other processes occupy the processors, and each of them is
     * waiting for its time slice.
     */
    boolean mayWake(long now) {
        return waking < mostWaking || now - lastProgress > LONG_WAKE;
    }

    /** Called when a worker that was assigned a task while idle runs again. */
    void awoken(Worker worker) {
        worker.state = Worker.State.BUSY;
        waking--;
    }

    /** Called when a worker begins a task. */
    void progressed(long now) {
        lastProgress = now;
    }
}
