package dev.socketserver.internal.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The ages of connections differ by chance. */
@Timeout(60)
class ConnectionAgeTest {
    private static final Duration LIMIT = Duration.ofMinutes(30);

    @Test
    void anAgeIsATenthMoreOrLessThanTheLimitAtMost() {
        assertThat(ConnectionAge.shift(LIMIT, 0)).isEqualTo(Duration.ofMinutes(-3));
        assertThat(ConnectionAge.shift(LIMIT, 0.5)).isZero();
        assertThat(ConnectionAge.shift(LIMIT, 1)).isEqualTo(Duration.ofMinutes(3));
    }

    @Test
    void theLongestLimitIsNoMistake() {
        for (double chance : new double[] {0, 0.5, 1}) {
            long now = System.nanoTime();
            assertThat(ConnectionAge.end(Duration.ofNanos(Long.MAX_VALUE), chance, now) - now)
                    .isPositive();
        }
    }
}
