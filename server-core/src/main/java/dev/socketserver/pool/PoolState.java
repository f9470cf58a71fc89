package dev.socketserver.pool;

import dev.socketserver.internal.util.Log;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The mutable state of a pool, the one lock that guards it, and what holds whenever the lock is free:
 *
 * <ul>
 *   <li>a task waits only if no worker is idle, or as many workers are just waking up as the machine can run;
 *   <li>a submitter waits only if no worker may be added and the queue was full and is not half empty again;
 *   <li>the number of workers, which includes starting ones, is at most the limit, unless the limit was just lowered.
 * </ul>
 *
 * <p>Everything that happens to a pool is one decision: {@link #lock}, some changes, {@link #unlock}. Nothing that may
 * block is part of it, and what it leaves to do is a {@link FollowUp}. So that a pool outlives a full heap, a decision
 * takes what memory it needs before its first change. Thread-safe.
 */
final class PoolState {
    /**
     * The life of a pool.
     *
     * <pre>
     *   RUNNING --shutdown--> DRAINING --shutdownNow--> STOPPING --last worker gone--> TERMINATED
     *      |                     \--queue empty and last worker gone--------------------^
     *      \--shutdownNow---------------------------------^
     * </pre>
     */
    enum Phase {
        /** Accepts tasks. */
        RUNNING,

        /** Accepts no tasks, runs the queued ones. */
        DRAINING,

        /** Accepts no tasks, has given up the queued ones and interrupted the running ones. */
        STOPPING,

        /** Has no worker left. */
        TERMINATED
    }

    /** How long a thread waits that has no memory to wait in line for the lock. */
    private static final long RETRY = 100_000;

    final Machine machine;
    final Log log;
    final TaskFailures failures;
    final Supervisor supervisor;

    // The parts; each is guarded by the lock, config and phase are also read without it.
    final TaskQueue queue = new TaskQueue();
    final WorkerSet workers;
    final PoolCounters counters = new PoolCounters();
    final FollowUp.Chain followUps = new FollowUp.Chain();
    volatile PoolConfig config;

    /** {@link PoolConfig#maxQueueWait()} in nanoseconds. */
    long maxQueueWait;

    volatile Phase phase = Phase.RUNNING;

    /** The time of the decision, read before the lock is taken. */
    long now;

    private final ReentrantLock lock = new ReentrantLock();
    private final Runnable settle;

    /** The worker that the decision has given a task, and that has to be woken. */
    private @Nullable Worker assigned;

    /**
     * Creates the state of a pool that runs, without workers yet.
     *
     * @param look looks after the pool, for the supervisor, which is not started yet
     * @param settle ends each decision, with the lock held; must not throw
     */
    PoolState(PoolConfig config, Machine machine, Log log, LongSupplier look, Runnable settle) {
        this.machine = machine;
        this.log = log;
        this.failures = new TaskFailures(log);
        this.settle = settle;
        configure(config);
        workers = new WorkerSet(machine.processors());
        supervisor = new Supervisor(machine, config.name() + "-supervisor", failures, look);
    }

    /** Puts a configuration in force. With the lock held, but for the first. */
    void configure(PoolConfig wanted) {
        config = wanted;
        maxQueueWait = PoolConfig.nanos(wanted.maxQueueWait());
    }

    /** Begins a decision. */
    void lock() {
        long time = machine.nanoTime();
        acquire();
        now = time;
    }

    /**
     * Ends a decision, and does what it has left to do.
     *
     * @throws java.util.concurrent.RejectedExecutionException if the calling thread is a submitter whose task is
     *     refused after all
     */
    void unlock() {
        Worker worker;
        FollowUp rest;
        boolean look;
        try {
            settle.run();
        } finally {
            worker = assigned;
            assigned = null;
            rest = followUps.takeAll();
            look = supervisor.takeChanged();
            lock.unlock();
        }
        if (worker != null) {
            worker.wake();
        }
        if (look) {
            supervisor.wake();
        }
        if (rest != null) {
            rest.proceedAll(failures);
        }
    }

    /** Takes the lock without beginning a decision: to read, or to change what leaves nothing to do. */
    void acquire() {
        try {
            lock.lock();
        } catch (OutOfMemoryError noMemoryToWaitInLine) {
            while (!lock.tryLock()) {
                machine.park(this, RETRY);
            }
        }
    }

    /** Gives back the lock after {@link #acquire}. */
    void release() {
        lock.unlock();
    }

    // ---- What several decisions share; with the lock held

    /** Returns how many workers there may be: {@code maxWorkers}, and one for each stuck one as far as allowed. */
    int limit() {
        long limit = (long) config.maxWorkers() + Math.min(workers.stuck(), config.stuckCompensation());
        return (int) Math.min(Integer.MAX_VALUE, limit);
    }

    /** Returns whether a task may be queued; a starting worker will take one at once, so that one's place is free. */
    boolean hasRoom() {
        return queue.placed() - workers.starting() < config.queueCapacity();
    }

    void enqueue(Runnable task) {
        queue.add(task, now);
        counters.enqueued++;
        counters.peakQueued = Math.max(counters.peakQueued, queue.placed());
    }

    /** Gives a task to a worker just taken off the idle stack; one worker in each decision at the most. */
    void assign(Worker worker, Runnable task, long arrival) {
        worker.assign(task, arrival);
        assigned = worker;
    }

    /** Ends some of the idle workers, those that have been idle longest. */
    void retireIdle(int count, RetireReason why) {
        for (int i = 0; i < count; i++) {
            Worker worker = workers.takeLongestIdle();
            if (worker == null) {
                return;
            }
            retire(worker, why);
        }
    }

    /** Ends a worker that is not idle. */
    void retire(Worker worker, RetireReason why) {
        workers.retire(worker, why);
        counters.work.add(worker.work);
        counters.retirements.add(why, 1);
        followUps.add(worker);
    }
}
