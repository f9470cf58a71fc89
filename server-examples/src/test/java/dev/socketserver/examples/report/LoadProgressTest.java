package dev.socketserver.examples.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.examples.load.PoolSample;
import dev.socketserver.examples.load.Sample;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LoadProgressTest {
    private static Sample sample(double at, @Nullable PoolSample pool) {
        return new Sample(at, 0.1, 100, 2, 1_500, 2_500_000, 9_000_000, pool);
    }

    @Test
    void withoutATerminalItIsALineASecond() {
        var out = new StringWriter();
        try (LoadProgress progress =
                LoadProgress.on(new PrintWriter(out), false, Reports.plan().build())) {
            progress.sampled(sample(0.1, null), true);
            for (int tenth = 1; tenth <= 25; tenth++) {
                progress.sampled(sample(tenth / 10.0, null), false);
            }
        }

        assertThat(out.toString().lines())
                .containsExactly(
                        "warm-up  1,000/s  p50 1.50 us  p99 2.50 ms  errors 2",
                        "0.1 s    1,000/s  p50 1.50 us  p99 2.50 ms  errors 2",
                        "1.1 s    1,000/s  p50 1.50 us  p99 2.50 ms  errors 2",
                        "2.1 s    1,000/s  p50 1.50 us  p99 2.50 ms  errors 2");
    }

    @Test
    void whatIsKnownOfThePoolEndsTheLine() {
        var out = new StringWriter();
        try (LoadProgress progress =
                LoadProgress.on(new PrintWriter(out), false, Reports.plan().build())) {
            progress.sampled(sample(0.1, new PoolSample(12, 5, 3)), false);
        }

        assertThat(out.toString().lines())
                .containsExactly("0.1 s    1,000/s  p50 1.50 us  p99 2.50 ms  errors 2  workers 12  busy 5  queued 3");
    }

    @Test
    void aSparklineShowsTheLatestValuesAgainstTheLargest() {
        var sparkline = new Sparkline(3, true);
        assertThat(sparkline).hasToString("");
        sparkline.add(0);
        assertThat(sparkline).hasToString("▁");
        sparkline.add(50);
        sparkline.add(100);
        assertThat(sparkline).hasToString("▁▅█");
        sparkline.add(100);
        assertThat(sparkline).hasToString("▅██");
    }

    @Test
    void aPoorTerminalGetsASparklineOfAscii() {
        var sparkline = new Sparkline(3, false);
        sparkline.add(0);
        sparkline.add(100);
        assertThat(sparkline).hasToString("_#");
    }
}
