package dev.socketserver.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class GrowthTest {
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration MILLI = Duration.ofMillis(1);

    @Test
    void minWorkersAreThereFromTheStart() {
        try (SimulatedPool it = new SimulatedPool(UnaryOperator.identity())) {
            assertThat(it.snapshot().idle()).isEqualTo(5);
            assertThat(it.size()).isEqualTo(5);
        }
    }

    @Test
    void idleWorkersAreGivenTasksWithoutTheQueue() {
        try (SimulatedPool it = new SimulatedPool(UnaryOperator.identity())) {
            it.submit(5, HOUR);
            assertThat(it.snapshot().handedOff()).isEqualTo(5);
            assertThat(it.snapshot().queued()).isZero();
            it.machine.settle();
            assertThat(it.snapshot().busy()).isEqualTo(5);
            assertThat(it.size()).isEqualTo(5);
        }
    }

    @Test
    void theWorkerThatWorkedLastIsUsedAgain() {
        try (SimulatedPool it = new SimulatedPool(UnaryOperator.identity())) {
            it.trickle(Duration.ofMillis(2), Duration.ofSeconds(1), MILLI);
            String[] names = new String[2];
            for (int i = 0; i < 2; i++) {
                int index = i;
                it.pool.execute(() -> names[index] = Thread.currentThread().getName());
                it.machine.settle();
            }
            assertThat(names[0]).isEqualTo(names[1]).startsWith("worker-");
        }
    }

    /** Probe B: four workers blocked, three tasks wait, then silence. The mix-in and the JDK never start the three. */
    @Test
    void tasksBelowTheThresholdAreStartedWithoutAnyNewArrival() {
        try (SimulatedPool it = new SimulatedPool(b -> b.minWorkers(4))) {
            it.submit(4, HOUR);
            it.machine.settle();
            it.submit(3, MILLI);
            it.machine.advance(Duration.ofNanos(999_999));
            assertThat(it.size()).as("too early").isEqualTo(4);
            assertThat(it.done()).isZero();
            it.machine.advance(Duration.ofMillis(20));
            assertThat(it.done()).isEqualTo(3);
            assertThat(it.size()).as("no more than needed").isLessThanOrEqualTo(7);
        }
    }

    /** The fifty long-lived arrivals of which the mix-in served 47. */
    @Test
    void everyLongTaskGetsAWorkerOfItsOwn() {
        try (SimulatedPool it = new SimulatedPool(UnaryOperator.identity())) {
            it.submit(50, HOUR);
            it.machine.advance(Duration.ofSeconds(1));
            assertThat(it.snapshot().busy()).isEqualTo(50);
            assertThat(it.size()).isEqualTo(50);
        }
    }

    @Test
    void depthAloneGrowsThePoolAtOnce() {
        try (SimulatedPool it = new SimulatedPool(UnaryOperator.identity())) {
            it.submit(5, HOUR);
            it.machine.settle();
            it.submit(3, HOUR);
            it.machine.settle();
            assertThat(it.size()).as("at the threshold").isEqualTo(5);
            it.submit(1, HOUR);
            assertThat(it.size()).as("above it").isEqualTo(6);
        }
    }

    @Test
    void growthStepsDoubleAndWaitForTheLastStepToArrive() {
        try (SimulatedPool it = new SimulatedPool(UnaryOperator.identity())) {
            it.submit(5, HOUR);
            it.machine.settle();
            it.submit(40, HOUR);
            assertThat(it.snapshot().starting()).as("nothing has arrived yet").isEqualTo(1);
            it.machine.settle();
            assertThat(it.snapshot().queued()).isZero();
            assertThat(it.size()).isEqualTo(45);
        }
    }

    @Test
    void aBurstOfTrivialTasksNeedsNoCrowd() {
        try (SimulatedPool it = new SimulatedPool(UnaryOperator.identity())) {
            it.submit(50, Duration.ZERO);
            it.machine.advance(Duration.ofSeconds(1));
            assertThat(it.done()).isEqualTo(50);
            assertThat(it.snapshot().started())
                    .as("the mix-in starts eight more")
                    .isLessThanOrEqualTo(6);
        }
    }

    @Test
    void oneClientWithOneTaskOutstandingNeedsOneWorker() {
        try (SimulatedPool it = new SimulatedPool(b -> b.minWorkers(1))) {
            it.trickle(Duration.ofMillis(2), Duration.ofSeconds(2), MILLI);
            assertThat(it.done()).isEqualTo(1000);
            assertThat(it.snapshot().started()).isEqualTo(1);
        }
    }

    /** A burst of 500 on a maximum of 10, for which the mix-in starts 30. */
    @Test
    void maxWorkersIsNeverExceeded() {
        try (SimulatedPool it = new SimulatedPool(b -> b.maxWorkers(10))) {
            it.submit(500, MILLI);
            it.machine.advance(Duration.ofSeconds(1));
            assertThat(it.done()).isEqualTo(500);
            assertThat(it.snapshot().peakSize()).isEqualTo(10);
        }
    }

    @Test
    void aPoolWithoutMinimumStartsAWorkerForItsFirstTask() {
        try (SimulatedPool it = new SimulatedPool(b -> b.minWorkers(0).minSpareWorkers(0))) {
            assertThat(it.size()).isZero();
            it.submit(1, MILLI);
            it.machine.advance(MILLI);
            assertThat(it.done()).isEqualTo(1);
        }
    }

    @Test
    void aQueueOfNoCapacityStillGrowsThePool() {
        try (SimulatedPool it = new SimulatedPool(
                b -> b.queueCapacity(0).minWorkers(1).maxWorkers(3).overloadPolicy(OverloadPolicy.REJECT))) {
            it.submit(3, HOUR);
            it.machine.settle();
            assertThat(it.snapshot().busy()).isEqualTo(3);
        }
    }
}
