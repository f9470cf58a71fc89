package dev.socketserver.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The pool on the real machine; what depends on time or order is tested on a simulated one. */
@Timeout(60)
class ElasticThreadPoolTest {

    @Test
    void runsEveryTaskOfManySubmitters() throws Exception {
        AtomicInteger done = new AtomicInteger();
        PoolConfig config = PoolConfig.builder().maxWorkers(8).queueCapacity(16).build();
        try (var pool = new ElasticThreadPool(config)) {
            List<Thread> submitters = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                submitters.add(new Thread(() -> {
                    for (int j = 0; j < 5_000; j++) {
                        pool.execute(done::incrementAndGet);
                    }
                }));
            }
            submitters.forEach(Thread::start);
            for (Thread submitter : submitters) {
                submitter.join();
            }
            pool.join();
            assertThat(done).hasValue(20_000);
            assertThat(pool.snapshot().peakSize()).isLessThanOrEqualTo(8);
            assertThat(pool.snapshot().completed()).isEqualTo(20_000);
        }
    }

    @Test
    void workersAreNamedAfterThePool() throws Exception {
        Set<String> names = ConcurrentHashMap.newKeySet();
        try (var pool = new ElasticThreadPool(
                PoolConfig.builder().name("orders").minWorkers(2).build())) {
            pool.execute(() -> names.add(Thread.currentThread().getName()));
            pool.join();
        }
        assertThat(names).allMatch(name -> name.matches("orders-[12]"));
    }

    @Test
    void aWorkerSurvivesAnyThrowable() throws Exception {
        AtomicReference<Thread> last = new AtomicReference<>();
        try (var pool = new ElasticThreadPool(
                PoolConfig.builder().minWorkers(1).maxWorkers(1).build())) {
            pool.execute(() -> last.set(Thread.currentThread()));
            pool.execute(() -> {
                throw new IllegalStateException("expected by the test");
            });
            pool.execute(() -> {
                throw new AssertionError("expected by the test");
            });
            pool.execute(() -> {
                throw new StackOverflowError("expected by the test");
            });
            pool.join();
            Thread before = last.get();
            pool.execute(() -> last.set(Thread.currentThread()));
            pool.join();
            assertThat(last.get()).isSameAs(before);
            assertThat(pool.snapshot().busy()).isZero();
            assertThat(pool.snapshot().completed()).isEqualTo(5);
        }
    }

    @Test
    void anInterruptDoesNotReachTheNextTask() throws Exception {
        List<Boolean> flags = new ArrayList<>();
        try (var pool = new ElasticThreadPool(
                PoolConfig.builder().minWorkers(1).maxWorkers(1).build())) {
            pool.execute(() -> Thread.currentThread().interrupt());
            pool.execute(() -> flags.add(Thread.currentThread().isInterrupted()));
            pool.join();
        }
        assertThat(flags).containsExactly(false);
    }

    @Test
    void anInterruptDoesNotEndAnIdleWorker() throws Exception {
        List<Thread> worker = new ArrayList<>();
        try (var pool = new ElasticThreadPool(
                PoolConfig.builder().minWorkers(1).maxWorkers(1).build())) {
            pool.execute(() -> worker.add(Thread.currentThread()));
            pool.join();
            worker.get(0).interrupt();
            CountDownLatch ran = new CountDownLatch(1);
            pool.execute(ran::countDown);
            ran.await();
            assertThat(pool.snapshot().size()).isEqualTo(1);
        }
    }

    @Test
    void workersTakeNothingFromTheSubmitter() throws Exception {
        InheritableThreadLocal<String> local = new InheritableThreadLocal<>();
        AtomicReference<String> seen = new AtomicReference<>("unset");
        try (var pool = new ElasticThreadPool(PoolConfig.builder().minWorkers(0).build())) {
            local.set("secret");
            pool.execute(() -> seen.set(String.valueOf(local.get())));
            pool.join();
        } finally {
            local.remove();
        }
        assertThat(seen).hasValue("null");
    }

    @Test
    void closeEndsEveryThread() throws Exception {
        Set<Thread> threads = ConcurrentHashMap.newKeySet();
        try (var pool = new ElasticThreadPool(PoolConfig.defaults())) {
            CountDownLatch all = new CountDownLatch(20);
            for (int i = 0; i < 20; i++) {
                pool.execute(() -> {
                    threads.add(Thread.currentThread());
                    all.countDown();
                    awaitQuietly(all);
                });
            }
        }
        assertThat(threads).hasSize(20);
        for (Thread thread : threads) {
            thread.join();
        }
    }

    @Test
    void platformWorkersAreDaemonsOnlyIfAskedFor() throws InterruptedException {
        for (boolean daemon : new boolean[] {false, true}) {
            Set<Boolean> seen = ConcurrentHashMap.newKeySet();
            try (var pool =
                    new ElasticThreadPool(PoolConfig.builder().daemon(daemon).build())) {
                pool.execute(() -> seen.add(Thread.currentThread().isDaemon()));
                pool.join();
            }
            assertThat(seen).containsExactly(daemon);
        }
    }

    @Test
    void virtualWorkersNeedJdk21() {
        assumeThat(Runtime.version().feature()).isLessThan(21);
        PoolConfig config = PoolConfig.builder().workerKind(WorkerKind.VIRTUAL).build();
        assertThatExceptionOfType(UnsupportedOperationException.class)
                .isThrownBy(() -> new ElasticThreadPool(config))
                .withMessageContaining("virtual threads need JDK 21 or later: 17");
    }

    @Test
    void virtualWorkersKeepTheLimits() throws Exception {
        assumeThat(Runtime.version().feature()).isGreaterThanOrEqualTo(21);
        PoolConfig config = PoolConfig.builder()
                .name("v")
                .workerKind(WorkerKind.VIRTUAL)
                .maxWorkers(50)
                .build();
        Set<String> threads = ConcurrentHashMap.newKeySet();
        AtomicInteger done = new AtomicInteger();
        try (var pool = new ElasticThreadPool(config)) {
            for (int i = 0; i < 10_000; i++) {
                pool.execute(() -> {
                    threads.add(Thread.currentThread().toString());
                    done.incrementAndGet();
                });
            }
            pool.join();
            assertThat(pool.snapshot().peakSize()).isLessThanOrEqualTo(50);
        }
        assertThat(done).hasValue(10_000);
        assertThat(threads).allMatch(name -> name.startsWith("VirtualThread["));
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
