package dev.socketserver.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.peer.Polling;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Random pools under random use on the real machine: every task is run, refused, shed or returned exactly once. The
 * seed is in the message of a failure; {@code -Dstress.seed=N} repeats it, as far as a real machine repeats anything.
 */
@Timeout(180)
class StressTest {
    private static final int ROUNDS = 40;
    private static final int SUBMITTERS = 4;
    private static final int TASKS = 500;
    private static final List<OverloadPolicy> POLICIES = List.of(OverloadPolicy.values());

    @Test
    void everyTaskEndsExactlyOnceWhateverHappens() throws Exception {
        long first = Long.getLong("stress.seed", System.nanoTime());
        for (long seed = first; seed < first + ROUNDS; seed++) {
            new Round(seed).run();
        }
    }

    /** One pool, its submitters, somebody who changes its configuration, and its end. */
    private static final class Round {
        private final long seed;
        private final Random random;
        private final List<CountedTask> tasks = new ArrayList<>();
        private final ElasticThreadPool pool;

        Round(long seed) {
            this.seed = seed;
            this.random = new Random(seed);
            this.pool = new ElasticThreadPool(anyConfig(random));
        }

        private static PoolConfig anyConfig(Random random) {
            int min = random.nextInt(4);
            return PoolConfig.builder()
                    .minWorkers(min)
                    .maxWorkers(min + 1 + random.nextInt(6))
                    .minSpareWorkers(random.nextInt(3))
                    .queueThreshold(random.nextInt(4))
                    .queueCapacity(random.nextInt(20))
                    .maxQueueWait(Duration.ofNanos(1 + random.nextInt(2_000_000)))
                    .idleWindow(Duration.ofNanos(100_000 + random.nextInt(2_000_000)))
                    .adaptiveTarget(Duration.ofNanos(1 + random.nextInt(100_000)))
                    .adaptiveInterval(Duration.ofNanos(1 + random.nextInt(1_000_000)))
                    .overloadPolicy(POLICIES.get(random.nextInt(POLICIES.size())))
                    .build();
        }

        void run() throws Exception {
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < SUBMITTERS; i++) {
                List<CountedTask> own = new ArrayList<>();
                for (int j = 0; j < TASKS; j++) {
                    own.add(new CountedTask(random.nextInt(10)));
                }
                tasks.addAll(own);
                threads.add(new Thread(() -> own.forEach(this::submit)));
            }
            Random changes = new Random(seed + 1);
            threads.add(new Thread(() -> {
                for (int i = 0; i < 20; i++) {
                    pool.reconfigure(anyConfig(changes));
                    LockSupport.parkNanos(changes.nextInt(500_000));
                }
            }));
            boolean abrupt = random.nextInt(3) == 0;
            threads.forEach(Thread::start);
            if (!abrupt) {
                for (Thread thread : threads) {
                    thread.join();
                }
                pool.join();
            }
            List<Runnable> returned = abrupt ? pool.shutdownNow() : List.of();
            pool.close();
            for (Thread thread : threads) {
                thread.join();
            }
            check(returned);
        }

        private void submit(CountedTask task) {
            try {
                pool.execute(task);
            } catch (RejectedExecutionException e) {
                task.ends.incrementAndGet();
            }
        }

        private void check(List<Runnable> returned) throws Exception {
            PoolSnapshot end = pool.snapshot();
            assertThat(Polling.await(() -> tasks.stream().allMatch(task -> task.ends.get() > 0)))
                    .as("seed %d: all have ended; the last that was dropped may be told after the pool's end", seed)
                    .isTrue();
            assertThat(tasks)
                    .as("seed %d", seed)
                    .allSatisfy(task -> assertThat(task.ends).hasValue(1));
            assertThat(returned)
                    .as("seed %d", seed)
                    .allSatisfy(task -> assertThat(tasks).contains((CountedTask) task));
            assertThat(end.completed() + end.rejected()).as("seed %d", seed).isEqualTo(tasks.size() + 0L);
            assertThat(List.of(end.size(), end.busy(), end.starting(), end.queued(), end.blockedSubmitters()))
                    .as("seed %d", seed)
                    .containsOnly(0);
        }
    }

    /** Counts how often it ended: by running, or by being told that it will not. */
    private static final class CountedTask implements RejectableTask {
        final AtomicInteger ends = new AtomicInteger();
        private final int kind;

        CountedTask(int kind) {
            this.kind = kind;
        }

        @Override
        public void run() {
            ends.incrementAndGet();
            if (kind == 0) {
                LockSupport.parkNanos(200_000);
            } else if (kind == 1) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void rejected(RejectionReason why) {
            ends.incrementAndGet();
        }
    }
}
