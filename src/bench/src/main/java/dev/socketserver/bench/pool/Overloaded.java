package dev.socketserver.bench.pool;

import dev.socketserver.pool.ElasticThreadPool;
import dev.socketserver.pool.OverloadPolicy;
import dev.socketserver.pool.PoolConfig;
import dev.socketserver.pool.RejectableTask;
import dev.socketserver.pool.RejectionReason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.ConcurrentHistogram;

/**
 * Overload for real: requests arrive in open loop at a multiple of what ten workers can do, each is worth something
 * only if it is done within a deadline of its arrival, and then the load falls to half. Tells, for each policy of the
 * elastic pool and for Tomcat's, Jetty's and an unbounded FIFO queue, the goodput as a share of the capacity, the time
 * from arrival to end of what was served, and how long after the overload it takes until 95 % are in time again.
 */
final class Overloaded {
    private static final int WORKERS = 10;
    private static final Duration SERVICE = Duration.ofMillis(5);
    private static final Duration DEADLINE = Duration.ofMillis(50);
    private static final Duration OVERLOAD = Duration.ofSeconds(3);
    private static final Duration AFTER = Duration.ofSeconds(4);
    private static final long MILLI = 1_000_000;
    private static final long BUCKET = 100 * MILLI;
    private static final int BUCKETS = (int) (AFTER.toNanos() / BUCKET);
    private static final double CAPACITY = WORKERS * 1e9 / SERVICE.toNanos();

    private final int factor;
    private final List<String> rows = new ArrayList<>();

    Overloaded(int factor) {
        this.factor = factor;
    }

    void run() {
        for (OverloadPolicy policy : OverloadPolicy.values()) {
            row(
                    "ELASTIC " + policy,
                    new ElasticThreadPool(PoolConfig.builder()
                            .name(policy.name().toLowerCase(Locale.ROOT))
                            .minWorkers(WORKERS)
                            .maxWorkers(WORKERS)
                            .overloadPolicy(policy)
                            .build()));
        }
        for (Contender contender : List.of(Contender.JDK_FIXED, Contender.TOMCAT, Contender.JETTY, Contender.JBOSS)) {
            Contender.Limits limits = new Contender.Limits(WORKERS, WORKERS, Duration.ofSeconds(2));
            try (Peer peer = contender.start(limits)) {
                rows.add(new Run(peer.executor()).measure(contender + ", unbounded FIFO"));
            }
        }
        System.out.printf(
                "%n### overload, %d times the capacity for %d s, deadline %d ms%n%n",
                factor, OVERLOAD.toSeconds(), DEADLINE.toMillis());
        System.out.println("| pool | in time, % | served | refused or shed | p50 ms | p99.9 ms | recovered after ms |");
        System.out.println("|---|---:|---:|---:|---:|---:|---:|");
        rows.forEach(System.out::println);
    }

    private void row(String name, ElasticThreadPool pool) {
        try (pool) {
            rows.add(new Run(pool).measure(name));
            pool.shutdownNow();
        }
    }

    /** One pool under overload and after it. */
    private final class Run {
        private final Executor executor;
        private final ConcurrentHistogram times = new ConcurrentHistogram(3);
        private final AtomicLong inTime = new AtomicLong();
        private final AtomicLong served = new AtomicLong();
        private final AtomicLong refused = new AtomicLong();

        /** Requests that were due after the overload, and those of them that were in time, by tenths of a second. */
        private final AtomicIntegerArray arrived = new AtomicIntegerArray(BUCKETS);

        private final AtomicIntegerArray good = new AtomicIntegerArray(BUCKETS);

        private volatile long overloadEnd;

        Run(Executor executor) {
            this.executor = executor;
        }

        String measure(String name) {
            long start = System.nanoTime();
            overloadEnd = start + OVERLOAD.toNanos();
            arrive(start, overloadEnd, CAPACITY * factor);
            long good = inTime.get();
            long gone = refused.get();
            arrive(overloadEnd, overloadEnd + AFTER.toNanos(), CAPACITY / 2);
            double share = 100 * good / (CAPACITY * OVERLOAD.toSeconds());
            return String.format(
                    Locale.ROOT,
                    "| %s | %.0f | %d | %d | %.1f | %.1f | %s |",
                    name,
                    share,
                    served.get(),
                    gone,
                    times.getValueAtPercentile(50) / 1e6,
                    times.getValueAtPercentile(99.9) / 1e6,
                    recovery());
        }

        /** The end of the last tenth of a second in which fewer than 95 % were in time. */
        private String recovery() {
            for (int bucket = BUCKETS - 1; bucket >= 0; bucket--) {
                if (good.get(bucket) < 0.95 * arrived.get(bucket)) {
                    return bucket == BUCKETS - 1
                            ? "not in " + AFTER.toMillis()
                            : String.valueOf((bucket + 1) * BUCKET / MILLI);
                }
            }
            return "0";
        }

        /** Open loop: a request is due at its time, whatever became of the ones before; the time it is late counts. */
        private void arrive(long from, long to, double rate) {
            double interval = 1e9 / rate;
            for (long i = 0; from + (long) (i * interval) < to; i++) {
                long due = from + (long) (i * interval);
                for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
                    LockSupport.parkNanos(left);
                }
                submit(due);
            }
        }

        private void submit(long due) {
            count(arrived, due);
            try {
                executor.execute(new Request(this, due));
            } catch (RejectedExecutionException e) {
                lost();
            }
        }

        void served(long due) {
            long now = System.nanoTime();
            served.incrementAndGet();
            times.recordValue(now - due);
            if (now - due <= DEADLINE.toNanos()) {
                inTime.incrementAndGet();
                count(good, due);
            }
        }

        void lost() {
            refused.incrementAndGet();
        }

        private void count(AtomicIntegerArray counts, long due) {
            int bucket = (int) Math.floorDiv(due - overloadEnd, BUCKET);
            if (bucket >= 0 && bucket < BUCKETS) {
                counts.incrementAndGet(bucket);
            }
        }
    }

    /** A request that blocks for its service time. */
    private record Request(Run owner, long due) implements RejectableTask {
        @Override
        public void run() {
            LockSupport.parkNanos(SERVICE.toNanos());
            owner.served(due);
        }

        @Override
        public void rejected(RejectionReason why) {
            owner.lost();
        }
    }
}
