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
        assertThat(config).isNotEqualTo(PoolConfig.defaults());
    }

    @Test
    void badValuesAreNamedWithTheirOption() {
        refuses(b -> b.maxWorkers(3), "maxWorkers must be at least minWorkers (5): 3");
        refuses(b -> b.minWorkers(-1), "minWorkers must not be negative: -1");
        refuses(b -> b.minWorkers(0).maxWorkers(0), "maxWorkers must be positive: 0");
        refuses(b -> b.minSpareWorkers(-1), "minSpareWorkers must not be negative: -1");
        refuses(b -> b.queueThreshold(-2), "queueThreshold must not be negative: -2");
        refuses(b -> b.queueCapacity(-1), "queueCapacity must not be negative: -1");
        refuses(b -> b.maxQueueWait(Duration.ZERO), "maxQueueWait must be positive and at most a year: PT0S");
        refuses(b -> b.idleWindow(Duration.ofDays(366)), "idleWindow must be positive and at most a year: PT8784H");
        refuses(b -> b.name(" "), "name must not be blank:  ");
    }

    private static void refuses(UnaryOperator<PoolConfig.Builder> change, String message) {
        PoolConfig.Builder builder = change.apply(PoolConfig.builder());
        assertThatIllegalArgumentException().isThrownBy(builder::build).withMessage(message);
    }
}
