package dev.socketserver.internal.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TimeAtLimitTest {
    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5); // overflows in the course of the test
    private final TimeAtLimit time = new TimeAtLimit(now::get);

    @Test
    void theTotalIncludesTheCurrentTime() {
        assertThat(time.total()).isZero();
        time.reached();
        now.addAndGet(10);
        assertThat(time.total()).isEqualTo(Duration.ofNanos(10));
        assertThat(time.left()).isEqualTo(Duration.ofNanos(10));
        now.addAndGet(100);
        assertThat(time.total()).isEqualTo(Duration.ofNanos(10));
        time.reached();
        now.addAndGet(1);
        assertThat(time.total()).isEqualTo(Duration.ofNanos(11));
        assertThat(time.left()).isEqualTo(Duration.ofNanos(1));
        assertThat(time.times()).isEqualTo(2);
    }
}
