package dev.socketserver.task;

import dev.socketserver.internal.util.VirtualThreads;
import dev.socketserver.pool.ElasticThreadPool;
import dev.socketserver.pool.PoolConfig;
import dev.socketserver.pool.WorkerKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The threads of a pool: an {@link ElasticThreadPool} that exists only while there are tasks.
 *
 * <pre>
 *   NONE --execute--&gt; OPEN --no task has run for {@link #LINGER}, or close--&gt; NONE
 * </pre>
 *
 * <p>All threads end together, regardless of their number, so a pool that is not closed costs no threads, and the JVM
 * can exit soon after the last task. A keeper thread waits for this moment. It is a daemon thread only if configured
 * so: it also keeps the JVM alive for virtual workers, which are always daemon threads. Thread-safe.
 */
final class TaskThreads {
    /** How long threads outlive the last task. */
    static final Duration LINGER = Duration.ofMillis(200);

    private final TaskPoolConfig config;
    private final WorkQueue queue;
    private final long linger; // nanoseconds
    private final Function<PoolConfig, ElasticThreadPool> pools;
    private final @Nullable ClassLoader contextClassLoader =
            Thread.currentThread().getContextClassLoader();
    private final List<Lease> leases = new ArrayList<>(); // those that may still have threads; guarded by this
    private volatile @Nullable Lease open; // written under this object's monitor

    TaskThreads(TaskPoolConfig config, WorkQueue queue) {
        this(config, queue, LINGER, ElasticThreadPool::new);
    }

    /** For tests, which choose how long threads outlive the last task, and make the pools. */
    TaskThreads(
            TaskPoolConfig config, WorkQueue queue, Duration linger, Function<PoolConfig, ElasticThreadPool> pools) {
        this.config = config;
        this.queue = queue;
        this.linger = linger.toNanos();
        this.pools = pools;
        if (config.workerKind() == WorkerKind.VIRTUAL) {
            VirtualThreads.require();
        }
    }

    private PoolConfig poolConfig() {
        return PoolConfig.builder()
                .name(config.name())
                .workerKind(config.workerKind())
                .daemon(config.daemon())
                .minWorkers(0)
                .maxWorkers(Math.max(1, queue.threads()))
                .minSpareWorkers(0)
                .queueThreshold(0)
                .queueCapacity(Integer.MAX_VALUE / 2) // bounded by the work queue
                .build();
    }

    /**
     * Runs a task on a thread.
     *
     * @throws RejectedExecutionException if there is no thread and none can be started
     */
    synchronized void execute(Runnable run) {
        Lease lease = open;
        (lease == null ? open() : lease).pool.execute(run);
    }

    private synchronized Lease open() {
        leases.removeIf(Lease::isGone);
        try {
            Lease lease = new Lease();
            lease.start();
            open = lease;
            return lease;
        } catch (OutOfMemoryError e) {
            throw new RejectedExecutionException("no thread can be started for pool " + config.name(), e);
        }
    }

    /** Adapts the number of threads to the number of workers. Excess threads end after their tasks. */
    synchronized void resize() {
        Lease lease = open;
        if (lease != null) {
            lease.pool.reconfigure(poolConfig());
        }
    }

    /** Wakes the keeper if it waits for the end of the last task. Called when that task has ended. */
    void becameIdle() {
        Lease lease = open;
        if (lease != null && lease.isKeeperWaiting) {
            LockSupport.unpark(lease.keeper);
        }
    }

    /** Interrupts the tasks that run; returns those that no thread has begun. */
    synchronized List<Runnable> stop() {
        Lease lease = open;
        return lease == null ? List.of() : lease.pool.shutdownNow();
    }

    /** Lets the threads end after their tasks. */
    synchronized void close() {
        Lease lease = open;
        if (lease != null) {
            open = null;
            lease.pool.shutdown();
            LockSupport.unpark(lease.keeper);
        }
    }

    /** Waits until all threads have ended; returns false if the timeout expired first. */
    boolean await(long nanos) throws InterruptedException {
        long deadline = System.nanoTime() + nanos;
        List<Lease> left;
        synchronized (this) {
            left = List.copyOf(leases);
        }
        for (Lease lease : left) {
            if (!lease.await(deadline)) {
                return false;
            }
        }
        return true;
    }

    /**
     * Closes the threads if no task has run for long enough. Returns the time until the keeper's next check; 0 if it
     * ends.
     */
    private synchronized long look(Lease lease) {
        if (open != lease) {
            return 0;
        }
        lease.isKeeperWaiting = true; // set before the queue is asked, so that no ending is missed
        long idle = queue.idleNanos();
        if (idle < 0) {
            return Long.MAX_VALUE;
        }
        lease.isKeeperWaiting = false;
        if (idle >= linger) {
            close();
            return 0;
        }
        return linger - idle;
    }

    /** The threads from one idle time to the next. */
    private final class Lease {
        private final Thread keeper = newKeeper();
        private final ElasticThreadPool pool =
                newPool(); // last, since it has a thread, which would leak if a later field failed
        private volatile boolean isKeeperWaiting; // for the last task to end; written under the outer monitor

        /** Creates a pool whose threads inherit the class loader of the task pool's creator, not the caller's. */
        private ElasticThreadPool newPool() {
            Thread current = Thread.currentThread();
            ClassLoader before = current.getContextClassLoader();
            current.setContextClassLoader(contextClassLoader);
            try {
                return pools.apply(poolConfig());
            } finally {
                current.setContextClassLoader(before);
            }
        }

        private Thread newKeeper() {
            Thread thread = new Thread(null, this::keep, config.name() + "-keeper", 0, false);
            thread.setDaemon(config.daemon());
            thread.setContextClassLoader(contextClassLoader);
            return thread;
        }

        /** Starts the keeper, without which the threads would never end. */
        void start() {
            try {
                leases.add(this);
                keeper.start();
            } catch (OutOfMemoryError e) {
                pool.shutdown();
                throw e;
            }
        }

        private void keep() {
            for (long nanos = lookPersistently(); nanos > 0; nanos = lookPersistently()) {
                LockSupport.parkNanos(this, nanos);
                Thread.interrupted();
            }
        }

        /** Checks again later if there is no memory now: without a keeper, the threads would never end. */
        private long lookPersistently() {
            try {
                return look(this);
            } catch (OutOfMemoryError e) {
                return linger;
            }
        }

        boolean isGone() {
            return pool.isTerminated() && !keeper.isAlive();
        }

        boolean await(long deadline) throws InterruptedException {
            if (!pool.awaitTermination(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())))) {
                return false;
            }
            TimeUnit.NANOSECONDS.timedJoin(keeper, deadline - System.nanoTime());
            return !keeper.isAlive();
        }
    }
}
