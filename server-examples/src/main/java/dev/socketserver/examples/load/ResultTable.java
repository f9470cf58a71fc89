package dev.socketserver.examples.load;

import dev.socketserver.examples.cli.AddressText;
import dev.socketserver.examples.cli.Text;
import java.util.StringJoiner;
import org.HdrHistogram.Histogram;

/** The result of a run as a small table of text. */
final class ResultTable {
    private static final double[] PERCENTILES = {50, 90, 99, 99.9, 99.99};

    private final LoadResult result;
    private final StringJoiner lines = new StringJoiner(System.lineSeparator());

    private ResultTable(LoadResult result) {
        this.result = result;
    }

    static String of(LoadResult result) {
        return new ResultTable(result).build();
    }

    private String build() {
        LoadPlan plan = result.plan();
        row(
                "target",
                Text.format(
                        "%s, %s, %,d %s, %,d bytes",
                        AddressText.of(plan.target()),
                        plan.mode(),
                        plan.connections(),
                        plan.mode() == Mode.UDP ? "sockets" : "connections",
                        plan.payload().size()));
        row(
                "measured",
                Text.format(
                        "%.1f s after %.1f s of warm-up%s",
                        result.seconds(), plan.warmup().toMillis() / 1e3, result.endedEarly() ? ", ended early" : ""));
        row(
                plan.mode().operations(),
                Text.format(
                        "%,d   %,.0f/s   %,.1f MB/s each way",
                        result.operations(),
                        result.rate(),
                        result.rate() * plan.payload().size() / 1e6));
        row("latency", percentiles(result.latencies()));
        if (result.connects().getTotalCount() > 0) {
            row("connecting", percentiles(result.connects()));
        }
        row("errors", Text.format("%,d   %.3f %%", result.failures(), 100 * result.errorRate()));
        result.errors().forEach((kind, count) -> row("  " + kind.label(), error(kind, count)));
        return lines.toString();
    }

    private String error(ErrorKind kind, long count) {
        String example = result.examples().get(kind);
        return Text.format("%,d", count) + (example == null ? "" : "   first: " + example);
    }

    private static String percentiles(Histogram nanos) {
        if (nanos.getTotalCount() == 0) {
            return "none";
        }
        var text = new StringJoiner("   ");
        for (double percentile : PERCENTILES) {
            String name = percentile == Math.rint(percentile) ? "p%.0f" : "p%s";
            text.add(Text.format(name, percentile) + " " + Text.nanos(nanos.getValueAtPercentile(percentile)));
        }
        return text.add("max " + Text.nanos(nanos.getMaxValue())).toString();
    }

    private void row(String name, String value) {
        lines.add(Text.format("%-13s%s", name, value));
    }
}
