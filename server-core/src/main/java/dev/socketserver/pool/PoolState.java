package dev.socketserver.pool;

import dev.socketserver.internal.util.Log;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The mutable state of a pool and the one lock that guards it. Invariants while the lock is free:
 *
 * <ul>
 *   <li>a task waits only if no worker is idle, or if as many workers are waking up as the machine can run;
 *   <li>a submitter waits only if no worker may be added, and the queue was full and is not yet half empty;
 *   <li>the number of workers, including starting ones, is at most the limit, unless the limit was just lowered.
 * </ul>
 *
 * <p>Every event is handled by one decision: {@link #lock}, some changes, {@link #unlock}. A decision never blocks;
 * what might block is deferred as a {@link FollowUp}. To survive a full heap, a decision allocates the memory that it
 * needs before its first change. Thread-safe.
 */
final class PoolState {
    /**
     * The lifecycle of a pool.
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

        /** Accepts no tasks, but runs the queued ones. */
        DRAINING,

        /** Accepts no tasks, has dropped the queued ones and interrupted the running ones. */
        STOPPING,

        /** Has no worker left. */
        TERMINATED
    }

    /** How long a thread waits that has no memory to queue for the lock. */
    private static final long RETRY = 100_000;

    final Machine machine;
    final Log log;
    final TaskFailures failures;
    final Supervisor supervisor;

    // The parts; all guarded by the lock, but config and phase are also read without it.
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

    /** The worker to which the decision has assigned a task, and which has to be woken. */
    private @Nullable Worker assigned;

    /**
     * Creates the state of a running pool that has no workers yet.
     *
     * @param look checks the pool; called by the supervisor, which is not started yet
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

    /** Applies a configuration. Called with the lock held, except for the first one. */
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
     * Ends a decision, and performs its follow-ups.
     *
     * @throws java.util.concurrent.RejectedExecutionException if the calling thread is a submitter whose task is
     *     rejected
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

    /** Takes the lock without beginning a decision: for reads, and for changes without follow-ups. */
    void acquire() {
        try {
            lock.lock();
        } catch (OutOfMemoryError noMemoryToWaitInLine) {
            while (!lock.tryLock()) {
                machine.park(this, RETRY);
            }
        }
    }

    /** Releases the lock after {@link #acquire}. */
    void release() {
        lock.unlock();
    }

    // ---- Shared by several decisions; called with the lock held

    /**
     * Returns the maximum number of workers: {@code maxWorkers}, plus one for each stuck worker as far as configured.
     */
    int limit() {
        long limit = (long) config.maxWorkers() + Math.min(workers.stuck(), config.stuckCompensation());
        return (int) Math.min(Integer.MAX_VALUE, limit);
    }

    /**
     * Returns whether a task may be queued. A starting worker will take one at once, so that task's slot counts as
     * free.
     */
    boolean hasRoom() {
        return queue.placed() - workers.starting() < config.queueCapacity();
    }

    void enqueue(Runnable task) {
        queue.add(task, now);
        counters.enqueued++;
        counters.peakQueued = Math.max(counters.peakQueued, queue.placed());
    }

    /** Assigns a task to a worker just taken off the idle stack; at most one per decision. */
    void assign(Worker worker, Runnable task, long arrival) {
        worker.assign(task, arrival);
        assigned = worker;
    }

    /** Retires some of the idle workers, those idle longest. */
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
