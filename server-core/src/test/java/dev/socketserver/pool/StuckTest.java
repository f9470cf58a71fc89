package dev.socketserver.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class StuckTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration HOUR = Duration.ofHours(1);

    @Test
    void aTaskOverTheLimitIsCountedOnceAndItsRecoveryNoticed() {
        try (SimulatedPool it = new SimulatedPool(b -> b.stuckAfter(SECOND))) {
            it.submit(1, SECOND.multipliedBy(3));
            it.submit(1, SECOND.dividedBy(2));
            it.host.advance(SECOND);
            assertThat(it.snapshot().stuck()).isEqualTo(1);
            it.host.advance(SECOND);
            assertThat(it.snapshot().stuckTasks()).isEqualTo(1);
            it.host.advance(SECOND);
            assertThat(it.snapshot().stuck()).isZero();
            assertThat(it.snapshot().stuckTasks()).isEqualTo(1);
        }
    }

    @Test
    void tasksThatStartLaterAreFoundInTime() {
        try (SimulatedPool it = new SimulatedPool(b -> b.stuckAfter(SECOND))) {
            it.submit(1, HOUR);
            it.host.advance(Duration.ofMillis(900));
            it.submit(1, HOUR);
            it.host.advance(Duration.ofMillis(999));
            assertThat(it.snapshot().stuck()).isEqualTo(1);
            it.host.advance(Duration.ofMillis(2));
            assertThat(it.snapshot().stuck()).isEqualTo(2);
        }
    }

    @Test
    void reportingInterruptsNobody() {
        try (SimulatedPool it = new SimulatedPool(b -> b.stuckAfter(SECOND))) {
            List<Boolean> interrupted = new ArrayList<>();
            it.pool.execute(() -> interrupted.add(it.host.sleepUnlessInterrupted(SECOND.multipliedBy(2))));
            it.host.advance(SECOND.multipliedBy(3));
            assertThat(interrupted).containsExactly(false);
        }
    }

    @Test
    void abortingInterruptsTheWorkerAndAbortsTheTask() {
        try (SimulatedPool it = new SimulatedPool(b -> b.stuckAfter(SECOND).stuckAction(StuckAction.ABORT))) {
            List<String> seen = new ArrayList<>();
            it.pool.execute(new AbortableTask() {
                @Override
                public void run() {
                    seen.add("interrupted " + it.host.sleepUnlessInterrupted(HOUR));
                }

                @Override
                public void abort() {
                    seen.add("aborted");
                }
            });
            it.host.advance(SECOND);
            assertThat(seen).containsExactlyInAnyOrder("aborted", "interrupted true");
            it.pool.execute(() -> seen.add("next " + Thread.currentThread().isInterrupted()));
            it.host.settle();
            assertThat(seen).contains("next false");
            assertThat(it.snapshot().stuck()).isZero();
        }
    }

    @Test
    void stuckWorkersAreCompensatedUpToTheCap() {
        try (SimulatedPool it = new SimulatedPool(
                b -> b.minWorkers(3).maxWorkers(3).stuckAfter(SECOND).stuckCompensation(2))) {
            it.submit(3, SECOND.multipliedBy(5));
            it.submit(5, HOUR);
            it.host.advance(Duration.ofMillis(999));
            assertThat(it.size()).isEqualTo(3);
            it.host.advance(Duration.ofMillis(100));
            assertThat(it.size()).as("two of three stuck ones").isEqualTo(5);
            it.host.advance(SECOND.multipliedBy(3));
            assertThat(it.size()).isEqualTo(5);
        }
    }

    @Test
    void compensationEndsWithTheRecovery() {
        try (SimulatedPool it = new SimulatedPool(
                b -> b.minWorkers(1).maxWorkers(1).stuckAfter(SECOND).stuckCompensation(4))) {
            it.submit(1, SECOND.multipliedBy(2));
            it.submit(5, Duration.ofMillis(300));
            it.host.advance(SECOND.multipliedBy(3));
            assertThat(it.size()).isEqualTo(1);
            assertThat(it.done()).isEqualTo(6);
        }
    }

    @Test
    void aTaskThatCannotEvenBeNamedStopsNobodyFromLookingAfterThePool() {
        try (SimulatedPool it =
                new SimulatedPool(b -> b.minWorkers(1).minSpareWorkers(0).stuckAfter(SECOND))) {
            it.pool.execute(new Runnable() {
                @Override
                public void run() {
                    it.host.sleep(HOUR);
                }

                @Override
                public String toString() {
                    throw new IllegalStateException("says the test");
                }
            });
            it.host.advance(SECOND.multipliedBy(2));
            assertThat(it.snapshot().stuckTasks()).isEqualTo(1);
            it.submit(1, SECOND);
            it.host.advance(SECOND.multipliedBy(2));
            assertThat(it.done())
                    .as("a worker was added for the one that waited")
                    .isEqualTo(1);
        }
    }
}
