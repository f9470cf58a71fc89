package dev.socketserver.task;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests, collectors and changing workers, all at once. */
@Timeout(60)
class TaskPoolStressTest {
    private static final int REQUESTS = 4_000;

    /** The name of a failing test includes the seed. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void everyRequestIsCollectedOnceWhileWorkersAreCreatedAndDismissed(long seed) throws Exception {
        var random = new Random(seed);
        var ran = new AtomicIntegerArray(REQUESTS);
        var collected = new AtomicIntegerArray(REQUESTS);
        var over = new AtomicBoolean();
        var config = TaskPoolConfig.builder(3)
                .queueCapacity(random.nextInt(4))
                .resultCapacity(1 + random.nextInt(4))
                .build();
        try (var pool = new WorkRequestPool(config)) {
            Caller<Boolean> staffing = Caller.of(() -> changeWorkers(pool, new Random(seed), over));
            Caller<Boolean> collecting = Caller.of(() -> {
                while (!over.get()) {
                    if (pool.pendingRequests() > 0) {
                        poll(pool);
                    }
                    Thread.onSpinWait();
                }
            });
            for (int i = 0; i < REQUESTS; i++) {
                int n = i;
                pool.putRequest(WorkRequest.of(() -> ran.incrementAndGet(n))
                        .withCallback((request, result) -> collected.incrementAndGet(n)));
            }
            pool.waitCompletion();
            over.set(true);
            staffing.result();
            collecting.result();
            assertThat(pool.progress()).isEqualTo(new Progress(REQUESTS, 0, 0, 0));
            assertThat(pool.pendingRequests()).isZero();
        }
        for (int i = 0; i < REQUESTS; i++) {
            assertThat(ran.get(i)).isEqualTo(1);
            assertThat(collected.get(i)).isEqualTo(1);
        }
    }

    private static void changeWorkers(TaskPool pool, Random random, AtomicBoolean over) throws InterruptedException {
        while (!over.get()) {
            pool.createWorkers(random.nextInt(3));
            pool.dismissWorkers(Math.min(random.nextInt(4), pool.workers() - 1), random.nextBoolean());
            Thread.onSpinWait();
        }
    }

    private static void poll(WorkRequestPool pool) throws InterruptedException {
        try {
            pool.poll(Duration.ofNanos(1));
        } catch (NoResultsPendingException expected) {
            // The other thread was quicker.
        }
    }
}
