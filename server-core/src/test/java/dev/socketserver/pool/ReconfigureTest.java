package dev.socketserver.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ReconfigureTest {
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration TEN_MILLIS = Duration.ofMillis(10);

    private static void change(SimulatedPool it, UnaryOperator<PoolConfig.Builder> change) {
        it.pool.reconfigure(change.apply(it.pool.config().toBuilder()).build());
        it.machine.settle();
    }

    @Test
    void aHigherMinimumIsMetAtOnce() {
        try (SimulatedPool it = new SimulatedPool(b -> b)) {
            change(it, b -> b.minWorkers(9));
            assertThat(it.snapshot().idle()).isEqualTo(9);
        }
    }

    @Test
    void aLowerMaximumEndsIdleWorkersAtOnceAndBusyOnesAfterTheirTask() {
        try (SimulatedPool it = new SimulatedPool(b -> b.minWorkers(8))) {
            it.submit(6, TEN_MILLIS);
            it.machine.settle();
            change(it, b -> b.minWorkers(1).maxWorkers(3));
            assertThat(it.size()).as("the two idle ones are gone").isEqualTo(6);
            it.machine.advance(TEN_MILLIS);
            assertThat(it.size()).isEqualTo(3);
            assertThat(it.done()).isEqualTo(6);
            assertThat(it.snapshot().retirementsByReason()).containsEntry(RetireReason.LOWERED, 5L);
        }
    }

    @Test
    void aLowerMaximumLosesNoQueuedTask() {
        try (SimulatedPool it = new SimulatedPool(b -> b.minWorkers(8).maxWorkers(8))) {
            it.submit(80, TEN_MILLIS);
            change(it, b -> b.minWorkers(1).maxWorkers(1));
            it.machine.advance(Duration.ofSeconds(2));
            assertThat(it.done()).isEqualTo(80);
        }
    }

    /** The worker became idle when the tasks ahead of the submitter were dropped, and nothing let it in. */
    @Test
    void aSubmitterThatWaitsIsServedWhenAnotherPolicyDropsWhatIsQueued() {
        try (SimulatedPool it =
                new SimulatedPool(b -> b.minWorkers(1).maxWorkers(1).queueCapacity(5))) {
            it.submit(6, Duration.ofSeconds(1));
            it.machine.spawn("submitter", () -> it.submit(1, Duration.ofSeconds(1)));
            it.machine.settle();
            change(it, b -> b.queueCapacity(0).overloadPolicy(OverloadPolicy.ADAPTIVE));
            it.machine.advance(Duration.ofSeconds(3));
            assertThat(it.snapshot().blockedSubmitters()).isZero();
            assertThat(it.snapshot().rejected()).isEqualTo(4);
            assertThat(it.done()).isEqualTo(3);
        }
    }

    @Test
    void aHigherMaximumServesThoseWhoWait() {
        try (SimulatedPool it = new SimulatedPool(b -> b.minWorkers(1).maxWorkers(1))) {
            it.submit(3, HOUR);
            it.machine.advance(Duration.ofSeconds(1));
            assertThat(it.snapshot().busy()).isEqualTo(1);
            change(it, b -> b.maxWorkers(10));
            it.machine.advance(Duration.ofSeconds(1));
            assertThat(it.snapshot().busy()).isEqualTo(3);
        }
    }

    @Test
    void aLargerQueueLetsBlockedSubmittersIn() {
        try (SimulatedPool it =
                new SimulatedPool(b -> b.minWorkers(1).maxWorkers(1).queueCapacity(1))) {
            it.submit(2, HOUR);
            it.machine.spawn("submitter", () -> it.submit(3, HOUR));
            it.machine.settle();
            assertThat(it.snapshot().blockedSubmitters()).isEqualTo(1);
            change(it, b -> b.queueCapacity(10));
            assertThat(it.snapshot().blockedSubmitters()).isZero();
            assertThat(it.snapshot().queued()).isEqualTo(4);
        }
    }

    @Test
    void aShorterWindowHoldsAtOnce() {
        try (SimulatedPool it = new SimulatedPool(b -> b.idleWindow(HOUR).minSpareWorkers(0))) {
            it.submit(20, TEN_MILLIS);
            it.machine.advance(Duration.ofSeconds(1));
            assertThat(it.size()).isEqualTo(20);
            change(it, b -> b.idleWindow(Duration.ofMillis(100)));
            it.machine.advance(Duration.ofSeconds(1));
            assertThat(it.size()).isEqualTo(5);
        }
    }

    @Test
    void whatNamesThreadsAndMakesThemCannotChange() {
        try (SimulatedPool it = new SimulatedPool(b -> b)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> change(it, b -> b.name("other")))
                    .withMessage("name cannot be changed (worker): other");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> change(it, b -> b.workerKind(WorkerKind.VIRTUAL)))
                    .withMessage("workerKind cannot be changed (PLATFORM): VIRTUAL");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> change(it, b -> b.daemon(true)))
                    .withMessage("daemon cannot be changed (false): true");
        }
    }

    @Test
    void aHigherMaximumServesSubmittersThatWaitWithoutAQueue() {
        try (SimulatedPool it =
                new SimulatedPool(b -> b.minWorkers(1).maxWorkers(1).queueCapacity(0))) {
            it.submit(1, HOUR);
            for (int i = 0; i < 3; i++) {
                it.machine.spawn("submitter", () -> it.submit(1, HOUR));
            }
            it.machine.advance(Duration.ofSeconds(1));
            assertThat(it.snapshot().blockedSubmitters()).isEqualTo(3);
            change(it, b -> b.maxWorkers(3));
            it.machine.advance(Duration.ofSeconds(1));
            assertThat(it.snapshot().busy()).isEqualTo(3);
            assertThat(it.snapshot().blockedSubmitters())
                    .as("no more than there are workers for")
                    .isEqualTo(1);
            assertThat(it.snapshot().queued()).isZero();
        }
    }

    @Test
    void aHigherMaximumServesSubmittersThatWaitForRoomInAFullQueue() {
        try (SimulatedPool it =
                new SimulatedPool(b -> b.minWorkers(1).maxWorkers(1).queueCapacity(2))) {
            it.submit(3, HOUR);
            it.machine.spawn("submitter", () -> it.submit(1, HOUR));
            it.machine.settle();
            assertThat(it.snapshot().blockedSubmitters()).isEqualTo(1);
            change(it, b -> b.maxWorkers(2));
            assertThat(it.snapshot().blockedSubmitters()).isZero();
            it.machine.advance(Duration.ofSeconds(1));
            assertThat(it.snapshot().busy()).isEqualTo(2);
            assertThat(it.snapshot().queued()).isEqualTo(2);
        }
    }
}
