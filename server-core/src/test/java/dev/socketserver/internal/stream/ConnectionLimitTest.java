package dev.socketserver.internal.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.ServerConfig;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class ConnectionLimitTest {
    @ParameterizedTest
    @CsvSource({"0, 1", "65, 1", "66, 2", "160, 96", "640, 576", "20000, 18000", "9223372036854775807, 2147483647"})
    void theDefaultLeavesATenthAndSixtyFourAtLeast(long free, int most) {
        assertThat(ConnectionLimit.most(free)).isEqualTo(most);
    }

    @Test
    void aGivenLimitIsTheLimit() {
        assertThat(ConnectionLimit.most(ServerConfig.builder().maxConnections(7).build()))
                .isEqualTo(7);
        assertThat(ConnectionLimit.most(ServerConfig.builder().build())).isPositive();
    }

    @Test
    void whoeverWaitsForAPlaceIsWokenOnceOneIsFreeAndNotOtherwise() {
        var woken = new AtomicInteger();
        var limit = new ConnectionLimit(2, woken::incrementAndGet);
        limit.enter();
        assertThat(limit.isAwaited()).isFalse();
        limit.enter();
        assertThat(limit.isReached()).isTrue();
        assertThat(limit.isAwaited()).isTrue();
        limit.leave();
        assertThat(woken).hasValue(1);
        assertThat(limit.isAwaited()).isFalse();
        limit.leave();
        assertThat(woken).hasValue(1);
        assertThat(limit.count()).isZero();
    }

    @Test
    void theLastTenthIsNotEasy() {
        var limit = new ConnectionLimit(20, () -> {});
        for (int i = 0; i < 18; i++) {
            limit.enter();
        }
        assertThat(limit.beyondEasy()).isZero();
        limit.enter();
        assertThat(limit.beyondEasy()).isEqualTo(1);
    }
}
