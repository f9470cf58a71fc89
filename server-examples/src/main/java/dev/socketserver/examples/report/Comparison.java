package dev.socketserver.examples.report;

import dev.socketserver.examples.cli.Text;
import dev.socketserver.examples.load.Sample;
import dev.socketserver.examples.report.LoadReport.Run;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import java.util.function.DoubleFunction;
import java.util.function.ToDoubleFunction;

/**
 * Compares two load reports in a table of ratios. If both have {@value #ENOUGH_RUNS} runs or more, the confidence
 * intervals are based on the runs; otherwise on the sampling intervals of a single run, which do not show the variation
 * between runs.
 */
public final class Comparison {
    private static final int ENOUGH_RUNS = 3;
    private static final String HEAD = "%-16s %14s %14s %8s   %s";

    private final LoadReport a;
    private final LoadReport b;
    private final boolean byRuns;

    /** Creates a comparison of {@code b} with {@code a}, the base. */
    public Comparison(LoadReport a, LoadReport b) {
        this.a = a;
        this.b = b;
        this.byRuns = a.runs().size() >= ENOUGH_RUNS && b.runs().size() >= ENOUGH_RUNS;
    }

    /** Returns the table, without a line end after its last line. */
    public String table() {
        var lines = new StringJoiner(System.lineSeparator());
        lines.add(Text.format(HEAD, "", "A", "B", "B / A", "95 % interval"));
        lines.add(row(a.plan().operations() + "/s", this::rates, value -> Text.format("%,.0f", value), true));
        lines.add(row(
                "p50",
                report -> times(report, run -> run.latency().p50Nanos(), Sample::p50Nanos),
                Comparison::time,
                false));
        lines.add(row(
                "p99",
                report -> times(report, run -> run.latency().p99Nanos(), Sample::p99Nanos),
                Comparison::time,
                false));
        lines.add(row("p99.9", report -> runs(report, run -> run.latency().p999Nanos()), Comparison::time, false));
        lines.add(Text.format(HEAD, "errors", percent(a), percent(b), "", ""));
        lines.add(
                byRuns
                        ? Text.format(
                                "intervals from %,d and %,d runs",
                                a.runs().size(), b.runs().size())
                        : "intervals from within single runs: use load --repeat 5 to see how runs differ");
        remarks().forEach(lines::add);
        return lines.toString();
    }

    private interface Values {
        double[] of(LoadReport report);
    }

    private String row(String name, Values values, DoubleFunction<String> format, boolean moreIsBetter) {
        double[] valuesA = values.of(a);
        double[] valuesB = values.of(b);
        if (valuesA.length == 0 || valuesB.length == 0) {
            return Text.format(HEAD, name, "none", "none", "", "");
        }
        String medianA = format.apply(RatioInterval.median(valuesA));
        String medianB = format.apply(RatioInterval.median(valuesB));
        RatioInterval interval = RatioInterval.of(valuesA, valuesB);
        if (!Double.isFinite(interval.ratio())) {
            return Text.format(HEAD, name, medianA, medianB, "", "");
        }
        boolean known = valuesA.length >= ENOUGH_RUNS && valuesB.length >= ENOUGH_RUNS && interval.isFinite();
        return Text.format(
                HEAD,
                name,
                medianA,
                medianB,
                Text.format("%.3f", interval.ratio()),
                known ? verdict(interval, moreIsBetter) : "unknown");
    }

    private static String verdict(RatioInterval interval, boolean moreIsBetter) {
        String range = Text.format("%.3f to %.3f  ", interval.low(), interval.high());
        if (!interval.showsDifference()) {
            return range + "no difference shown";
        }
        return range + (interval.ratio() > 1 == moreIsBetter ? "B better" : "B worse");
    }

    private double[] rates(LoadReport report) {
        return byRuns ? runs(report, Run::operationsPerSecond) : samples(report, Sample::rate);
    }

    private double[] times(LoadReport report, ToDoubleFunction<Run> ofRun, ToDoubleFunction<Sample> ofSample) {
        return byRuns ? runs(report, ofRun) : samples(report, ofSample);
    }

    private static double[] runs(LoadReport report, ToDoubleFunction<Run> value) {
        return report.runs().stream()
                .filter(run -> run.latency().count() > 0)
                .mapToDouble(value)
                .toArray();
    }

    private static double[] samples(LoadReport report, ToDoubleFunction<Sample> value) {
        return report.runs().stream()
                .flatMap(run -> run.samples().stream())
                .filter(sample -> sample.operations() > 0)
                .mapToDouble(value)
                .toArray();
    }

    private static String time(double nanos) {
        return Text.nanos(Math.round(nanos));
    }

    private static String percent(LoadReport report) {
        double worst = report.runs().stream().mapToDouble(Run::errorRate).max().orElse(0);
        return Text.format("%.3f %%", 100 * worst);
    }

    /** Returns remarks about differences that make the two reports less comparable. */
    private List<String> remarks() {
        List<String> remarks = new ArrayList<>();
        LoadReport.Plan planA = a.plan();
        LoadReport.Plan planB = b.plan();
        differ(remarks, "mode", planA.mode(), planB.mode());
        differ(remarks, "connections", planA.connections(), planB.connections());
        differ(remarks, "payload", planA.payloadBytes(), planB.payloadBytes());
        differ(remarks, "pipeline", planA.pipeline(), planB.pipeline());
        differ(remarks, "rate", String.valueOf(planA.rate()), String.valueOf(planB.rate()));
        differ(remarks, "tls", planA.tls(), planB.tls());
        differ(remarks, "machine", a.machine(), b.machine());
        limits(remarks, "A", a);
        limits(remarks, "B", b);
        return remarks;
    }

    private static void differ(List<String> remarks, String what, Object valueA, Object valueB) {
        if (!valueA.equals(valueB)) {
            remarks.add("CAUTION: not the same " + what + ": " + valueA + " and " + valueB);
        }
    }

    private static void limits(List<String> remarks, String name, LoadReport report) {
        report.runs().stream()
                .flatMap(run -> run.clientLimits().stream())
                .distinct()
                .forEach(limit -> remarks.add("CAUTION: " + name + ": " + limit));
    }
}
