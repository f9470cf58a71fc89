package dev.socketserver.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.socketserver.internal.pool.ServiceTask;
import dev.socketserver.pool.SimulatedMachine.SimulatedThread;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class OverloadTest {
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration TEN_MILLIS = Duration.ofMillis(10);

    private static PoolConfig.Builder full(PoolConfig.Builder builder) {
        return builder.minWorkers(2).maxWorkers(2).queueCapacity(3);
    }

    @Test
    void rejectRefusesAtOnceWhenTheQueueIsFull() {
        try (SimulatedPool it = new SimulatedPool(b -> full(b).overloadPolicy(OverloadPolicy.REJECT))) {
            it.submit(5, HOUR);
            assertThatExceptionOfType(TaskRejectedException.class)
                    .isThrownBy(() -> it.submit(1, HOUR))
                    .satisfies(e -> assertThat(e.reason()).isEqualTo(RejectionReason.QUEUE_FULL));
            assertThat(it.snapshot().queued()).isEqualTo(3);
            assertThat(it.snapshot().rejected()).isEqualTo(1);
        }
    }

    @Test
    void nothingIsRejectedWhileAWorkerMayBeAdded() {
        try (SimulatedPool it = new SimulatedPool(b -> full(b).maxWorkers(50).overloadPolicy(OverloadPolicy.REJECT))) {
            it.submit(50, HOUR);
            it.machine.advance(Duration.ofSeconds(1));
            assertThat(it.snapshot().busy()).isEqualTo(50);
        }
    }

    @Test
    void blockMakesSubmittersWaitInOrder() {
        try (SimulatedPool it = new SimulatedPool(OverloadTest::full)) {
            it.submit(5, TEN_MILLIS);
            List<Integer> order = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                int number = i;
                it.machine.spawn("submitter", () -> it.pool.execute(() -> order.add(number)));
            }
            it.machine.settle();
            assertThat(it.snapshot().blockedSubmitters()).isEqualTo(4);
            it.machine.advance(Duration.ofSeconds(1));
            assertThat(order).containsExactly(0, 1, 2, 3);
            assertThat(it.machine.liveThreads("submitter")).isZero();
        }
    }

    @Test
    void blockWithoutAQueueWaitsForAFreeWorker() {
        try (SimulatedPool it = new SimulatedPool(b -> full(b).queueCapacity(0))) {
            it.submit(2, TEN_MILLIS);
            it.machine.spawn("submitter", () -> it.submit(3, TEN_MILLIS));
            it.machine.advance(Duration.ofSeconds(1));
            assertThat(it.done()).isEqualTo(5);
        }
    }

    @Test
    void aPoolWhoseSubmittersWaitIsSaturatedEvenWithoutAQueue() {
        try (SimulatedPool it = new SimulatedPool(b -> full(b).queueCapacity(0))) {
            it.submit(2, TEN_MILLIS);
            assertThat(it.services.isSaturated()).isFalse();
            it.machine.spawn("submitter", () -> it.submit(1, TEN_MILLIS));
            it.machine.settle();
            assertThat(it.services.isSaturated()).isTrue();
            it.machine.advance(Duration.ofSeconds(1));
            assertThat(it.services.isSaturated()).isFalse();
        }
    }

    @Test
    void halfOfTheWorkersMayWaitForPeers() {
        for (int workers = 1; workers <= 5; workers++) {
            int most = Math.max(1, workers / 2);
            int limit = workers;
            try (SimulatedPool it = new SimulatedPool(b -> b.minWorkers(1).maxWorkers(limit))) {
                for (int i = 0; i < most; i++) {
                    assertThat(it.services.beginWait()).isTrue();
                }
                assertThat(it.services.beginWait()).isFalse();
                it.services.endWait();
                assertThat(it.services.beginWait()).isTrue();
            }
        }
    }

    /** A service task that another one follows for as long as the pool is saturated, as one leader follows another. */
    private static final class Succession extends ServiceTask {
        private final SimulatedPool it;

        Succession(SimulatedPool it) {
            this.it = it;
        }

        @Override
        public void run() {
            it.machine.sleep(TEN_MILLIS);
            if (it.services.isSaturated()) {
                assertThat(it.services.tryExecute(new Succession(it))).isTrue();
            }
        }

        @Override
        public long busySince() {
            return NOT_BUSY;
        }
    }

    @Test
    void serviceTasksThatFollowOneAnotherDoNotKeepSubmittersWaiting() {
        try (SimulatedPool it =
                new SimulatedPool(b -> full(b).minWorkers(1).maxWorkers(1).queueCapacity(0))) {
            it.pool.execute(new Succession(it));
            it.machine.spawn("submitter", () -> it.submit(3, TEN_MILLIS));
            it.machine.advance(Duration.ofSeconds(1));
            assertThat(it.done()).isEqualTo(3);
            assertThat(it.machine.liveThreads("submitter")).isZero();
        }
    }

    @Test
    void aServiceTaskAlwaysFitsAndIsNotGivenUpForAnotherTask() {
        try (SimulatedPool it = new SimulatedPool(b -> full(b).overloadPolicy(OverloadPolicy.SHED_OLDEST))) {
            List<String> seen = new ArrayList<>();
            it.submit(2, TEN_MILLIS);
            assertThat(it.services.tryExecute(new Succession(it))).isTrue();
            for (int i = 0; i < 5; i++) {
                it.pool.execute(new NotedTask("task " + i, seen));
            }
            assertThat(seen).containsExactly("task 0 SHED_OLDEST", "task 1 SHED_OLDEST");
            assertThat(it.services.tryExecute(new Succession(it))).isTrue();
            assertThat(it.snapshot().queued()).isEqualTo(3);
            it.machine.advance(Duration.ofSeconds(1));
            assertThat(seen).contains("task 2 ran", "task 3 ran", "task 4 ran").hasSize(5);
            assertThat(it.snapshot().queued()).isZero();
        }
    }

    @Test
    void aTaskThatSubmitsToAFullPoolRunsItsTaskItself() {
        try (SimulatedPool it = new SimulatedPool(b -> full(b).minWorkers(1).maxWorkers(1))) {
            List<String> names = new ArrayList<>();
            it.pool.execute(() -> {
                for (int i = 0; i < 10; i++) {
                    it.pool.execute(() -> names.add(Thread.currentThread().getName()));
                }
            });
            it.machine.advance(Duration.ofSeconds(1));
            assertThat(names).hasSize(10).containsOnly("worker-1");
            assertThat(it.snapshot().completed()).isEqualTo(11);
            assertThat(it.snapshot().waitTime().count()).isEqualTo(11);
            assertThat(it.snapshot().runTime().count()).isEqualTo(11);
        }
    }

    @Test
    void anInterruptEndsTheWaitForRoom() {
        try (SimulatedPool it = new SimulatedPool(OverloadTest::full)) {
            it.submit(5, HOUR);
            List<Object> seen = new ArrayList<>();
            SimulatedThread submitter = it.machine.spawn("submitter", () -> {
                try {
                    it.pool.execute(() -> {});
                } catch (TaskRejectedException e) {
                    seen.add(e.reason());
                }
                seen.add(Thread.currentThread().isInterrupted());
            });
            it.machine.settle();
            submitter.interrupt();
            it.machine.settle();
            assertThat(seen).containsExactly(RejectionReason.INTERRUPTED, true);
            assertThat(it.snapshot().blockedSubmitters()).isZero();
        }
    }

    @Test
    void shedOldestGivesUpTheOneThatWaitedLongest() {
        try (SimulatedPool it = new SimulatedPool(b -> full(b).overloadPolicy(OverloadPolicy.SHED_OLDEST))) {
            List<String> seen = new ArrayList<>();
            it.submit(2, TEN_MILLIS);
            for (int i = 0; i < 5; i++) {
                it.pool.execute(new NotedTask("task " + i, seen));
            }
            assertThat(seen).containsExactly("task 0 SHED_OLDEST", "task 1 SHED_OLDEST");
            it.machine.advance(Duration.ofSeconds(1));
            assertThat(seen).contains("task 2 ran", "task 3 ran", "task 4 ran").hasSize(5);
            assertThat(it.snapshot().rejectionsByReason()).containsEntry(RejectionReason.SHED_OLDEST, 2L);
        }
    }

    @Test
    void withoutAQueueThereIsNoOldestToShed() {
        try (SimulatedPool it =
                new SimulatedPool(b -> full(b).queueCapacity(0).overloadPolicy(OverloadPolicy.SHED_OLDEST))) {
            it.submit(2, HOUR);
            assertThatExceptionOfType(TaskRejectedException.class).isThrownBy(() -> it.submit(1, HOUR));
        }
    }

    @Test
    void tasksAreQueuedRatherThanMoreWorkersWokenThanTheMachineCanRun() {
        SimulatedMachine machine = new SimulatedMachine();
        machine.processors(2);
        try (SimulatedPool it = new SimulatedPool(machine, b -> b.minWorkers(10).maxWorkers(10))) {
            it.submit(10, HOUR);
            assertThat(it.snapshot().handedOff())
                    .as("the submitter needs the other processor")
                    .isEqualTo(1);
            assertThat(it.snapshot().queued()).isEqualTo(9);
            it.machine.settle();
            assertThat(it.snapshot().busy()).as("each wakes the next").isEqualTo(10);
        }
    }

    @Test
    void shutdownRefusesThoseWhoWaitForRoom() {
        try (SimulatedPool it = new SimulatedPool(OverloadTest::full)) {
            it.submit(5, TEN_MILLIS);
            List<String> refused = new ArrayList<>();
            it.machine.spawn("submitter", () -> {
                try {
                    it.pool.execute(() -> refused.add("run"));
                } catch (RejectedExecutionException e) {
                    refused.add("refused");
                }
            });
            it.machine.settle();
            it.pool.shutdown();
            it.machine.advance(Duration.ofSeconds(1));
            assertThat(refused).containsExactly("refused");
            assertThat(it.done()).isEqualTo(5);
            assertThat(it.size()).isZero();
        }
    }

    /** Notes what becomes of it. */
    private record NotedTask(String name, List<String> seen) implements RejectableTask {
        @Override
        public void run() {
            seen.add(name + " ran");
        }

        @Override
        public void rejected(RejectionReason why) {
            seen.add(name + " " + why);
        }
    }

    /** A starting worker counts as a place, and the largest capacity and one more was a negative number. */
    @Test
    void theLargestCapacityHasRoomWhileAWorkerStarts() {
        try (SimulatedPool it = new SimulatedPool(b -> b.minWorkers(0)
                .maxWorkers(1)
                .minSpareWorkers(0)
                .queueCapacity(Integer.MAX_VALUE)
                .overloadPolicy(OverloadPolicy.REJECT))) {
            it.submit(3, TEN_MILLIS);
            assertThat(it.snapshot().starting()).isEqualTo(1);
            assertThat(it.snapshot().queued()).isEqualTo(3);
            it.machine.advance(Duration.ofSeconds(1));
            assertThat(it.done()).isEqualTo(3);
        }
    }
}
