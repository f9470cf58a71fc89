package dev.socketserver.internal.util;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class BackoffTest {
    private final Backoff backoff = new Backoff();

    private List<Long> next(int count) {
        return Stream.generate(backoff::next)
                .limit(count)
                .map(nanos -> Duration.ofNanos(nanos).toMillis())
                .toList();
    }

    @Test
    void pausesDoubleFrom5MillisecondsTo1Second() {
        assertThat(next(10)).containsExactly(5L, 10L, 20L, 40L, 80L, 160L, 320L, 640L, 1000L, 1000L);
    }

    @Test
    void aSuccessBeginsAnew() {
        assertThat(next(4)).hasSize(4);
        assertThat(backoff.isFailing()).isTrue();
        backoff.reset();
        assertThat(backoff.isFailing()).isFalse();
        assertThat(next(2)).containsExactly(5L, 10L);
    }
}
