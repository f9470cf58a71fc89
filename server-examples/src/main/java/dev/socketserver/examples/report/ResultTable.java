package dev.socketserver.examples.report;

import dev.socketserver.examples.cli.AddressText;
import dev.socketserver.examples.cli.Text;
import dev.socketserver.examples.load.ClientStats;
import dev.socketserver.examples.load.ErrorKind;
import dev.socketserver.examples.load.LoadPlan;
import dev.socketserver.examples.load.LoadResult;
import dev.socketserver.examples.load.Mode;
import dev.socketserver.examples.load.Sample;
import java.util.Map;
import java.util.StringJoiner;
import org.HdrHistogram.Histogram;

/** Formats the result of a run as a text table. */
public final class ResultTable {
    private static final double[] PERCENTILES = {50, 90, 99, 99.9, 99.99};
    private static final int WIDTH = 80; // of a terminal
    private static final String INDENT = " ".repeat(13); // of the values
    private static final String FIELDS = "   "; // between fields of a value

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
            row("held", companions(result.clients()));
        } else {
            row(plan.mode().operations(), throughput());
        }
        row("latency", percentiles(result.clients().latencies()));
        if (result.clients().connects().getTotalCount() > 0) {
            row("connecting", percentiles(result.clients().connects()));
        }
        if (plan.idle() > 0) {
            row("idle", Text.format("%,d   ", plan.idle()) + companions(result.idle()));
        }
        if (plan.slow() > 0) {
            row("slow", Text.format("%,d   ", plan.slow()) + companions(result.slow()));
        }
        row("errors", Text.format("%,d   %.3f %%", result.failures(), 100 * result.errorRate()));
        errors("", result.clients());
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
                plan.script().steps().get(0).message().size());
        if (plan.script().steps().size() > 1) {
            text += " and " + (plan.script().steps().size() - 1) + " other messages";
        }
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

    private String throughput() {
        return Text.format(
                "%,d   %,.0f/s   %,.1f MB/s sent   %,.1f MB/s received",
                result.operations(),
                result.rate(),
                Sample.perSecond(result.bytesSent(), result.seconds()) / 1e6,
                Sample.perSecond(result.bytesReceived(), result.seconds()) / 1e6);
    }

    private static String companions(ClientStats stats) {
        return Text.format("%,d answered   %,d failed", stats.successes(), stats.failures());
    }

    private void errors(String whose, ClientStats stats) {
        for (Map.Entry<ErrorKind, Long> error : stats.errors().entrySet()) {
            String example = stats.examples().get(error.getKey());
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

    /**
     * Adds a row. A value that is too wide for a terminal goes on below, from its next field, or word if it has none.
     */
    private void row(String name, String value) {
        String separator = value.contains(FIELDS) ? FIELDS : " ";
        String line = name.length() < INDENT.length() ? (name + INDENT).substring(0, INDENT.length()) : name + " ";
        boolean isBegun = false;
        for (String piece : value.split(separator, -1)) {
            if (isBegun && line.length() + separator.length() + piece.length() > WIDTH) {
                lines.add(line);
                line = INDENT;
                isBegun = false;
            }
            line += (isBegun ? separator : "") + piece;
            isBegun = true;
        }
        lines.add(line);
    }
}
