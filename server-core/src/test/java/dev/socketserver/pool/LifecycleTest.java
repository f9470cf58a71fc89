package dev.socketserver.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.socketserver.internal.pool.ServiceTask;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LifecycleTest {
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration MILLI = Duration.ofMillis(1);
    private static final Duration SECOND = Duration.ofSeconds(1);

    @Test
    void shutdownRunsWhatIsQueuedAndTakesNoMore() {
        try (SimulatedPool it = new SimulatedPool(b -> b.maxWorkers(5))) {
            it.submit(50, MILLI);
            it.pool.shutdown();
            assertThatExceptionOfType(TaskRejectedException.class)
                    .isThrownBy(() -> it.submit(1, MILLI))
                    .satisfies(e -> assertThat(e.reason()).isEqualTo(RejectionReason.SHUTDOWN));
            it.machine.advance(SECOND);
            assertThat(it.done()).isEqualTo(50);
            assertThat(it.size()).isZero();
            assertThat(it.machine.liveThreads("worker")).as("threads").isZero();
        }
    }

    /** The idle workers ended although tasks waited for them, and the only one left was busy for an hour. */
    @Test
    void shutdownEndsNoWorkerForWhichATaskWaits() {
        SimulatedMachine machine = new SimulatedMachine();
        machine.processors(2);
        try (SimulatedPool it = new SimulatedPool(machine, b -> b.minWorkers(4).maxWorkers(4))) {
            it.submit(1, MILLI);
            it.machine.advance(SECOND); // the supervisor has nothing to do
            it.submit(3, HOUR);
            assertThat(it.snapshot().queued()).as("until the first is awake").isEqualTo(2);
            it.pool.shutdown();
            it.machine.advance(SECOND);
            assertThat(it.snapshot().busy()).isEqualTo(3);
            assertThat(it.size()).isEqualTo(3);
            it.machine.advance(HOUR);
            assertThat(it.pool.isTerminated()).isTrue();
        }
    }

    @Test
    void growthGoesOnWhileThePoolDrains() {
        try (SimulatedPool it = new SimulatedPool(b -> b.minWorkers(1))) {
            it.submit(1, HOUR);
            it.submit(3, MILLI);
            it.pool.shutdown();
            it.machine.advance(SECOND);
            assertThat(it.done()).isEqualTo(3);
        }
    }

    @Test
    void shutdownNowReturnsTheQueuedAndInterruptsTheRunning() {
        try (SimulatedPool it = new SimulatedPool(b -> b.minWorkers(2).maxWorkers(2))) {
            List<Boolean> interrupted = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                it.pool.execute(() -> interrupted.add(it.machine.sleepUnlessInterrupted(HOUR)));
            }
            it.machine.settle();
            Runnable first = () -> {};
            Runnable second = () -> {};
            it.pool.execute(first);
            it.pool.execute(second);
            assertThat(it.pool.shutdownNow()).containsExactly(first, second);
            it.machine.settle();
            assertThat(interrupted).containsExactly(true, true);
            assertThat(it.size()).isZero();
            assertThat(it.snapshot().rejected()).isEqualTo(2);
        }
    }

    @Test
    void aTaskHandedOverButNotBegunIsInterruptedToo() {
        try (SimulatedPool it = new SimulatedPool(b -> b)) {
            List<Boolean> interrupted = new ArrayList<>();
            it.pool.execute(() -> interrupted.add(it.machine.sleepUnlessInterrupted(HOUR)));
            assertThat(it.pool.shutdownNow()).isEmpty();
            it.machine.settle();
            assertThat(interrupted).containsExactly(true);
        }
    }

    @Test
    void aRejectableTaskIsToldThatItWasGivenUp() {
        try (SimulatedPool it = new SimulatedPool(b -> b.minWorkers(1).maxWorkers(1))) {
            it.submit(1, HOUR);
            List<RejectionReason> told = new ArrayList<>();
            it.pool.execute(new RejectableTask() {
                @Override
                public void run() {
                    throw new AssertionError("was given up");
                }

                @Override
                public void rejected(RejectionReason why) {
                    told.add(why);
                    throw new IllegalStateException("must not hurt the others");
                }
            });
            it.submit(1, HOUR);
            assertThat(it.pool.shutdownNow()).hasSize(2);
            assertThat(told).containsExactly(RejectionReason.SHUTDOWN);
        }
    }

    @Test
    void joinWaitsForQueuedAndRunningWhileIntakeGoesOn() {
        try (SimulatedPool it = new SimulatedPool(b -> b.minWorkers(2).maxWorkers(2))) {
            it.submit(10, MILLI);
            AtomicBoolean joined = new AtomicBoolean();
            it.machine.spawn("joiner", () -> joined.set(joins(it, HOUR)));
            it.machine.advance(Duration.ofMillis(3));
            it.submit(10, MILLI);
            it.machine.advance(Duration.ofMillis(6));
            assertThat(joined).isFalse();
            it.machine.advance(MILLI);
            assertThat(it.done()).isEqualTo(20);
            assertThat(joined).isTrue();
            it.submit(1, MILLI);
            it.machine.advance(MILLI);
            assertThat(it.done()).isEqualTo(21);
        }
    }

    @Test
    void joinGivesUpWhenItsTimeIsUp() {
        try (SimulatedPool it = new SimulatedPool(b -> b)) {
            it.submit(1, HOUR);
            AtomicBoolean joined = new AtomicBoolean(true);
            it.machine.spawn("joiner", () -> joined.set(joins(it, SECOND)));
            it.machine.advance(SECOND);
            assertThat(joined).isFalse();
        }
    }

    @Test
    void joinDoesNotWaitForAServiceTaskThatWaitsForWork() {
        try (SimulatedPool it = new SimulatedPool(b -> b)) {
            List<Boolean> joined = new ArrayList<>();
            long[] busySince = {ServiceTask.NOT_BUSY};
            it.pool.execute(new ServiceTask() {
                @Override
                public void run() {
                    it.machine.sleep(HOUR);
                }

                @Override
                public long busySince() {
                    return busySince[0];
                }
            });
            it.submit(1, SECOND);
            it.machine.spawn("joiner", () -> joined.add(joins(it, HOUR)));
            it.machine.advance(MILLI);
            assertThat(joined).as("the other one runs").isEmpty();
            it.machine.advance(SECOND);
            assertThat(joined).containsExactly(true);
            busySince[0] = it.machine.nanoTime();
            it.machine.spawn("joiner", () -> joined.add(joins(it, SECOND)));
            it.machine.advance(SECOND);
            assertThat(joined).as("now it has work").containsExactly(true, false);
        }
    }

    @Test
    void joinEndsWhenAServiceTaskIsAllThatIsLeftToBegin() {
        try (SimulatedPool it = new SimulatedPool(b -> b.minWorkers(1).maxWorkers(1))) {
            List<Boolean> joined = new ArrayList<>();
            it.submit(1, SECOND);
            it.pool.execute(new ServiceTask() {
                @Override
                public void run() {
                    it.machine.sleep(HOUR);
                }

                @Override
                public long busySince() {
                    return NOT_BUSY;
                }
            });
            it.machine.spawn("joiner", () -> joined.add(joins(it, HOUR)));
            it.machine.advance(MILLI);
            assertThat(joined).isEmpty();
            it.machine.advance(SECOND);
            assertThat(joined).containsExactly(true);
        }
    }

    @Test
    void joinOfAnIdlePoolReturnsAtOnce() throws InterruptedException {
        try (SimulatedPool it = new SimulatedPool(b -> b)) {
            it.pool.join();
            assertThat(it.pool.join(Duration.ZERO)).isTrue();
        }
    }

    @Test
    void aTaskCannotWaitForItself() {
        try (SimulatedPool it = new SimulatedPool(b -> b)) {
            List<Throwable> thrown = new ArrayList<>();
            it.pool.execute(() -> {
                try {
                    it.pool.join();
                } catch (IllegalStateException | InterruptedException e) {
                    thrown.add(e);
                }
            });
            it.machine.settle();
            assertThat(thrown).hasSize(1).first().isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void closeFromATaskDoesNotWaitForItself() {
        try (SimulatedPool it = new SimulatedPool(b -> b)) {
            it.submit(3, MILLI);
            it.pool.execute(it.pool::close);
            it.machine.advance(SECOND);
            assertThat(it.done()).isEqualTo(3);
            assertThat(it.size()).isZero();
        }
    }

    @Test
    void closeWaitsForWhatRunsAndAnInterruptHurriesIt() {
        try (SimulatedPool it = new SimulatedPool(b -> b.minWorkers(1).maxWorkers(1))) {
            List<Object> seen = new ArrayList<>();
            it.pool.execute(() -> seen.add(it.machine.sleepUnlessInterrupted(HOUR)));
            it.submit(1, MILLI);
            var closer = it.machine.spawn("closer", () -> {
                it.pool.close();
                seen.add(Thread.currentThread().isInterrupted());
            });
            it.machine.advance(SECOND);
            assertThat(seen).isEmpty();
            closer.interrupt();
            it.machine.settle();
            assertThat(seen).containsExactly(true, true);
            assertThat(it.done()).as("given up").isZero();
        }
    }

    @Test
    void shutdownTwiceAndShutdownNowAfterwardsAreHarmless() {
        try (SimulatedPool it = new SimulatedPool(b -> b)) {
            it.pool.shutdown();
            it.pool.shutdown();
            it.machine.settle();
            assertThat(it.pool.shutdownNow()).isEmpty();
            it.pool.close();
            assertThat(it.size()).isZero();
        }
    }

    private static boolean joins(SimulatedPool it, Duration timeout) {
        try {
            return it.pool.join(timeout);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aTimeoutOfMoreThanTheClockCanCountIsNone() throws Exception {
        Duration longest = Duration.ofSeconds(Long.MAX_VALUE, 999_999_999);
        try (var pool = new ElasticThreadPool(PoolConfig.defaults())) {
            pool.execute(() -> {});
            assertThat(pool.join(longest)).isTrue();
            assertThat(pool.awaitTermination(longest.negated())).isFalse();
            pool.shutdown();
            assertThat(pool.awaitTermination(longest)).isTrue();
        }
    }
}
