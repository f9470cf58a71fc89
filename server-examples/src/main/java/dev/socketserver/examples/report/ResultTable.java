package dev.socketserver.examples.report;

import dev.socketserver.examples.cli.AddressText;
import dev.socketserver.examples.cli.Text;
import dev.socketserver.examples.load.ErrorKind;
import dev.socketserver.examples.load.LoadPlan;
import dev.socketserver.examples.load.LoadResult;
import dev.socketserver.examples.load.Mode;
import dev.socketserver.examples.load.Outcome;
import java.util.Map;
import java.util.StringJoiner;
import org.HdrHistogram.Histogram;

/** The result of a run as a small table of text. */
public final class ResultTable {
    private static final double[] PERCENTILES = {50, 90, 99, 99.9, 99.99};

    private final LoadResult result;
    private final StringJoiner lines = new StringJoiner(System.lineSeparator());

    private ResultTable(LoadResult result) {
        this.result = result;
    }

    /** Returns the table, without a line end after its last line. */
    public static String of(LoadResult result) {
        return new ResultTable(result).build();
    }

    private String build() {
        LoadPlan plan = result.plan();
        row("target", target(plan));
        row("measured", measured(plan));
        if (plan.mode() == Mode.IDLE) {
            row("held", companions(result.outcome()));
        } else {
            row(plan.mode().operations(), throughput(plan));
        }
        row("latency", percentiles(result.outcome().latencies()));
        if (result.outcome().connects().getTotalCount() > 0) {
            row("connecting", percentiles(result.outcome().connects()));
        }
        if (plan.idle() > 0) {
            row("idle", Text.format("%,d   ", plan.idle()) + companions(result.idle()));
        }
        if (plan.slow() > 0) {
            row("slow", Text.format("%,d   ", plan.slow()) + companions(result.slow()));
        }
        row("errors", Text.format("%,d   %.3f %%", result.failures(), 100 * result.errorRate()));
        errors("", result.outcome());
        errors("idle: ", result.idle());
        errors("slow: ", result.slow());
        result.clientLimits().forEach(limit -> row("CLIENT LIMIT", limit));
        return lines.toString();
    }

    private static String target(LoadPlan plan) {
        String text = Text.format(
                "%s, %s, %,d %s, %,d bytes",
                AddressText.of(plan.target()),
                plan.mode(),
                plan.connections(),
                plan.mode() == Mode.UDP ? "sockets" : "connections",
                plan.payload().size());
        if (plan.depth() > 1) {
            text += ", " + plan.depth() + " at a time";
        }
        return plan.tls() == null ? text : text + ", " + plan.tls();
    }

    private String measured(LoadPlan plan) {
        String loop = plan.rate() == null ? "closed loop" : "open loop at " + plan.rate();
        return Text.format(
                "%.1f s after %.1f s of warm-up, %s%s",
                result.seconds(), plan.warmup().toMillis() / 1e3, loop, result.endedEarly() ? ", ended early" : "");
    }

    private String throughput(LoadPlan plan) {
        return Text.format(
                "%,d   %,.0f/s   %,.1f MB/s each way",
                result.operations(),
                result.rate(),
                result.rate() * plan.payload().size() / 1e6);
    }

    private static String companions(Outcome outcome) {
        return Text.format("%,d answered   %,d failed", outcome.successes(), outcome.failures());
    }

    private void errors(String whose, Outcome outcome) {
        for (Map.Entry<ErrorKind, Long> error : outcome.errors().entrySet()) {
            String example = outcome.examples().get(error.getKey());
            String count = Text.format("%,d", error.getValue());
            row("  " + whose + error.getKey().label(), example == null ? count : count + "   first: " + example);
        }
    }

    private static String percentiles(Histogram nanos) {
        if (nanos.getTotalCount() == 0) {
            return "none";
        }
        var text = new StringJoiner("   ");
        for (double percentile : PERCENTILES) {
            text.add("p" + Text.number(percentile) + " " + Text.nanos(nanos.getValueAtPercentile(percentile)));
        }
        return text.add("max " + Text.nanos(nanos.getMaxValue())).toString();
    }

    private void row(String name, String value) {
        lines.add(Text.format("%-13s%s%s", name, name.length() < 13 ? "" : " ", value));
    }
}
