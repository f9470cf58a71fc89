package dev.socketserver.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.socketserver.peer.Polling;
import dev.socketserver.pool.WorkerKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bounded queues of requests and results. */
@Timeout(60)
class WorkRequestPoolBoundsTest {
    private final Hold hold = new Hold();
    private final List<Integer> results = new ArrayList<>();

    private WorkRequest<Integer> request(int n) {
        return WorkRequest.<Integer>of(() -> n).withCallback((done, result) -> results.add(result));
    }

    private WorkRequestPool pool(int workers, int queueCapacity, int resultCapacity) {
        return new WorkRequestPool(TaskPoolConfig.builder(workers)
                .queueCapacity(queueCapacity)
                .resultCapacity(resultCapacity)
                .build());
    }

    @Test
    void aFullQueueRejectsARequestWhoseTimeoutExpires() throws Exception {
        try (var pool = new WorkRequestPool(1)) {
            pool.putRequest(WorkRequest.of(() -> hold.here(1)));
            pool.putRequest(request(2));
            WorkRequest<Integer> third = request(3);
            assertThatExceptionOfType(QueueFullException.class)
                    .isThrownBy(() -> pool.putRequest(third, Duration.ZERO))
                    .isInstanceOf(RejectedExecutionException.class)
                    .withMessage("the queue of pool task is full: queueCapacity is 1");
            assertThatExceptionOfType(QueueFullException.class)
                    .isThrownBy(() -> pool.putRequest(third, Duration.ofMillis(1)));
            assertThat(pool.pendingRequests()).isEqualTo(2);
            hold.releaseAll();
            pool.putRequest(third, Polling.PATIENCE);
            pool.waitCompletion();
        }
        assertThat(results).containsExactly(2, 3);
    }

    @Test
    void anUnboundedQueueAcceptsEverything() throws Exception {
        try (WorkRequestPool pool = pool(1, TaskPoolConfig.UNBOUNDED, TaskPoolConfig.UNBOUNDED)) {
            pool.putRequest(WorkRequest.of(() -> hold.here(1)));
            for (int i = 0; i < 1_000; i++) {
                pool.putRequest(request(i), Duration.ZERO);
            }
            assertThat(pool.pendingRequests()).isEqualTo(1_001);
            hold.releaseAll();
        }
        assertThat(results).isEqualTo(numbers(1_000));
    }

    /** In Python the first put beyond the bounds blocks forever: nobody is left to collect. */
    @ParameterizedTest
    @CsvSource({"1, 1, 1", "3, 1, 1", "1, 0, 1", "3, 2, 2", "2, 5, 1"})
    void puttingEverythingBeforeCollectingDoesNotDeadlockWithBothQueuesBounded(
            int workers, int queueCapacity, int resultCapacity) throws Exception {
        try (WorkRequestPool pool = pool(workers, queueCapacity, resultCapacity)) {
            for (int i = 0; i < 200; i++) {
                pool.putRequest(request(i));
            }
            pool.waitCompletion();
        }
        assertThat(results).containsExactlyInAnyOrderElementsOf(numbers(200));
    }

    @Test
    void noMoreRequestsStartThanResultsHaveRoom() throws Exception {
        try (WorkRequestPool pool = pool(1, 10, 2)) {
            for (int i = 0; i < 10; i++) {
                pool.putRequest(request(i));
            }
            assertThat(Polling.await(() -> pool.progress().done() == 2)).isTrue();
            assertThatExceptionOfType(QueueFullException.class)
                    .as("there is neither a free worker nor room in the queue")
                    .isThrownBy(() -> {
                        for (int i = 10; i < 13; i++) {
                            pool.putRequest(request(i), Duration.ZERO);
                        }
                    });
            assertThat(pool.progress().done()).isEqualTo(2);
            assertThat(pool.poll()).isEqualTo(2);
            assertThat(Polling.await(() -> pool.progress().done() == 4)).isTrue();
        }
        assertThat(results).hasSizeGreaterThanOrEqualTo(12);
    }

    @Test
    void workersCanBeDismissedWhileResultsAreFull() throws Exception {
        try (WorkRequestPool pool = pool(3, 10, 1)) {
            for (int i = 0; i < 10; i++) {
                pool.putRequest(request(i));
            }
            assertThat(Polling.await(() -> pool.progress().done() >= 1)).isTrue();
            assertThat(pool.dismissWorkers(3, true))
                    .as("joined while results are full")
                    .isEqualTo(3);
            assertThat(pool.progress().done()).isLessThanOrEqualTo(3);
            pool.createWorkers(1);
            pool.waitCompletion();
        }
        assertThat(results).containsExactlyInAnyOrderElementsOf(numbers(10));
    }

    @Test
    void aThreadThatWaitsForRoomContinuesWhenResultsAreCollected() throws Exception {
        try (WorkRequestPool pool = pool(1, 1, 1)) {
            pool.putRequest(WorkRequest.of(() -> hold.here(0)));
            pool.putRequest(request(1));
            Caller<Boolean> putting =
                    Caller.of(() -> pool.putRequest(request(2))).awaitBlocked();
            hold.releaseAll();
            putting.result();
            pool.waitCompletion();
        }
        assertThat(results).containsExactly(1, 2);
    }

    @Test
    void uncollectedResultsDoNotHoldUpOtherTasks() throws Exception {
        try (WorkRequestPool pool = pool(1, 1, 1)) {
            pool.putRequest(request(1));
            for (int i = 0; i < 10; i++) {
                pool.addTask(() -> {});
            }
            assertThat(pool.mapAsCompleted(numbers(10), n -> n).count()).isEqualTo(10);
            assertThat(pool.submit(() -> 1).join()).isEqualTo(1);
        }
        assertThat(results).containsExactly(1);
    }

    @Test
    void everyOptionHasItsDefault() {
        TaskPoolConfig config = TaskPoolConfig.ofWorkers(7);
        assertThat(config.name()).isEqualTo("task");
        assertThat(config.workers()).isEqualTo(7);
        assertThat(config.queueCapacity()).isEqualTo(7);
        assertThat(config.resultCapacity()).isEqualTo(TaskPoolConfig.UNBOUNDED);
        assertThat(config.workerKind()).isEqualTo(WorkerKind.PLATFORM);
        assertThat(config.daemon()).isFalse();
        assertThat(config)
                .hasToString("TaskPoolConfig[name=task, workers=7, queueCapacity=7, resultCapacity=2147483647, "
                        + "workerKind=PLATFORM, daemon=false]");
    }

    @Test
    void aBuilderDoesNotChangeConfigurationsThatItHasBuilt() {
        TaskPoolConfig.Builder builder = TaskPoolConfig.builder(7).name("first").daemon(true);
        TaskPoolConfig first = builder.build();
        TaskPoolConfig second = first.toBuilder().queueCapacity(3).build();
        builder.name("later");
        assertThat(first.name()).isEqualTo("first");
        assertThat(first.queueCapacity()).isEqualTo(7);
        assertThat(second)
                .usingRecursiveComparison()
                .isEqualTo(TaskPoolConfig.builder(7)
                        .name("first")
                        .daemon(true)
                        .queueCapacity(3)
                        .build());
    }

    @Test
    void everyOptionIsChecked() {
        refuses(TaskPoolConfig.builder(-1), "workers must be at least 0: -1");
        refuses(TaskPoolConfig.builder(1).queueCapacity(-1), "queueCapacity must be at least 0: -1");
        refuses(TaskPoolConfig.builder(1).resultCapacity(0), "resultCapacity must be at least 1: 0");
        refuses(TaskPoolConfig.builder(1).name(" "), "name must not be blank:  ");
    }

    private static void refuses(TaskPoolConfig.Builder builder, String message) {
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(builder::build)
                .withMessage(message);
    }

    private static List<Integer> numbers(int count) {
        return IntStream.range(0, count).boxed().toList();
    }
}
