package dev.socketserver.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.socketserver.peer.Polling;
import dev.socketserver.pool.SimulatedMachine.SimulatedThread;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The bugs of the Python ThreadPoolingMixIn, each with the numbers that were measured there, none of which the pool
 * has. On a simulated machine; {@code dev.socketserver.ThreadPoolingMixInServerTest} is the part that takes sockets.
 */
@Timeout(60)
class ThreadPoolingMixInRegressionTest {
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration MILLI = Duration.ofMillis(1);

    /** Bug 1. A burst of 500 on a maximum of 10: 30 workers. */
    @Test
    void aBurstNeverExceedsTheMaximum() {
        try (SimulatedPool it = new SimulatedPool(b -> b.maxWorkers(10))) {
            it.submit(500, Duration.ofMillis(50));
            it.machine.advance(SECOND.multipliedBy(5));
            assertThat(it.done()).isEqualTo(500);
            assertThat(it.snapshot().peakSize()).isEqualTo(10);
        }
    }

    /** Bug 1. Both numbers were taken as they came. */
    @Test
    void aMinimumAboveTheMaximumIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> PoolConfig.builder().minWorkers(5).maxWorkers(3).build())
                .withMessage("maxWorkers must be at least minWorkers (5): 3");
    }

    /** Bug 2. Five long requests, then three more: never served. */
    @Test
    void requestsBelowTheThresholdAreServedBehindLongOnes() {
        try (SimulatedPool it = new SimulatedPool(UnaryOperator.identity())) {
            it.submit(5, HOUR);
            it.machine.settle();
            it.submit(3, MILLI);
            it.machine.advance(Duration.ofMillis(20));
            assertThat(it.done()).isEqualTo(3);
        }
    }

    /** Bug 2. Fifty long requests, one by one: 47 served, three stuck. */
    @Test
    void everyOneOfFiftyLongRequestsGetsAWorker() {
        try (SimulatedPool it = new SimulatedPool(UnaryOperator.identity())) {
            for (int i = 0; i < 50; i++) {
                it.submit(1, HOUR);
                it.machine.advance(MILLI);
            }
            it.machine.advance(Duration.ofMillis(20));
            assertThat(it.snapshot().busy()).isEqualTo(50);
        }
    }

    /** Bug 3. When the request came there was no thread to be had; afterwards there is, but no request comes. */
    @Test
    void growthThatWasMissedIsMadeUpWithoutAnArrival() {
        try (SimulatedPool it = new SimulatedPool(UnaryOperator.identity())) {
            it.submit(5, HOUR);
            it.machine.settle();
            it.machine.failNextStarts(4);
            it.submit(4, MILLI);
            it.machine.settle();
            assertThat(it.size()).as("no thread could be started").isEqualTo(5);
            it.machine.advance(SECOND);
            assertThat(it.done()).isEqualTo(4);
        }
    }

    /** Bug 4. Fifty trivial requests on five idle workers: about eight more are started. */
    @Test
    void thePoolDoesNotGrowWhileWorkersAreIdle() {
        try (SimulatedPool it = new SimulatedPool(UnaryOperator.identity())) {
            for (int burst = 0; burst < 10; burst++) {
                it.submit(5, MILLI);
                assertThat(it.snapshot().starting()).isZero();
                it.machine.advance(MILLI);
            }
            assertThat(it.done()).isEqualTo(50);
            assertThat(it.snapshot().started()).isEqualTo(5);
        }
    }

    /** Bug 5. Twenty workers at the least, of which a quiet pool keeps five. */
    @Test
    void theMinimumIsKeptWhenShrinking() {
        try (SimulatedPool it = new SimulatedPool(b -> b.minWorkers(20))) {
            it.submit(60, Duration.ofMillis(50));
            it.machine.advance(SECOND);
            it.trickle(Duration.ofMillis(50), Duration.ofMinutes(1), MILLI);
            assertThat(it.size()).isEqualTo(20);
        }
    }

    /** Bug 5. The name says minimum, and a pool keeps no more than that many. */
    @Test
    void minSpareWorkersIsAMinimum() {
        try (SimulatedPool it = new SimulatedPool(b -> b.minSpareWorkers(10))) {
            it.submit(30, Duration.ofMillis(50));
            it.machine.advance(Duration.ofMinutes(1));
            assertThat(it.snapshot().idle())
                    .as("spare ones, kept beyond the minimum")
                    .isEqualTo(10);
        }
    }

    /** Bug 6. Without spare workers the pool drains, and the next requests wait for a fourth. */
    @Test
    void aPoolWithoutSpareWorkersKeepsItsMinimumAndServes() {
        try (SimulatedPool it = new SimulatedPool(b -> b.minSpareWorkers(0))) {
            it.submit(20, MILLI);
            it.machine.advance(Duration.ofMinutes(1));
            assertThat(it.size()).isEqualTo(5);
            it.submit(1, MILLI);
            it.machine.advance(MILLI);
            assertThat(it.done()).isEqualTo(21);
        }
    }

    /** Bug 6. The first three hung. */
    @Test
    void aPoolWithoutMinimumServesItsFirstRequests() {
        try (SimulatedPool it = new SimulatedPool(b -> b.minWorkers(0).minSpareWorkers(0))) {
            for (int request = 1; request <= 3; request++) {
                it.submit(1, MILLI);
                it.machine.advance(Duration.ofMillis(20));
                assertThat(it.done()).isEqualTo(request);
            }
        }
    }

    /** Bug 7. Only a worker that had just served looked whether it was spare. */
    @Test
    void thePoolShrinksWithoutARequest() {
        try (SimulatedPool it = new SimulatedPool(UnaryOperator.identity())) {
            it.submit(50, Duration.ofMillis(50));
            it.machine.advance(SECOND);
            int peak = it.size();
            it.machine.advance(Duration.ofMinutes(2));
            assertThat(it.size()).isEqualTo(5).isLessThan(peak);
        }
    }

    /** Bug 7. Fifty bursts of twenty requests of 5 ms: 520 threads started, and five left. */
    @Test
    void burstsDoNotMakeThePoolThrash() {
        try (SimulatedPool it = new SimulatedPool(UnaryOperator.identity())) {
            for (int burst = 0; burst < 50; burst++) {
                it.submit(20, Duration.ofMillis(5));
                it.machine.advance(Duration.ofMillis(60));
            }
            assertThat(it.done()).isEqualTo(1_000);
            assertThat(it.snapshot().started()).isLessThanOrEqualTo(20);
            assertThat(it.snapshot().retired()).isZero();
        }
    }

    /** Bug 8. The queue took everything. */
    @Test
    void theQueueIsBounded() {
        try (SimulatedPool it =
                new SimulatedPool(b -> b.minWorkers(1).maxWorkers(1).queueCapacity(2))) {
            it.submit(1, HOUR);
            it.machine.settle();
            it.machine.spawn("submitter", () -> it.submit(10, MILLI));
            it.machine.advance(SECOND);
            assertThat(it.snapshot().queued()).isEqualTo(2);
            assertThat(it.snapshot().blockedSubmitters()).isEqualTo(1);
        }
    }

    /** Bug 8. Nothing was ever refused. */
    @Test
    void aRequestWithoutRoomMayBeRefused() {
        try (SimulatedPool it = new SimulatedPool(
                b -> b.minWorkers(1).maxWorkers(1).queueCapacity(2).overloadPolicy(OverloadPolicy.REJECT))) {
            it.submit(1, HOUR);
            it.machine.settle();
            it.submit(2, MILLI);
            assertThatExceptionOfType(TaskRejectedException.class)
                    .isThrownBy(() -> it.submit(1, MILLI))
                    .satisfies(e -> assertThat(e.reason()).isEqualTo(RejectionReason.QUEUE_FULL));
        }
    }

    /** Bug 9. Five escaping exceptions: counts leak, join hangs, the pool is dead. */
    @Test
    void anEscapingExceptionCostsNoWorkerAndDoesNotHangJoin() {
        try (SimulatedPool it = new SimulatedPool(b -> b.maxWorkers(5))) {
            for (int i = 0; i < 20; i++) {
                it.pool.execute(() -> {
                    throw new Error("expected by the test");
                });
            }
            Set<Boolean> joined = new HashSet<>();
            it.machine.spawn("joining", () -> joined.add(joinFor(it, HOUR)));
            it.machine.settle();
            assertThat(joined).as("join has returned").containsExactly(true);
            assertThat(it.snapshot().busy()).isZero();
            assertThat(it.size()).isEqualTo(5);
            it.submit(1, MILLI);
            it.machine.advance(MILLI);
            assertThat(it.done()).isEqualTo(1);
        }
    }

    /** Bug 10. The request is failed and its socket closed, and then it comes out of the queue. */
    @Test
    void aThreadThatCannotBeStartedFailsNoRequest() {
        try (SimulatedPool it = new SimulatedPool(UnaryOperator.identity())) {
            it.submit(5, Duration.ofMillis(100));
            it.machine.settle();
            it.machine.failNextStarts(Integer.MAX_VALUE);
            it.submit(10, MILLI);
            it.machine.advance(SECOND);
            assertThat(it.done()).as("none was refused, each was run once").isEqualTo(15);
            assertThat(it.snapshot().rejected()).isZero();
        }
    }

    /** Bug 11. */
    @Test
    void joinHasATimeout() {
        try (SimulatedPool it = new SimulatedPool(UnaryOperator.identity())) {
            it.submit(1, HOUR);
            Set<Boolean> results = new HashSet<>();
            it.machine.spawn("joining", () -> results.add(joinFor(it, SECOND)));
            it.machine.advance(SECOND);
            assertThat(results).containsExactly(false);
        }
    }

    /** Bug 11. */
    @Test
    void shutdownEndsTheIntakeAndTheWorkers() {
        try (SimulatedPool it = new SimulatedPool(UnaryOperator.identity())) {
            it.submit(3, MILLI);
            it.machine.advance(MILLI);
            it.pool.shutdown();
            it.machine.settle();
            assertThat(it.size()).isZero();
            assertThatExceptionOfType(TaskRejectedException.class).isThrownBy(() -> it.submit(1, MILLI));
        }
    }

    /** Bug 12. */
    @Test
    void closingWaitsForTheRequestsInFlight() throws InterruptedException {
        try (SimulatedPool it = new SimulatedPool(UnaryOperator.identity())) {
            it.submit(5, Duration.ofMillis(100));
            SimulatedThread closing = it.machine.spawn("closing", it.pool::close);
            it.machine.advance(Duration.ofMillis(99));
            assertThat(closing.isAlive()).isTrue();
            it.machine.advance(MILLI);
            closing.join(Polling.PATIENCE.toMillis());
            assertThat(closing.isAlive()).isFalse();
            assertThat(it.done()).isEqualTo(5);
            assertThat(it.size()).isZero();
        }
    }

    /** Bug 13. Between the queue and the worker a request counts nowhere, so workers seem to be spare. */
    @Test
    void aWorkerWithARequestIsBusyBeforeItBegins() {
        try (SimulatedPool it = new SimulatedPool(UnaryOperator.identity())) {
            it.submit(5, HOUR);
            assertThat(it.snapshot().busy()).as("before any of them runs").isEqualTo(5);
            assertThat(it.snapshot().idle()).isZero();
        }
    }

    /** Bug 14. */
    @Test
    void workersHaveNames() {
        try (SimulatedPool it = new SimulatedPool(b -> b.name("orders"))) {
            assertThat(it.machine.liveThreads("orders-"))
                    .as("with the supervisor")
                    .isEqualTo(6);
        }
    }

    private static boolean joinFor(SimulatedPool it, Duration timeout) {
        try {
            return it.pool.join(timeout);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
