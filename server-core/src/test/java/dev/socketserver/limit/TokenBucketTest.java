package dev.socketserver.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rates and bursts. */
@Timeout(60)
class TokenBucketTest {
    private final Clock clock = new Clock();

    private static int take(TokenBucket bucket, int tries) {
        int taken = 0;
        for (int i = 0; i < tries; i++) {
            taken += bucket.tryAcquire() ? 1 : 0;
        }
        return taken;
    }

    @Test
    void aFullBucketGivesItsBurstAtOnceAndThenAsMuchAsComes() {
        var bucket = new TokenBucket(RateLimit.perSecond(10).withBurst(3), clock);
        assertThat(take(bucket, 100)).isEqualTo(3);
        assertThat(bucket.nanosToWait()).isEqualTo(100_000_000);
        clock.passNanos(99_999_999);
        assertThat(bucket.nanosToWait()).isEqualTo(1);
        assertThat(bucket.tryAcquire()).isFalse();
        clock.passNanos(1);
        assertThat(bucket.nanosToWait()).isZero();
        assertThat(take(bucket, 100)).isEqualTo(1);
        clock.pass(Duration.ofMillis(250));
        assertThat(take(bucket, 100)).isEqualTo(2);
        clock.pass(Duration.ofMillis(50));
        assertThat(take(bucket, 100)).as("what is left of the 250 ms counts").isEqualTo(1);
        clock.pass(Duration.ofDays(10_000));
        assertThat(take(bucket, 100)).as("no more than the burst is saved").isEqualTo(3);
    }

    @Test
    void severalPermitsAreTakenTogetherOrNotAtAll() {
        var bucket = new TokenBucket(RateLimit.perSecond(10), clock);
        assertThat(bucket.tryAcquire(11)).as("more than the burst").isFalse();
        assertThat(bucket.tryAcquire(Long.MAX_VALUE)).isFalse();
        assertThat(bucket.tryAcquire(7)).isTrue();
        assertThat(bucket.tryAcquire(4)).isFalse();
        assertThat(bucket.tryAcquire(3)).isTrue();
        assertThat(bucket.tryAcquire()).isFalse();
        clock.pass(Duration.ofSeconds(1));
        assertThat(bucket.tryAcquire(10)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE})
    void atLeastOnePermitMustBeWanted(long permits) {
        var bucket = new TokenBucket(RateLimit.perSecond(10), clock);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> bucket.tryAcquire(permits))
                .withMessage("permits must be at least 1: " + permits);
    }

    @Test
    void aRateThatDoesNotDivideItsPeriodIsNeverExceeded() {
        var thirds = new RateLimit(3, Duration.ofNanos(10), 1);
        assertThat(thirds.intervalNanos()).isEqualTo(4);
        assertThat(new RateLimit(5, Duration.ofNanos(10), 1).intervalNanos()).isEqualTo(2);
        assertThat(RateLimit.perSecond(3).intervalNanos()).isEqualTo(333_333_334);
        assertThat(RateLimit.perSecond(1_000_000_000).intervalNanos()).isEqualTo(1);
        assertThat(RateLimit.perSecond(4).refillNanos()).isEqualTo(1_000_000_000);
    }

    @Test
    void neverMoreThanTheBurstAndWhatCameInTheMeantimeIsTakenInAnyInterval() {
        var random = new Random(11);
        for (int run = 0; run < 200; run++) {
            long permits = 1L + random.nextInt(50);
            long burst = 1L + random.nextInt(20);
            var limit = new RateLimit(permits, Duration.ofNanos(permits * (1 + random.nextInt(20))), burst);
            var bucket = new TokenBucket(limit, clock);
            List<Long> taken = new ArrayList<>();
            for (int step = 0; step < 300; step++) {
                clock.passNanos(random.nextInt(4) == 0 ? random.nextInt(200) : random.nextInt(5));
                if (bucket.tryAcquire()) {
                    taken.add(clock.getAsLong());
                }
            }
            for (int from = 0; from < taken.size(); from++) {
                for (int to = from; to < taken.size(); to++) {
                    long most = burst + (taken.get(to) - taken.get(from)) / limit.intervalNanos();
                    assertThat((long) (to - from + 1))
                            .as("%s from %d to %d", limit, from, to)
                            .isLessThanOrEqualTo(most);
                }
            }
        }
    }

    @Test
    void severalThreadsTogetherTakeExactlyWhatThereIs() throws Exception {
        var bucket = new TokenBucket(RateLimit.perSecond(1_000).withBurst(50_000), clock);
        var barrier = new CyclicBarrier(4);
        List<FutureTask<Integer>> takers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            var taker = new FutureTask<>(() -> {
                barrier.await();
                return take(bucket, 20_000);
            });
            takers.add(taker);
            new Thread(taker, "taker-" + i).start();
        }
        int sum = 0;
        for (FutureTask<Integer> taker : takers) {
            sum += taker.get();
        }
        assertThat(sum).isEqualTo(50_000);
    }

    @Test
    void theClockOfTheJvmIsTheDefault() {
        assertThat(take(new TokenBucket(new RateLimit(1, Duration.ofDays(1), 2)), 100))
                .isEqualTo(2);
    }

    @Test
    void whatMakesNoSenseIsRefusedWithItsName() {
        checkRefused(0, Duration.ofSeconds(1), 1, "permits must be at least 1: 0");
        checkRefused(1, Duration.ofSeconds(1), 0, "burst must be at least 1: 0");
        checkRefused(1, Duration.ZERO, 1, "period must be positive: PT0S");
        checkRefused(1, Duration.ofSeconds(-1), 1, "period must be positive: PT-1S");
        checkRefused(
                1_000_000_001,
                Duration.ofSeconds(1),
                1,
                "permits must be at most one per nanosecond of the period: 1000000001 in PT1S");
        checkRefused(1, Duration.ofDays(1), 30_000, "burst must be worth less than 73 years: 30000");
        checkRefused(
                1, Duration.ofDays(1), Long.MAX_VALUE, "burst must be worth less than 73 years: " + Long.MAX_VALUE);
        checkRefused(1, Duration.ofDays(100 * 365), 1, "burst must be worth less than 73 years: 1");
        Duration longest = Duration.ofSeconds(Long.MAX_VALUE);
        checkRefused(1, longest, 1, "period must be at most 292 years: " + longest);
        assertThat(new RateLimit(1, Duration.ofDays(1), 26_000).refillNanos()).isPositive();
        long most = Long.MAX_VALUE / 4;
        assertThat(new RateLimit(1, Duration.ofNanos(1), most).refillNanos()).isEqualTo(most);
        checkRefused(1, Duration.ofNanos(1), most + 1, "burst must be worth less than 73 years: " + (most + 1));
    }

    private static void checkRefused(long permits, Duration period, long burst, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RateLimit(permits, period, burst))
                .withMessage(message);
    }
}
