package dev.socketserver.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.socketserver.peer.Polling;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Collecting results while workers are few, missing or changing. */
@Timeout(60)
class WorkRequestPoolWorkersTest {
    private static final Duration PATIENCE = Polling.PATIENCE;

    private final Hold hold = new Hold();
    private final List<Object> results = new ArrayList<>(); // of this thread's callbacks

    private <T> WorkRequest<T> request(Callable<T> task) {
        return WorkRequest.<T>of(task).withCallback((request, result) -> results.add(result));
    }

    @Test
    void waitingWithoutWorkersThrows() throws Exception {
        var config = TaskPoolConfig.builder(0).queueCapacity(1).build();
        try (var pool = new WorkRequestPool(config)) {
            pool.putRequest(request(() -> 1));
            assertThat(pool.poll()).as("polling does not wait").isZero();
            assertThatExceptionOfType(NoWorkersAvailableException.class).isThrownBy(() -> pool.poll(PATIENCE));
            assertThatExceptionOfType(NoWorkersAvailableException.class).isThrownBy(pool::waitCompletion);
            assertThatExceptionOfType(NoWorkersAvailableException.class)
                    .isThrownBy(() -> pool.putRequest(request(() -> 2)));
        }
    }

    @Test
    void aWaitEndsWhenTheLastWorkerIsDismissed() throws Exception {
        try (var pool = new WorkRequestPool(1)) {
            pool.putRequest(request(() -> hold.here(1)));
            hold.awaitStarted(1);
            pool.putRequest(request(() -> 2));
            Caller<Boolean> waiting = Caller.of(pool::waitCompletion).awaitBlocked();
            pool.dismissWorkers(1);
            waiting.awaitBlocked();
            hold.releaseAll();
            assertThatExceptionOfType(ExecutionException.class)
                    .isThrownBy(waiting::result)
                    .withCauseInstanceOf(NoWorkersAvailableException.class);
        }
    }

    @Test
    void resultsOfDismissedWorkersAreWaitedFor() throws Exception {
        try (var pool = new WorkRequestPool(2)) {
            pool.putRequest(request(() -> hold.here(1)));
            pool.putRequest(request(() -> hold.here(2)));
            hold.awaitStarted(2);
            pool.dismissWorkers(2);
            assertThat(pool.poll(Duration.ofMillis(1))).isZero();
            hold.releaseAll();
            pool.waitCompletion();
            assertThat(results).containsExactlyInAnyOrder(1, 2);
        }
    }

    // ---- Arndt's own tests and demo

    @Test
    void tenThousandRequestsOnThreeWorkersWithBusyPolling() throws Exception {
        var sum = new AtomicInteger();
        var config = TaskPoolConfig.builder(3)
                .queueCapacity(TaskPoolConfig.UNBOUNDED)
                .build();
        try (var pool = new WorkRequestPool(config)) {
            Caller<Boolean> putting = Caller.of(() -> {
                for (var request : WorkRequest.<Integer, Integer>makeRequests(
                        n -> n, numbers(10_000), (done, n) -> sum.addAndGet(n))) {
                    pool.putRequest(request);
                }
            });
            int collected = 0;
            while (collected < 10_000) {
                if (pool.pendingRequests() > 0) {
                    collected += pool.poll();
                }
                Thread.onSpinWait();
            }
            putting.result();
            assertThat(pool.pendingRequests()).isZero();
        }
        assertThat(sum).hasValue(9_999 * 10_000 / 2);
    }

    @Test
    void tasksMayUsePoolsOfTheirOwn() throws Exception {
        try (var pool = new WorkRequestPool(5)) {
            for (int i = 0; i < 50; i++) {
                pool.putRequest(request(WorkRequestPoolWorkersTest::sumOfANestedPool));
            }
            pool.waitCompletion();
        }
        assertThat(results).hasSize(50).containsOnly(45);
    }

    private static Integer sumOfANestedPool() throws InterruptedException {
        var sum = new AtomicInteger();
        try (var nested = new WorkRequestPool(3)) {
            for (var request :
                    WorkRequest.<Integer, Integer>makeRequests(n -> n, numbers(10), (done, n) -> sum.addAndGet(n))) {
                nested.putRequest(request);
            }
            nested.waitCompletion();
        }
        return sum.get();
    }

    @Test
    void workersAreCreatedAndDismissedWhileResultsAreCollected() throws Exception {
        var collected = new ConcurrentLinkedQueue<Integer>();
        var config = TaskPoolConfig.builder(3).queueCapacity(40).build();
        try (var pool = new WorkRequestPool(config)) {
            for (var request :
                    WorkRequest.<Integer, Integer>makeRequests(n -> n, numbers(40), (done, n) -> collected.add(n))) {
                pool.putRequest(request);
            }
            for (int round = 0; pool.pendingRequests() > 0; round++) {
                if (round == 1) {
                    pool.createWorkers(3);
                }
                if (round == 2) {
                    pool.dismissWorkers(2);
                }
                pool.poll(PATIENCE);
            }
            pool.joinAllDismissedWorkers();
        }
        assertThat(collected).containsExactlyInAnyOrderElementsOf(numbers(40));
    }

    private static List<Integer> numbers(int count) {
        return IntStream.range(0, count).boxed().toList();
    }
}
