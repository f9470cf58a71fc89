package dev.socketserver.bench.pool;

import dev.socketserver.pool.ElasticThreadPool;
import dev.socketserver.pool.PoolConfig;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.tomcat.util.threads.TaskQueue;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jboss.threads.EnhancedQueueExecutor;

/** The pools that are compared, each with the same limits and otherwise as its documentation advises. */
enum Contender {
    /** This project's, told as all the others to start a thread for whatever finds none idle. */
    ELASTIC {
        @Override
        Peer start(Limits limits) {
            ElasticThreadPool pool = new ElasticThreadPool(PoolConfig.builder()
                    .name("elastic")
                    .minWorkers(limits.min())
                    .maxWorkers(limits.max())
                    .minSpareWorkers(0)
                    .queueThreshold(0)
                    .queueCapacity(UNBOUNDED)
                    .idleWindow(limits.keepAlive())
                    .build());
            return new Peer(
                    pool, () -> pool.snapshot().size(), () -> pool.snapshot().started(), pool::shutdownNow);
        }
    },

    /** The seed's algorithm. */
    MIX_IN {
        @Override
        Peer start(Limits limits) {
            CountingThreads threads = new CountingThreads();
            MixInPool pool = new MixInPool(limits.min(), limits.max(), limits.min(), threads);
            return new Peer(pool, threads::live, threads::started, pool::close);
        }
    },

    /** The JDK's with a queue: adds threads up to the core and no more. */
    JDK_QUEUE {
        @Override
        Peer start(Limits limits) {
            CountingThreads threads = new CountingThreads();
            return jdk(
                    new ThreadPoolExecutor(
                            limits.min(),
                            limits.max(),
                            limits.keepAlive().toMillis(),
                            TimeUnit.MILLISECONDS,
                            new LinkedBlockingQueue<>(),
                            threads),
                    threads);
        }
    },

    /** The JDK's fixed pool of the maximal size. */
    JDK_FIXED {
        @Override
        Peer start(Limits limits) {
            CountingThreads threads = new CountingThreads();
            return jdk((ThreadPoolExecutor) Executors.newFixedThreadPool(limits.max(), threads), threads);
        }
    },

    /** The JDK's without a queue; at the maximum the submitter runs the task. */
    JDK_SYNCHRONOUS {
        @Override
        Peer start(Limits limits) {
            CountingThreads threads = new CountingThreads();
            return jdk(
                    new ThreadPoolExecutor(
                            limits.min(),
                            limits.max(),
                            limits.keepAlive().toMillis(),
                            TimeUnit.MILLISECONDS,
                            new SynchronousQueue<>(),
                            threads,
                            new ThreadPoolExecutor.CallerRunsPolicy()),
                    threads);
        }
    },

    /** The JDK's work-stealing pool in its FIFO mode. */
    FORK_JOIN {
        @Override
        Peer start(Limits limits) {
            AtomicLong started = new AtomicLong();
            ForkJoinPool pool = new ForkJoinPool(
                    limits.max(),
                    owner -> {
                        started.incrementAndGet();
                        return ForkJoinPool.defaultForkJoinWorkerThreadFactory.newThread(owner);
                    },
                    null,
                    true,
                    limits.min(),
                    limits.max(),
                    1,
                    null,
                    limits.keepAlive().toMillis(),
                    TimeUnit.MILLISECONDS);
            return new Peer(pool, pool::getPoolSize, started::get, pool::shutdownNow);
        }
    },

    /** A virtual thread per task: no limits, JDK 21. */
    VIRTUAL {
        @Override
        Peer start(Limits limits) {
            ExecutorService executor = VirtualThreadPerTask.executor();
            return new Peer(executor, () -> 0, () -> 0, executor::shutdownNow);
        }

        @Override
        boolean isAvailable() {
            return Runtime.version().feature() >= 21;
        }
    },

    /** JBoss Threads, as in WildFly and Quarkus. */
    JBOSS {
        @Override
        Peer start(Limits limits) {
            CountingThreads threads = new CountingThreads();
            EnhancedQueueExecutor pool = new EnhancedQueueExecutor.Builder()
                    .setCorePoolSize(limits.min())
                    .setMaximumPoolSize(limits.max())
                    .setKeepAliveTime(limits.keepAlive())
                    .setThreadFactory(threads)
                    .build();
            pool.prestartAllCoreThreads();
            return new Peer(pool, threads::live, threads::started, pool::shutdownNow);
        }
    },

    /** Jetty. */
    JETTY {
        @Override
        Peer start(Limits limits) {
            CountingThreads threads = new CountingThreads();
            QueuedThreadPool pool = new QueuedThreadPool(
                    limits.max(), limits.min(), (int) limits.keepAlive().toMillis(), 0, null, null, threads);
            pool.setStopTimeout(0);
            try {
                pool.start();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
            return new Peer(pool, threads::live, threads::started, () -> {
                try {
                    pool.stop();
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
        }
    },

    /** Tomcat. */
    TOMCAT {
        @Override
        Peer start(Limits limits) {
            CountingThreads threads = new CountingThreads();
            TaskQueue queue = new TaskQueue();
            var pool = new org.apache.tomcat.util.threads.ThreadPoolExecutor(
                    limits.min(), limits.max(), limits.keepAlive().toMillis(), TimeUnit.MILLISECONDS, queue, threads);
            queue.setParent(pool);
            return new Peer(pool, threads::live, threads::started, pool::shutdownNow);
        }
    };

    private static final int UNBOUNDED = 1 << 24;

    /**
     * The limits that all have to keep.
     *
     * @param min threads that are kept
     * @param max threads at most
     * @param keepAlive how long an idle thread beyond the minimum lives
     */
    record Limits(int min, int max, Duration keepAlive) {}

    abstract Peer start(Limits limits);

    boolean isAvailable() {
        return true;
    }

    private static Peer jdk(ThreadPoolExecutor pool, CountingThreads threads) {
        pool.prestartAllCoreThreads();
        return new Peer(pool, threads::live, threads::started, pool::shutdownNow);
    }
}
