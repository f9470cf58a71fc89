package dev.socketserver.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class TimeDistributionTest {

    @Test
    void everyValueLiesInItsBucketAndBucketsAreNarrow() {
        Random random = new Random(7);
        for (int i = 0; i < 100_000; i++) {
            long value = random.nextLong() >>> (1 + random.nextInt(63));
            int bucket = TimeDistribution.bucket(value);
            long upper = TimeDistribution.upperBound(bucket);
            assertThat(upper).isGreaterThanOrEqualTo(value);
            assertThat((upper - value) / (double) Math.max(value, 1)).isLessThanOrEqualTo(0.125);
            if (bucket > 0) {
                assertThat(TimeDistribution.upperBound(bucket - 1)).isLessThan(value);
            }
        }
    }

    @Test
    void theLargestValueHasABucket() {
        assertThat(TimeDistribution.upperBound(TimeDistribution.bucket(Long.MAX_VALUE)))
                .isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void percentilesAreOfTheRecordedValues() {
        TimeDistribution.Recorder histogram = new TimeDistribution.Recorder();
        for (int i = 1; i <= 1000; i++) {
            histogram.record(i * 1000L);
        }
        TimeDistribution times = histogram.distribution();
        assertThat(times.count()).isEqualTo(1000);
        assertThat(times.total()).isEqualTo(Duration.ofNanos(500_500_000));
        assertThat(times.percentile(50).toNanos()).isBetween(500_000L, 562_500L);
        assertThat(times.percentile(100)).isEqualTo(times.longest()).isEqualTo(Duration.ofMillis(1));
        assertThat(times.percentile(0).toNanos()).isBetween(1_000L, 1_125L);
    }

    /** The count included a time that its bucket did not yet, and the highest percentile was zero. */
    @Test
    void thePercentilesOfTimesThatAreBeingRecordedAreAmongThem() throws InterruptedException {
        var recorder = new TimeDistribution.Recorder();
        recorder.record(1_000);
        var over = new AtomicBoolean();
        Thread worker = new Thread(() -> {
            while (!over.get()) {
                recorder.record(1_000);
            }
        });
        worker.start();
        try {
            for (int i = 0; i < 10_000; i++) {
                var sum = new TimeDistribution.Recorder();
                sum.add(recorder);
                assertThat(sum.distribution().percentile(100)).isEqualTo(Duration.ofNanos(1_000));
            }
        } finally {
            over.set(true);
            worker.join();
        }
    }

    @Test
    void nothingRecordedIsZero() {
        TimeDistribution times = new TimeDistribution.Recorder().distribution();
        assertThat(times.percentile(99)).isZero();
        assertThat(times.longest()).isZero();
    }

    @Test
    void aShareOutOfRangeIsRefused() {
        TimeDistribution times = new TimeDistribution.Recorder().distribution();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> times.percentile(101))
                .withMessage("percent must be between 0 and 100: 101.0");
        assertThatIllegalArgumentException().isThrownBy(() -> times.percentile(Double.NaN));
    }

    @Test
    void everyTimeIsUpToTheLongestDuration() {
        TimeDistribution.Recorder histogram = new TimeDistribution.Recorder();
        histogram.record(Long.MAX_VALUE);
        assertThat(histogram.distribution().countUpTo(Duration.ofSeconds(Long.MAX_VALUE)))
                .isEqualTo(1);
    }
}
