package dev.socketserver.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.internal.pool.ServiceTask;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class AdaptiveTest {
    private static final Duration TARGET = Duration.ofMillis(5);
    private static final Duration INTERVAL = Duration.ofMillis(100);
    private static final long MILLI = 1_000_000;

    private static Overload.Codel codelAfter(long... waitsEachTenMillis) {
        Overload.Codel codel = new Overload.Codel();
        long now = Long.MAX_VALUE - 3 * MILLI;
        for (long wait : waitsEachTenMillis) {
            codel.observe(wait * MILLI, now, TARGET, INTERVAL);
            now += 10 * MILLI;
        }
        return codel;
    }

    @Test
    void oneShortWaitInAnIntervalMeansABurstNotOverload() {
        assertThat(codelAfter(9, 50, 50, 50, 50, 1, 50, 50, 50, 50, 50, 50).isOverloaded())
                .isFalse();
    }

    @Test
    void aWholeIntervalOfLongWaitsMeansOverload() {
        assertThat(codelAfter(9, 9, 9, 9, 9, 9, 9, 9, 9, 9).isOverloaded()).isFalse();
        assertThat(codelAfter(9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9).isOverloaded()).isTrue();
    }

    @Test
    void overloadEndsWithAnIntervalThatSawAShortWait() {
        assertThat(codelAfter(9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 0, 9, 9, 9, 9, 9, 9, 9, 9, 9)
                        .isOverloaded())
                .isFalse();
    }

    /** Ten times what the pool can do: all that is served is served early, and nothing is lost. */
    @Test
    void underOverloadTheNewestAreServedAndTheLateOnesTold() {
        try (SimulatedPool it =
                new SimulatedPool(b -> b.minWorkers(4).maxWorkers(4).overloadPolicy(OverloadPolicy.ADAPTIVE))) {
            List<Duration> waits = new ArrayList<>();
            List<RejectionReason> shed = new ArrayList<>();
            for (int i = 0; i < 4_000; i++) {
                it.pool.execute(new Request(it, waits, shed));
                it.machine.advance(Duration.ofNanos(250_000));
            }
            assertThat(it.snapshot().overloaded()).isTrue();
            it.machine.advance(Duration.ofSeconds(1));
            assertThat(it.snapshot().queued()).isZero();
            assertThat(waits.size() + shed.size()).isEqualTo(4_000);
            assertThat(shed).containsOnly(RejectionReason.WAITED_TOO_LONG);
            assertThat(waits.stream().filter(wait -> wait.toMillis() <= 10).count())
                    .isGreaterThan(waits.size() * 3L / 4);
            assertThat(it.snapshot().rejectionsByReason())
                    .containsEntry(RejectionReason.WAITED_TOO_LONG, (long) shed.size());
            it.submit(1, Duration.ofMillis(1));
            it.machine.advance(Duration.ofMillis(1));
            assertThat(it.done()).as("recovered").isEqualTo(1);
        }
    }

    /** The worker that tells them would have taken the newest one before, and made it wait. */
    @Test
    void theNewestIsServedEarlyThoughItTakesLongToTellTheLateOnes() {
        try (SimulatedPool it =
                new SimulatedPool(b -> b.minWorkers(4).maxWorkers(4).overloadPolicy(OverloadPolicy.ADAPTIVE))) {
            List<Duration> waits = new ArrayList<>();
            List<RejectionReason> told = new ArrayList<>();
            for (int i = 0; i < 1_000; i++) {
                long born = it.machine.nanoTime();
                it.pool.execute(new RejectableTask() {
                    @Override
                    public void run() {
                        waits.add(Duration.ofNanos(it.machine.nanoTime() - born));
                        it.machine.sleep(Duration.ofMillis(50));
                    }

                    @Override
                    public void rejected(RejectionReason why) {
                        told.add(why);
                        it.machine.sleep(Duration.ofMillis(20));
                    }
                });
                it.machine.advance(Duration.ofMillis(10));
            }
            assertThat(told).hasSizeGreaterThan(100);
            assertThat(waits.subList(waits.size() / 2, waits.size()))
                    .hasSizeGreaterThan(100)
                    .allSatisfy(wait -> assertThat(wait).isLessThanOrEqualTo(Duration.ofMillis(30)));
        }
    }

    private static SimulatedPool overloaded(UnaryOperator<PoolConfig.Builder> options) {
        SimulatedPool it = new SimulatedPool(
                b -> options.apply(b.minWorkers(1).maxWorkers(1).overloadPolicy(OverloadPolicy.ADAPTIVE)));
        for (int i = 0; i < 300; i++) {
            it.submit(1, Duration.ofMillis(10));
            it.machine.advance(Duration.ofMillis(1));
        }
        assertThat(it.snapshot().overloaded()).isTrue();
        return it;
    }

    @Test
    void anIdlePoolIsOverloadedNoLongerThanAnInterval() {
        try (SimulatedPool it = overloaded(b -> b)) {
            it.machine.advance(Duration.ofMillis(50));
            assertThat(it.snapshot().idle()).isEqualTo(1);
            it.machine.advance(INTERVAL);
            assertThat(it.snapshot().overloaded()).isFalse();
        }
    }

    @Test
    void aPoolThatIsAdaptiveNoMoreIsNotOverloaded() {
        try (SimulatedPool it = overloaded(b -> b)) {
            it.pool.reconfigure(it.pool.config().toBuilder()
                    .overloadPolicy(OverloadPolicy.BLOCK)
                    .build());
            assertThat(it.snapshot().overloaded()).isFalse();
        }
    }

    @Test
    void aServiceTaskThatHasWaitedTooLongIsServedNext() {
        try (SimulatedPool it = overloaded(b -> b.stuckAfter(Duration.ofHours(1)))) {
            List<String> seen = new ArrayList<>();
            it.submit(1, Duration.ofMillis(30)); // the newest, hence next
            it.machine.advance(Duration.ofMillis(10));
            long rejected = it.snapshot().rejected();
            int queued = it.snapshot().queued();
            assertThat(it.services.tryExecute(new ServiceTask() {
                        @Override
                        public void run() {
                            seen.add("service");
                        }

                        @Override
                        public long busySince() {
                            return NOT_BUSY;
                        }
                    }))
                    .isTrue();
            it.machine.advance(Duration.ofMillis(25));
            it.pool.execute(() -> seen.add("newest"));
            it.machine.advance(Duration.ofMillis(10));
            assertThat(seen).containsExactly("service", "newest");
            assertThat(it.snapshot().rejected()).isEqualTo(rejected + queued);
        }
    }

    @Test
    void withoutOverloadTheOldestIsFirst() {
        try (SimulatedPool it =
                new SimulatedPool(b -> b.minWorkers(1).maxWorkers(1).overloadPolicy(OverloadPolicy.ADAPTIVE))) {
            List<Integer> order = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                int number = i;
                it.pool.execute(() -> order.add(number));
            }
            it.machine.settle();
            assertThat(order).containsExactly(0, 1, 2, 3, 4);
        }
    }

    @Test
    void aFullAdaptiveQueueShedsItsOldest() {
        try (SimulatedPool it = new SimulatedPool(
                b -> b.minWorkers(1).maxWorkers(1).queueCapacity(2).overloadPolicy(OverloadPolicy.ADAPTIVE))) {
            it.submit(5, Duration.ofHours(1));
            assertThat(it.snapshot().rejectionsByReason())
                    .containsAllEntriesOf(Map.of(RejectionReason.SHED_OLDEST, 2L, RejectionReason.QUEUE_FULL, 0L));
        }
    }

    /** Notes how long it waited, or why it was not run. */
    private record Request(SimulatedPool it, List<Duration> waits, List<RejectionReason> shed, long born)
            implements RejectableTask {
        Request(SimulatedPool it, List<Duration> waits, List<RejectionReason> shed) {
            this(it, waits, shed, it.machine.nanoTime());
        }

        @Override
        public void run() {
            waits.add(Duration.ofNanos(it.machine.nanoTime() - born));
            it.machine.sleep(Duration.ofMillis(10));
        }

        @Override
        public void rejected(RejectionReason why) {
            shed.add(why);
        }
    }
}
