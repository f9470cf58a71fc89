package dev.socketserver.examples;

import dev.socketserver.examples.cli.AddressText;
import dev.socketserver.examples.cli.Commands;
import dev.socketserver.examples.cli.GracefulExit;
import dev.socketserver.examples.cli.OutputFile;
import dev.socketserver.examples.cli.ProjectVersion;
import dev.socketserver.examples.cli.Terminal;
import dev.socketserver.examples.cli.Text;
import dev.socketserver.examples.load.Load;
import dev.socketserver.examples.load.LoadPlan;
import dev.socketserver.examples.load.LoadResult;
import dev.socketserver.examples.load.Message;
import dev.socketserver.examples.load.PoolMetrics;
import dev.socketserver.examples.load.PoolWatch;
import dev.socketserver.examples.load.Rate;
import dev.socketserver.examples.load.SourceAddresses;
import dev.socketserver.examples.report.HtmlPage;
import dev.socketserver.examples.report.LoadProgress;
import dev.socketserver.examples.report.LoadReport;
import dev.socketserver.examples.report.ReportFile;
import dev.socketserver.examples.report.ResultTable;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code load}. */
@Command(
        name = "load",
        description =
                "Measures throughput and latency of a TCP, UDP or Unix-domain server under load and verifies every"
                        + " answer.",
        sortOptions = false,
        abbreviateSynopsis = true,
        footer = {
            "%nExamples:",
            "  ${COMMAND-FULL-NAME} 127.0.0.1:7007",
            "  ${COMMAND-FULL-NAME} --send 'PING\\r\\n' --expect '+PONG\\r\\n' 127.0.0.1:6379",
            "  ${COMMAND-FULL-NAME} --rate 1000 -d 1m --max-p99 5ms tls://example.com:7007"
        },
        mixinStandardHelpOptions = true,
        versionProvider = ProjectVersion.class)
final class LoadCommand implements Callable<Integer> {
    private static final double WHOLE = 100;
    private static final Path STANDARD_OUTPUT = Path.of("-");

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private LoadOptions options = new LoadOptions();

    @ArgGroup(validate = false, order = 4, heading = "%nResults:%n")
    private Results results = new Results();

    /** The output and evaluation of the results. */
    private static final class Results {
        @Option(
                names = "--repeat",
                paramLabel = "N",
                description =
                        "Number of runs, so that compare can tell a difference from noise; default: ${DEFAULT-VALUE}.")
        private int repeat = 1;

        @Option(
                names = "--max-errors",
                paramLabel = "PERCENT",
                description = "Exit with 1 if more operations than this fail; default: 0.")
        private double maxErrors;

        @Option(
                names = "--max-p99",
                paramLabel = "TIME",
                description = "Exit with 1 if the 99th percentile of the latency is longer.")
        private @Nullable Duration maxP99;

        @Option(
                names = "--json",
                paramLabel = "F",
                description =
                        "Write the results to this file; - means standard output, and the table to standard error.")
        private @Nullable Path json;

        @Option(names = "--html", paramLabel = "F", description = "Write a page with charts to this file.")
        private @Nullable Path html;

        @Option(
                names = "--metrics",
                paramLabel = "URL",
                description = "Metrics URL of a server of this project; also report the workers and the queue of"
                        + " its pool.")
        private @Nullable URI metrics;
    }

    private final AtomicBoolean stopped = new AtomicBoolean();
    /** The current run; written by the command's thread, read by the thread that stops it. */
    private final AtomicReference<@Nullable Load> running = new AtomicReference<>();

    /** Registers the types of this command's options. */
    static CommandLine withTypes(CommandLine commandLine) {
        return commandLine
                .registerConverter(Message.class, Commands.converter(Message::parsePayload))
                .registerConverter(Rate.class, Commands.converter(Rate::parseRamp))
                .registerConverter(SourceAddresses.class, Commands.converter(SourceAddresses::parse));
    }

    @Override
    public Integer call() throws Exception {
        check();
        LoadPlan checked = plan();
        PoolMetrics pool = results.metrics == null ? null : readable(results.metrics);
        LoadPlan plan = options.listening(checked, results.maxErrors == WHOLE);
        return GracefulExit.call(this::stop, () -> {
            List<LoadResult> runs = runAll(plan, pool);
            write(LoadReport.of(runs, Commands.line(spec)), plan);
            return runs.stream().allMatch(this::isGoodEnough) ? 0 : 1;
        });
    }

    private void write(LoadReport report, LoadPlan plan) throws IOException {
        if (STANDARD_OUTPUT.equals(results.json)) {
            Commands.print(spec, ReportFile.toJson(report).stripTrailing());
        } else if (results.json != null) {
            ReportFile.write(report, results.json);
        }
        if (results.html != null) {
            new HtmlPage("Load on " + AddressText.of(plan.target()))
                    .add(plan.mode() + "", report)
                    .write(results.html);
        }
    }

    /** Returns whether a run is within the limits; says so if its latency is not, as the table shows the errors. */
    private boolean isGoodEnough(LoadResult run) {
        long p99 = run.clients().latencies().getValueAtPercentile(99);
        boolean isSlow = results.maxP99 != null && p99 > results.maxP99.toNanos();
        if (isSlow) {
            Commands.report(spec.commandLine(), "--max-p99 is exceeded: " + Text.nanos(p99));
        }
        return !isSlow && run.errorRate() <= results.maxErrors / WHOLE;
    }

    private void stop() {
        stopped.set(true);
        Load load = running.get();
        if (load != null) {
            load.stop();
        }
    }

    private List<LoadResult> runAll(LoadPlan plan, @Nullable PoolMetrics pool) throws Exception {
        List<LoadResult> runs = new ArrayList<>();
        PrintWriter out = STANDARD_OUTPUT.equals(results.json)
                ? spec.commandLine().getErr()
                : spec.commandLine().getOut();
        do {
            LoadResult run = pool == null ? run(plan, new Load(plan)) : runWatching(pool, plan);
            if (!runs.isEmpty()) {
                out.println();
            }
            runs.add(run);
            out.println(ResultTable.of(run));
            out.flush();
        } while (runs.size() < results.repeat && !stopped.get());
        return runs;
    }

    private LoadResult runWatching(PoolMetrics pool, LoadPlan plan) throws Exception {
        try (var watch = new PoolWatch(pool)) {
            LoadResult run = run(plan, new Load(plan, watch::next));
            watch.failure().ifPresent(failure -> {
                PrintWriter err = spec.commandLine().getErr();
                err.println("metrics: " + failure);
                err.flush();
            });
            return run;
        }
    }

    private LoadResult run(LoadPlan plan, Load load) throws Exception {
        running.set(load);
        if (stopped.get()) {
            load.stop();
        }
        try (LoadProgress progress = LoadProgress.on(spec.commandLine().getErr(), Terminal.isInteractive(), plan)) {
            return load.run(progress);
        }
    }

    private LoadPlan plan() throws GeneralSecurityException {
        try {
            return options.plan();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--" + e.getMessage(), e);
        }
    }

    private void check() {
        Commands.require(spec, results.repeat >= 1, "--repeat must be at least 1: " + results.repeat);
        Commands.require(
                spec,
                results.maxErrors >= 0 && results.maxErrors <= WHOLE,
                "--max-errors must be 0 to 100: " + results.maxErrors);
        Duration longest = results.maxP99;
        if (longest != null) {
            Commands.require(
                    spec,
                    longest.compareTo(Duration.ZERO) > 0,
                    "--max-p99 must be positive: " + longest.toNanos() / 1e9 + " s");
        }
        if (!STANDARD_OUTPUT.equals(results.json)) {
            OutputFile.check(spec.commandLine(), "--json", results.json);
        }
        OutputFile.check(spec.commandLine(), "--html", results.html);
        Commands.require(
                spec,
                results.json == null || !results.json.equals(results.html),
                "--json and --html name the same file: " + results.json);
    }

    /** Checks the metrics URL before the run, so that a mistake does not surface only afterwards. */
    private static PoolMetrics readable(URI url) throws IOException {
        var pool = new PoolMetrics(url);
        pool.read();
        return pool;
    }
}
