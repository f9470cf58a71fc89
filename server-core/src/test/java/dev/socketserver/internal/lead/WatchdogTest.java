package dev.socketserver.internal.lead;

import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.internal.pool.ServicePool;
import dev.socketserver.pool.AbortableTask;
import dev.socketserver.pool.ElasticThreadPool;
import dev.socketserver.pool.PoolConfig;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** When the watchdog looks next, by what it has found, on the test's clock; and that it misses no turn by resting. */
@Timeout(60)
class WatchdogTest {
    private final Watchdog watchdog = new Watchdog("server", () -> {});
    private final long start = System.nanoTime();

    private Duration next(Lead.Finding found, Duration after) {
        return watchdog.next(found, start + after.toNanos());
    }

    @Test
    void theTickGrowsWhileTurnsKeepMoving() {
        Duration began = Duration.ofHours(1);
        next(Lead.Finding.BLOCKED_AGAIN, began);
        for (int millis : new int[] {0, 100, 200, 500, 1_000, 10_000}) {
            Duration calm = Duration.ofMillis(millis);
            Duration tick = next(Lead.Finding.MOVED, began.plus(calm));
            assertThat(tick).isBetween(Watchdog.TICK, Watchdog.LONGEST_TICK);
            assertThat(tick)
                    .as("after %s without a blocked handler", calm)
                    .isLessThanOrEqualTo(
                            calm.compareTo(Watchdog.TICK.multipliedBy(Watchdog.CALM_SHARE)) < 0
                                    ? Watchdog.TICK
                                    : calm.dividedBy(Watchdog.CALM_SHARE));
        }
        assertThat(next(Lead.Finding.MOVED, began.plusHours(1))).isEqualTo(Watchdog.LONGEST_TICK);
    }

    @Test
    void aTurnThatIsStillTheSameIsLookedAtSoon() {
        Duration calm = Duration.ofHours(1);
        assertThat(next(Lead.Finding.MOVED, calm)).isEqualTo(Watchdog.LONGEST_TICK);
        assertThat(next(Lead.Finding.STILL, calm)).isEqualTo(Watchdog.TICK);
        assertThat(next(Lead.Finding.STRANDED, calm)).isEqualTo(Watchdog.TICK);
    }

    @Test
    void aBlockedHandlerMakesTheTickShort() {
        Duration calm = Duration.ofHours(1);
        next(Lead.Finding.MOVED, calm);
        assertThat(next(Lead.Finding.BLOCKED_AGAIN, calm)).isEqualTo(Watchdog.TICK);
        assertThat(next(Lead.Finding.MOVED, calm.plusMillis(1))).isEqualTo(Watchdog.TICK);
        assertThat(next(Lead.Finding.BLOCKED, calm)).isLessThan(Watchdog.TICK);
        assertThat(next(Lead.Finding.MOVED, calm)).isLessThan(Watchdog.TICK);
    }

    @Test
    void itRestsOnlyWhenThereWasNothingToLookAtForAWhile() {
        Duration calm = Duration.ofHours(1);
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < Watchdog.REST_TICKS; i++) {
                assertThat(next(Lead.Finding.IDLE, calm)).isEqualTo(Watchdog.TICK);
            }
            next(Lead.Finding.STILL, calm);
        }
        for (int i = 0; i < Watchdog.REST_TICKS; i++) {
            next(Lead.Finding.IDLE, calm);
        }
        assertThat(next(Lead.Finding.IDLE, calm)).isZero();
    }

    /** A leader whose turns block until the lead is taken away; each begins about when the watchdog goes to rest. */
    private static final class Blocking implements Lead.Role {
        private static final int TURNS = 100;

        private final CountDownLatch lost = new CountDownLatch(TURNS);
        private final AtomicReference<@Nullable Lead> lead = new AtomicReference<>();

        @Override
        public void lead() {
            Lead led = Objects.requireNonNull(lead.get());
            long rest = Watchdog.TICK.toNanos() * Watchdog.REST_TICKS;
            long end = System.nanoTime() + rest + ThreadLocalRandom.current().nextLong(rest / 2);
            for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
            long turn = led.begin();
            while (led.leadership().seen() == turn && lost.getCount() > 0) {
                LockSupport.parkNanos(Watchdog.TICK.toNanos());
            }
            lost.countDown();
        }

        @Override
        public void hurry() {}

        @Override
        public void standIn() {}

        @Override
        public @Nullable AbortableTask servedBy(Thread thread) {
            return null;
        }
    }

    @Test
    void aTurnThatBeginsWhenItGoesToRestIsNotMissed() throws InterruptedException {
        var blocking = new Blocking();
        try (var pool = new ElasticThreadPool(PoolConfig.builder().build())) {
            Lead lead = new Lead(Objects.requireNonNull(ServicePool.of(pool)), blocking, new HandlerTimes());
            blocking.lead.set(lead);
            watchdog.watch(lead);
            watchdog.start();
            lead.callForLeader();
            blocking.lost.await();
            watchdog.stop();
        }
    }
}
