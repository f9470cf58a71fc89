package dev.socketserver.pool;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import dev.socketserver.peer.CapturedLog;
import dev.socketserver.peer.Polling;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.InstanceOfAssertFactories;
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
            it.machine.advance(SECOND);
            assertThat(it.snapshot().stuck()).isEqualTo(1);
            it.machine.advance(SECOND);
            assertThat(it.snapshot().stuckTasks()).isEqualTo(1);
            it.machine.advance(SECOND);
            assertThat(it.snapshot().stuck()).isZero();
            assertThat(it.snapshot().stuckTasks()).isEqualTo(1);
        }
    }

    @Test
    void tasksThatStartLaterAreFoundInTime() {
        try (SimulatedPool it = new SimulatedPool(b -> b.stuckAfter(SECOND))) {
            it.submit(1, HOUR);
            it.machine.advance(Duration.ofMillis(900));
            it.submit(1, HOUR);
            it.machine.advance(Duration.ofMillis(999));
            assertThat(it.snapshot().stuck()).isEqualTo(1);
            it.machine.advance(Duration.ofMillis(2));
            assertThat(it.snapshot().stuck()).isEqualTo(2);
        }
    }

    @Test
    void aTaskIsNotStuckBecauseTheProcessWasSuspended() {
        try (SimulatedPool it = new SimulatedPool(b -> b.stuckAfter(SECOND).stuckAction(StuckAction.ABORT))) {
            List<Boolean> interrupted = new ArrayList<>();
            it.pool.execute(() -> interrupted.add(it.machine.sleepUnlessInterrupted(HOUR)));
            it.machine.advance(Duration.ofMillis(600));
            it.pool.execute(() -> interrupted.add(it.machine.sleepUnlessInterrupted(Duration.ofMillis(500))));
            it.machine.suspend(SECOND.multipliedBy(90));
            it.machine.advance(SECOND);
            assertThat(interrupted).containsExactly(false, true);
            assertThat(it.snapshot().stuckTasks()).isEqualTo(1);
        }
    }

    @Test
    void reportingInterruptsNobody() {
        try (SimulatedPool it = new SimulatedPool(b -> b.stuckAfter(SECOND))) {
            List<Boolean> interrupted = new ArrayList<>();
            it.pool.execute(() -> interrupted.add(it.machine.sleepUnlessInterrupted(SECOND.multipliedBy(2))));
            it.machine.advance(SECOND.multipliedBy(3));
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
                    seen.add("interrupted " + it.machine.sleepUnlessInterrupted(HOUR));
                }

                @Override
                public void abort() {
                    seen.add("aborted");
                }
            });
            it.machine.advance(SECOND);
            assertThat(seen).containsExactlyInAnyOrder("aborted", "interrupted true");
            it.pool.execute(() -> seen.add("next " + Thread.currentThread().isInterrupted()));
            it.machine.settle();
            assertThat(seen).contains("next false");
            assertThat(it.snapshot().stuck()).isZero();
        }
    }

    @Test
    void aTaskThatIsAbortedWhileAnotherRunsInsideItSeesTheInterruptAfterwards() {
        try (SimulatedPool it = new SimulatedPool(b -> b.minWorkers(1)
                .maxWorkers(1)
                .queueCapacity(0)
                .stuckAfter(SECOND)
                .stuckAction(StuckAction.ABORT))) {
            List<String> seen = new ArrayList<>();
            it.pool.execute(() -> {
                it.pool.execute(() -> it.machine.sleep(SECOND.multipliedBy(2)));
                seen.add("interrupted " + it.machine.sleepUnlessInterrupted(HOUR));
            });
            it.machine.advance(SECOND.multipliedBy(3));
            assertThat(seen).containsExactly("interrupted true");
        }
    }

    @Test
    void theReportComesBeforeTheInterrupt() {
        try (SimulatedPool it = new SimulatedPool(b -> b.stuckAfter(SECOND).stuckAction(StuckAction.ABORT))) {
            AtomicReference<Thread> worker = new AtomicReference<>();
            List<Boolean> interruptedBefore = new ArrayList<>();
            it.pool.execute(new Runnable() {
                @Override
                public void run() {
                    worker.set(Thread.currentThread());
                    it.machine.sleepUnlessInterrupted(HOUR);
                }

                @Override
                public String toString() {
                    interruptedBefore.add(Objects.requireNonNull(worker.get()).isInterrupted());
                    return "a task that is interrupted";
                }
            });
            it.machine.advance(SECOND);
            assertThat(interruptedBefore).isNotEmpty().first().isEqualTo(false);
            assertThat(it.snapshot().stuck()).as("it has been interrupted").isZero();
        }
    }

    @Test
    void aTaskThatEndsWhileItIsReportedIsReportedFirstAndThenItsEnd() throws Exception {
        PoolConfig config = PoolConfig.builder()
                .name("stuck")
                .stuckAfter(Duration.ofMillis(20))
                .build();
        List<String> lines;
        try (var written = new CapturedLog(ElasticThreadPool.class);
                var pool = new ElasticThreadPool(config)) {
            CountDownLatch mayEnd = new CountDownLatch(1);
            pool.execute(new Runnable() {
                @Override
                public void run() {
                    awaitQuietly(mayEnd);
                }

                @Override
                public String toString() {
                    mayEnd.countDown();
                    try {
                        assertThat(Polling.await(() -> pool.snapshot().stuck() == 0
                                        && pool.snapshot().busy() == 0))
                                .isTrue();
                    } catch (Exception e) {
                        throw new AssertionError(e);
                    }
                    return "a task that ends meanwhile";
                }
            });
            awaitQuietly(mayEnd);
            assertThat(Polling.await(() -> written.lines().size() == 2)).isTrue();
            lines = written.lines();
        }
        assertThat(lines.get(0))
                .contains("has run for", "a task that ends meanwhile")
                .doesNotContain("awaitSlot");
        assertThat(lines.get(1)).contains("finished after");
    }

    @Test
    void theReportShowsWhereTheTaskStands() {
        try (var written = new CapturedLog(ElasticThreadPool.class);
                SimulatedPool it = new SimulatedPool(b -> b.stuckAfter(SECOND).stuckAction(StuckAction.ABORT))) {
            it.pool.execute(() -> stand(it.machine));
            it.machine.advance(SECOND);
            assertThat(written.lines())
                    .satisfiesExactly(
                            first -> assertThat(first).contains("has run for", "StuckTest.stand"),
                            second -> assertThat(second).contains("finished after"));
        }
    }

    private static void stand(SimulatedMachine machine) {
        assertThat(machine.sleepUnlessInterrupted(HOUR)).isTrue();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void stuckWorkersAreCompensatedUpToTheCap() {
        try (SimulatedPool it = new SimulatedPool(
                b -> b.minWorkers(3).maxWorkers(3).stuckAfter(SECOND).stuckCompensation(2))) {
            it.submit(3, SECOND.multipliedBy(5));
            it.submit(5, HOUR);
            it.machine.advance(Duration.ofMillis(999));
            assertThat(it.size()).isEqualTo(3);
            it.machine.advance(Duration.ofMillis(100));
            assertThat(it.size()).as("two of three stuck ones").isEqualTo(5);
            it.machine.advance(SECOND.multipliedBy(3));
            assertThat(it.size()).isEqualTo(5);
        }
    }

    @Test
    void compensationEndsWithTheRecovery() {
        try (SimulatedPool it = new SimulatedPool(
                b -> b.minWorkers(1).maxWorkers(1).stuckAfter(SECOND).stuckCompensation(4))) {
            it.submit(1, SECOND.multipliedBy(2));
            it.submit(5, Duration.ofMillis(300));
            it.machine.advance(SECOND.multipliedBy(3));
            assertThat(it.size()).isEqualTo(1);
            assertThat(it.done()).isEqualTo(6);
        }
    }

    @Test
    void aTaskThatCannotBeNamedIsReportedByItsClass() {
        class Nameless implements Runnable {
            private final SimulatedPool it;

            Nameless(SimulatedPool it) {
                this.it = it;
            }

            @Override
            public void run() {
                it.machine.sleep(SECOND.multipliedBy(3));
            }

            @Override
            public String toString() {
                throw new IllegalStateException("says the test");
            }
        }

        try (var written = new CapturedLog(ElasticThreadPool.class);
                SimulatedPool it = new SimulatedPool(b -> b.stuckAfter(SECOND))) {
            it.pool.execute(new Nameless(it));
            it.machine.advance(SECOND.multipliedBy(4));
            assertThat(written.lines(Level.WARN))
                    .hasSize(2)
                    .allMatch(line -> line.contains(Nameless.class.getName()))
                    .first(InstanceOfAssertFactories.STRING)
                    .contains("has run for 1000 ms");
        }
    }

    @Test
    void aTaskThatCannotEvenBeNamedStopsNobodyFromLookingAfterThePool() {
        try (SimulatedPool it =
                new SimulatedPool(b -> b.minWorkers(1).minSpareWorkers(0).stuckAfter(SECOND))) {
            it.pool.execute(new Runnable() {
                @Override
                public void run() {
                    it.machine.sleep(HOUR);
                }

                @Override
                public String toString() {
                    throw new IllegalStateException("says the test");
                }
            });
            it.machine.advance(SECOND.multipliedBy(2));
            assertThat(it.snapshot().stuckTasks()).isEqualTo(1);
            it.submit(1, SECOND);
            it.machine.advance(SECOND.multipliedBy(2));
            assertThat(it.done())
                    .as("a worker was added for the one that waited")
                    .isEqualTo(1);
        }
    }

    @Test
    void aStuckWorkerOfAPoolWithoutALimitDoesNotKeepItFromGrowing() {
        try (SimulatedPool it = new SimulatedPool(b -> b.minWorkers(1)
                .maxWorkers(Integer.MAX_VALUE)
                .minSpareWorkers(0)
                .stuckAfter(SECOND)
                .stuckCompensation(1))) {
            it.submit(1, HOUR);
            it.machine.advance(SECOND);
            assertThat(it.snapshot().stuck()).isEqualTo(1);
            it.submit(1, SECOND);
            it.machine.advance(SECOND.multipliedBy(2));
            assertThat(it.done()).isEqualTo(1);
        }
    }

    @Test
    void aSubmitterThatWaitsForRoomIsServedByTheStandInOfAStuckWorker() {
        try (SimulatedPool it = new SimulatedPool(b -> b.minWorkers(1)
                .maxWorkers(1)
                .queueCapacity(0)
                .maxQueueWait(HOUR)
                .stuckAfter(SECOND)
                .stuckCompensation(1))) {
            it.submit(1, HOUR);
            it.machine.spawn("submitter", () -> it.submit(1, SECOND));
            it.machine.settle();
            assertThat(it.snapshot().blockedSubmitters()).isEqualTo(1);
            it.machine.advance(SECOND.multipliedBy(3));
            assertThat(it.snapshot().blockedSubmitters()).isZero();
            assertThat(it.done()).isEqualTo(1);
        }
    }
}
