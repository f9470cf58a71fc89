package dev.socketserver.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class PoolConfigTest {

    @Test
    void defaultsAreThoseOfTheMixIn() {
        PoolConfig config = PoolConfig.defaults();
        assertThat(config.minWorkers()).isEqualTo(5);
        assertThat(config.maxWorkers()).isEqualTo(100);
        assertThat(config.minSpareWorkers()).isEqualTo(5);
        assertThat(config.queueThreshold()).isEqualTo(3);
        assertThat(config.overloadPolicy()).isEqualTo(OverloadPolicy.BLOCK);
        assertThat(config.workerKind()).isEqualTo(WorkerKind.PLATFORM);
        assertThat(config.daemon()).isFalse();
    }

    @Test
    void toBuilderKeepsEveryValue() {
        PoolConfig config = PoolConfig.builder()
                .name("orders")
                .minWorkers(1)
                .maxWorkers(2)
                .minSpareWorkers(3)
                .queueThreshold(4)
                .maxQueueWait(Duration.ofMillis(6))
                .queueCapacity(7)
                .idleWindow(Duration.ofSeconds(8))
                .overloadPolicy(OverloadPolicy.REJECT)
                .adaptiveTarget(Duration.ofMillis(9))
                .adaptiveInterval(Duration.ofMillis(10))
                .stuckAfter(Duration.ofSeconds(11))
                .stuckAction(StuckAction.ABORT)
                .stuckCompensation(12)
                .workerKind(WorkerKind.VIRTUAL)
                .daemon(true)
                .build();
        assertThat(config.toBuilder().build()).isEqualTo(config);
        assertThat(config).hasSameHashCodeAs(config.toBuilder().build()).isNotEqualTo(PoolConfig.defaults());
    }

    @Test
    void itShowsEveryOption() {
        assertThat(PoolConfig.defaults().toString())
                .isEqualTo("PoolConfig[name=worker, minWorkers=5, maxWorkers=100, minSpareWorkers=5, "
                        + "queueThreshold=3, maxQueueWait=PT0.001S, queueCapacity=1024, idleWindow=PT5S, "
                        + "overloadPolicy=BLOCK, adaptiveTarget=PT0.005S, adaptiveInterval=PT0.1S, stuckAfter=PT10M, "
                        + "stuckAction=REPORT, stuckCompensation=0, workerKind=PLATFORM, daemon=false]");
    }

    @Test
    void theLongestTimesAreAsGoodAsNever() {
        Duration longest = Duration.ofNanos(Long.MAX_VALUE);
        try (SimulatedPool it = new SimulatedPool(
                b -> b.minWorkers(1).maxQueueWait(longest).idleWindow(longest).stuckAfter(longest))) {
            it.submit(6, Duration.ofHours(1));
            it.machine.advance(Duration.ofDays(365));
            assertThat(it.snapshot().stuckTasks()).isZero();
            assertThat(it.snapshot().retired()).isZero();
            assertThat(it.done()).isEqualTo(6);
        }
    }

    @Test
    void badValuesAreNamedWithTheirOption() {
        refuses(b -> b.maxWorkers(3), "maxWorkers must be at least minWorkers (5): 3");
        refuses(b -> b.minWorkers(-1), "minWorkers must be at least 0: -1");
        refuses(b -> b.minWorkers(0).maxWorkers(0), "maxWorkers must be at least 1: 0");
        refuses(b -> b.minSpareWorkers(-1), "minSpareWorkers must be at least 0: -1");
        refuses(b -> b.queueThreshold(-2), "queueThreshold must be at least 0: -2");
        refuses(b -> b.queueCapacity(-1), "queueCapacity must be at least 0: -1");
        refuses(b -> b.maxQueueWait(Duration.ZERO), "maxQueueWait must be positive: PT0S");
        refuses(b -> b.idleWindow(Duration.ofDays(1_000_000)), "idleWindow must be at most 292 years: PT24000000H");
        refuses(b -> b.name(" "), "name must not be blank:  ");
    }

    private static void refuses(UnaryOperator<PoolConfig.Builder> change, String message) {
        PoolConfig.Builder builder = change.apply(PoolConfig.builder());
        assertThatIllegalArgumentException().isThrownBy(builder::build).withMessage(message);
    }
}
