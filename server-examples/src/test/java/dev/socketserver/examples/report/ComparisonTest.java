package dev.socketserver.examples.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.examples.load.LoadPlan;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ComparisonTest {
    private final LoadPlan plan = Reports.plan().build();
    private final LoadReport base = Reports.of(plan, 200, 1000, 1010, 990);

    private static String table(LoadReport a, LoadReport b) {
        return new Comparison(a, b).table();
    }

    @Test
    void aBetterServerIsToldWithItsInterval() {
        assertThat(table(base, Reports.of(plan, 100, 2000, 2020, 1980)))
                .containsPattern("requests/s +1,000 +2,000 +2\\.000 +1\\.9\\d\\d to 2\\.0\\d\\d +B better")
                .containsPattern("p99 +200 us +100 us +0\\.500 +0\\.500 to 0\\.500 +B better")
                .contains("intervals from 3 and 3 runs")
                .doesNotContain("CAUTION");
    }

    @Test
    void aWorseOneIsToldAsWell() {
        assertThat(table(base, Reports.of(plan, 400, 500, 505, 495)))
                .containsPattern("requests/s .* B worse")
                .containsPattern("p50 .* B worse");
    }

    @Test
    void theSameIsNoDifference() {
        assertThat(table(base, base)).containsPattern("requests/s .* no difference shown");
    }

    @Test
    void singleRunsSayHowLittleTheyKnow() {
        assertThat(table(Reports.of(plan, 200, 1000), Reports.of(plan, 200, 2000)))
                .contains("intervals from within single runs")
                .containsPattern("p99\\.9 .* unknown");
    }

    @Test
    void aRunThatMeasuredNothingIsNotDividedBy() {
        LoadReport nothing = Reports.of(plan, 200, 0);
        LoadReport onlyLastAnswers = Reports.of(plan, 200, 0, 0, 0);

        assertThat(table(nothing, base) + table(base, nothing) + table(onlyLastAnswers, base) + table(nothing, nothing))
                .doesNotContain("NaN")
                .doesNotContain("Infinity");
    }

    @Test
    void whatIsNotComparableIsTold() {
        LoadPlan other = Reports.plan().connections(8).depth(4).build();

        assertThat(table(base, Reports.of(other, 200, 1000, 1000, 1000)))
                .contains("CAUTION: not the same connections: 64 and 8")
                .contains("CAUTION: not the same pipeline: 1 and 4");
    }
}
