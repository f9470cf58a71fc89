package dev.socketserver.bench.server;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.util.List;
import java.util.Locale;

/**
 * Everything that a run found. Immutable.
 *
 * @param schema the version of the JSON form
 * @param machine when and where it was run
 * @param rounds how many rounds
 * @param seconds how long each measurement was
 * @param warmup how many seconds ran before each
 * @param leftOut servers that could not be run, and why
 * @param results one for each workload
 */
record Report(
        int schema,
        Machine machine,
        int rounds,
        double seconds,
        double warmup,
        List<String> leftOut,
        List<Result> results) {
    /** The present version of the JSON form; a change that breaks readers raises it. */
    static final int SCHEMA = 1;

    /** What the kernel itself does is less than this. */
    private static final double DISTURBED = 0.1;

    private static final String DISTURBANCE =
            "%nDisturbed: other processes used up to %.1f processors meanwhile. Measure again on a quiet machine.%n";

    private static final String COLUMNS =
            "| server | operations/s | slowest–fastest round | ÷ ours | p50 | p99 | threads"
                    + " | memory | server CPU/operation | server CPU | client CPU |\n"
                    + "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n";

    /** The JSON form, for programs. */
    String toJson() {
        Gson gson = new GsonBuilder()
                .setPrettyPrinting()
                .serializeSpecialFloatingPointValues()
                .create();
        return gson.toJson(this);
    }

    /** The Markdown form, for people. */
    String toMarkdown() {
        var text = new StringBuilder();
        text.append(machine.toMarkdown());
        text.append(
                format("%d interleaved rounds of %.0f s after %.0f s of warm-up; medians.%n", rounds, seconds, warmup));
        for (Result result : results) {
            text.append(format("%n### %s%n%n", result.title())).append(COLUMNS);
            result.servers().forEach(server -> text.append(line(server)));
            if (result.othersCpu() > DISTURBED + machine.conditions().busy()) {
                text.append(format(DISTURBANCE, result.othersCpu()));
            }
        }
        if (!leftOut.isEmpty()) {
            text.append(format("%nLeft out:%n%n"));
            leftOut.forEach(reason -> text.append("- ").append(reason).append('\n'));
        }
        return text.toString();
    }

    private static String line(Summary server) {
        if (!server.isValid()) {
            return format("| %s | — | %s | | | | | | | | |%n", server.title(), server.objection());
        }
        return format(
                "| %s | %,.0f | %,.0f–%,.0f | %s | %s | %s | %,d | %,.0f MB | %.2f µs | %.2f | %.2f |%n",
                server.title(),
                server.rate(),
                server.lowestRate(),
                server.highestRate(),
                server.ratio() == null ? "—" : format("%.2f", server.ratio()),
                time(server.medianMicros()),
                time(server.tailMicros()),
                server.threads(),
                server.memoryBytes() / 1e6,
                server.cpuMicrosPerOperation(),
                server.serverCpu(),
                server.clientCpu());
    }

    private static String time(double micros) {
        return micros < 1_000 ? format("%.0f µs", micros) : format("%.1f ms", micros / 1_000);
    }

    private static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }
}
