package dev.socketserver.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class StartFailureTest {
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration MILLI = Duration.ofMillis(1);

    @Test
    void queuedTasksWaitForTheWorkersThereAre() {
        try (SimulatedPool it = new SimulatedPool(b -> b.minWorkers(2))) {
            it.machine.failNextStarts(Integer.MAX_VALUE);
            it.submit(20, MILLI);
            assertThat(it.size()).as("rolled back").isEqualTo(2);
            assertThat(it.snapshot().starting()).isZero();
            it.machine.advance(Duration.ofSeconds(1));
            assertThat(it.done()).isEqualTo(20);
            assertThat(it.snapshot().startFailures()).isPositive();
        }
    }

    @Test
    void growthResumesWhenTheMachineRecovers() {
        try (SimulatedPool it = new SimulatedPool(b -> b.minWorkers(2))) {
            it.machine.failNextStarts(3);
            it.submit(20, HOUR);
            it.machine.advance(Duration.ofSeconds(1));
            assertThat(it.snapshot().startFailures()).isEqualTo(3);
            assertThat(it.snapshot().busy()).isEqualTo(20);
        }
    }

    @Test
    void failingStartsAreNotTriedInALoop() {
        try (SimulatedPool it = new SimulatedPool(b -> b.minWorkers(2))) {
            it.machine.failNextStarts(Integer.MAX_VALUE);
            it.submit(500, HOUR);
            it.machine.advance(Duration.ofSeconds(10));
            assertThat(it.snapshot().startFailures())
                    .as("5 ms, doubling to 1 s")
                    .isBetween(10L, 25L);
        }
    }

    @Test
    void withoutAnyWorkerTheSubmitterIsToldTheCause() {
        try (SimulatedPool it = new SimulatedPool(b -> b.minWorkers(0))) {
            it.machine.failNextStarts(1);
            assertThatExceptionOfType(TaskRejectedException.class)
                    .isThrownBy(() -> it.submit(1, MILLI))
                    .satisfies(e -> assertThat(e.reason()).isEqualTo(RejectionReason.NO_WORKER))
                    .withCauseInstanceOf(OutOfMemoryError.class);
            assertThat(it.snapshot().queued()).isZero();
            assertThat(it.size()).isZero();
            it.submit(1, MILLI);
            it.machine.advance(Duration.ofSeconds(1));
            assertThat(it.done()).as("the next one is run").isEqualTo(1);
        }
    }

    @Test
    void minWorkersAreMadeUpForWithoutTraffic() {
        SimulatedMachine machine = new SimulatedMachine();
        machine.failAfter(3);
        try (SimulatedPool it = new SimulatedPool(machine, b -> b.minWorkers(5))) {
            assertThat(it.size()).as("supervisor and two workers").isEqualTo(2);
            machine.failNextStarts(0);
            machine.advance(Duration.ofSeconds(2));
            assertThat(it.size()).isEqualTo(5);
        }
    }

    @Test
    void aPoolThatCannotStartAnythingStillDrainsWhenItCan() {
        try (SimulatedPool it = new SimulatedPool(b -> b.minWorkers(1).minSpareWorkers(0))) {
            it.submit(10, MILLI);
            it.machine.failNextStarts(5);
            it.pool.shutdown();
            it.machine.advance(Duration.ofSeconds(5));
            assertThat(it.done()).isEqualTo(10);
            assertThat(it.size()).isZero();
        }
    }

    /** Each failed attempt left one more task in the queue. */
    @Test
    void aFullQueueIsFullAlsoWhileNoThreadCanBeStarted() {
        try (SimulatedPool it =
                new SimulatedPool(b -> b.minWorkers(2).queueCapacity(3).overloadPolicy(OverloadPolicy.REJECT))) {
            it.machine.failNextStarts(Integer.MAX_VALUE);
            for (int i = 0; i < 100; i++) {
                try {
                    it.submit(1, HOUR);
                } catch (TaskRejectedException e) {
                    assertThat(e.reason()).isEqualTo(RejectionReason.QUEUE_FULL);
                }
            }
            assertThat(it.snapshot().startFailures()).isEqualTo(1);
            assertThat(it.snapshot().queued())
                    .as("and the one whose worker did not start")
                    .isEqualTo(4);
            assertThat(it.snapshot().rejected()).isEqualTo(94);
        }
    }

    @Test
    void aSubmitterWaitsForRoomUntilThreadsCanBeStartedAgain() {
        try (SimulatedPool it =
                new SimulatedPool(b -> b.minWorkers(1).maxWorkers(3).queueCapacity(0))) {
            it.machine.failNextStarts(1);
            it.submit(1, MILLI);
            it.submit(1, HOUR);
            it.machine.advance(MILLI);
            it.pool.reconfigure(it.pool.config()); // makes the supervisor look, which finds nothing to do
            it.machine.settle();
            it.machine.spawn("submitter", () -> it.submit(2, HOUR));
            it.machine.settle();
            assertThat(it.snapshot().blockedSubmitters()).isEqualTo(1);
            it.machine.advance(Duration.ofSeconds(1));
            assertThat(it.snapshot().busy()).isEqualTo(3);
            assertThat(it.machine.liveThreads("submitter")).isZero();
        }
    }
}
