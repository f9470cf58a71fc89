package dev.socketserver.pool;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** What may not happen when two things happen to a pool at once. */
final class PoolRaces {
    private PoolRaces() {}

    private static PoolConfig.Builder small() {
        return PoolConfig.builder().minWorkers(0).minSpareWorkers(0).maxWorkers(2);
    }

    /** Waits for the end of a pool that has been shut down. */
    private static void awaitEnd(ElasticThreadPool pool) {
        pool.close();
    }

    /** An idle worker is retired while a task is submitted: the task is run exactly once, whoever wins. */
    @JCStressTest
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "run once")
    @Outcome(expect = FORBIDDEN, desc = "lost or run twice")
    @State
    public static class RetireVersusHandOff {
        private final ElasticThreadPool pool =
                new ElasticThreadPool(small().minWorkers(1).build());
        private final AtomicInteger runs = new AtomicInteger();

        /** Submits. */
        @Actor
        public void submit() {
            pool.execute(runs::incrementAndGet);
        }

        /** Retires the idle worker, by lowering the minimum and letting its window pass. */
        @Actor
        public void retire() {
            pool.reconfigure(small().idleWindow(Duration.ofNanos(1)).build());
        }

        /** Waits and counts. */
        @Arbiter
        public void count(II_Result result) {
            awaitEnd(pool);
            result.r1 = runs.get();
            result.r2 = pool.snapshot().queued();
        }
    }

    /** A task is submitted while the pool is shut down: it is run or refused, never both, never neither. */
    @JCStressTest
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "run")
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "refused")
    @Outcome(expect = FORBIDDEN, desc = "stranded, or run and refused")
    @State
    public static class SubmitVersusShutdown {
        private final ElasticThreadPool pool =
                new ElasticThreadPool(small().minWorkers(1).build());
        private final AtomicInteger runs = new AtomicInteger();
        private final AtomicInteger refusals = new AtomicInteger();

        /** Submits. */
        @Actor
        public void submit() {
            try {
                pool.execute(runs::incrementAndGet);
            } catch (RejectedExecutionException e) {
                refusals.incrementAndGet();
            }
        }

        /** Shuts down. */
        @Actor
        public void shutdown() {
            pool.shutdown();
        }

        /** Waits and counts. */
        @Arbiter
        public void count(II_Result result) {
            awaitEnd(pool);
            result.r1 = runs.get();
            result.r2 = refusals.get();
        }
    }

    /** A task is submitted while the pool is stopped: it is run, refused or returned, exactly one of the three. */
    @JCStressTest
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "run, or refused, or returned")
    @Outcome(expect = FORBIDDEN, desc = "lost or twice")
    @State
    public static class SubmitVersusShutdownNow {
        private final ElasticThreadPool pool = new ElasticThreadPool(small().build());
        private final AtomicInteger ends = new AtomicInteger();

        /** Submits. */
        @Actor
        public void submit() {
            try {
                pool.execute(ends::incrementAndGet);
            } catch (RejectedExecutionException e) {
                ends.incrementAndGet();
            }
        }

        /** Stops. */
        @Actor
        public void stop() {
            ends.addAndGet(pool.shutdownNow().size());
        }

        /** Waits and counts. */
        @Arbiter
        public void count(II_Result result) {
            awaitEnd(pool);
            result.r1 = ends.get();
            result.r2 = pool.snapshot().size();
        }
    }

    /** The pool is asked to grow while its maximum is lowered: once settled it is within the new limits. */
    @JCStressTest
    @Outcome(id = "1, 2", expect = ACCEPTABLE, desc = "one worker, both tasks run")
    @Outcome(expect = FORBIDDEN, desc = "too many workers, or a task lost")
    @State
    public static class ResizeVersusGrow {
        private final ElasticThreadPool pool =
                new ElasticThreadPool(small().minWorkers(1).queueThreshold(0).build());
        private final AtomicInteger runs = new AtomicInteger();

        /** Submits two, which makes the pool grow. */
        @Actor
        public void submit() {
            pool.execute(runs::incrementAndGet);
            pool.execute(runs::incrementAndGet);
        }

        /** Lowers the maximum. */
        @Actor
        public void lower() {
            pool.reconfigure(small().minWorkers(1).maxWorkers(1).build());
        }

        /** Waits for a quiet moment and counts. */
        @Arbiter
        public void count(II_Result result) {
            settle(pool);
            result.r1 = pool.snapshot().size();
            result.r2 = runs.get();
            awaitEnd(pool);
        }
    }

    /** Surplus workers retire while tasks come and go: the minimum stands. */
    @JCStressTest
    @Outcome(id = "2, 3", expect = ACCEPTABLE, desc = "the minimum, and every task run")
    @Outcome(expect = FORBIDDEN, desc = "below the minimum, or a task lost")
    @State
    public static class MinimumVersusRetire {
        private final PoolConfig config = small().minWorkers(2)
                .maxWorkers(4)
                .queueThreshold(0)
                .idleWindow(Duration.ofNanos(1))
                .build();
        private final ElasticThreadPool pool = new ElasticThreadPool(config);
        private final AtomicInteger runs = new AtomicInteger();

        /** Submits. */
        @Actor
        public void submit() {
            pool.execute(runs::incrementAndGet);
            pool.execute(runs::incrementAndGet);
        }

        /** Submits and has the surplus looked for at once. */
        @Actor
        public void submitAndLook() {
            pool.execute(runs::incrementAndGet);
            pool.reconfigure(config);
        }

        /** Waits for a quiet moment and counts. */
        @Arbiter
        public void count(II_Result result) {
            settle(pool);
            while (pool.snapshot().size() > config.minWorkers()) {
                Thread.onSpinWait();
            }
            result.r1 = pool.snapshot().size();
            result.r2 = runs.get();
            awaitEnd(pool);
        }
    }

    /** Waits until nothing runs and nobody is starting. */
    private static void settle(ElasticThreadPool pool) {
        try {
            pool.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        while (pool.snapshot().starting() > 0) {
            Thread.onSpinWait();
        }
    }
}
