package dev.socketserver;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class DeadlineTest {
    private static final long MINUTE = Duration.ofMinutes(1).toNanos();

    private final Deadline deadline = new Deadline();

    @Test
    void oneThatIsNotArmedNeverExpires() {
        assertThat(deadline.expire(System.nanoTime() + MINUTE)).isFalse();
        assertThat(deadline.disarm()).isTrue();
    }

    @Test
    void aTimeoutOfZeroIsNone() {
        deadline.arm(0);
        assertThat(deadline.expire(System.nanoTime() + MINUTE)).isFalse();
        assertThat(deadline.disarm()).isTrue();
    }

    @Test
    void anOverdueOneExpiresOnceAndTheOperationLearnsOfIt() {
        deadline.arm(1);
        assertThat(deadline.expire(System.nanoTime() + 1)).isTrue();
        assertThat(deadline.expire(System.nanoTime() + 1)).isFalse();
        assertThat(deadline.disarm()).isFalse();
        assertThat(deadline.disarm()).as("the next operation").isTrue();
    }

    @Test
    void oneThatIsNotOverdueDoesNotExpire() {
        deadline.arm(MINUTE);
        assertThat(deadline.expire(System.nanoTime())).isFalse();
        assertThat(deadline.disarm()).isTrue();
    }

    @Test
    void aDisarmedOneDoesNotExpire() {
        deadline.arm(1);
        assertThat(deadline.disarm()).isTrue();
        assertThat(deadline.expire(System.nanoTime() + MINUTE)).isFalse();
    }

    @Test
    void theLongestTimeoutDoesNotExpireAtOnce() {
        deadline.arm(Long.MAX_VALUE);
        assertThat(deadline.expire(System.nanoTime())).isFalse();
        assertThat(deadline.expire(System.nanoTime() + MINUTE)).isFalse();
        assertThat(deadline.disarm()).isTrue();
    }

    @Test
    void eitherTheOperationIsInTimeOrOneExpiryEndsIt() throws Exception {
        var expiries = new AtomicInteger();
        var done = new AtomicBoolean();
        var expiring = new Thread(() -> {
            while (!done.get()) {
                if (deadline.expire(System.nanoTime())) {
                    expiries.incrementAndGet();
                }
            }
        });
        expiring.start();
        int late = 0;
        for (int i = 0; i < 200_000; i++) {
            deadline.arm(1);
            if (!deadline.disarm()) {
                late++;
            }
        }
        done.set(true);
        expiring.join();
        assertThat(expiries).hasValue(late);
    }
}
