package dev.socketserver.examples;

import dev.socketserver.examples.cli.AddressText;
import dev.socketserver.examples.cli.GracefulExit;
import dev.socketserver.examples.cli.HttpUrlConverter;
import dev.socketserver.examples.cli.ProjectVersion;
import dev.socketserver.examples.cli.Terminal;
import dev.socketserver.examples.load.Load;
import dev.socketserver.examples.load.LoadPlan;
import dev.socketserver.examples.load.LoadResult;
import dev.socketserver.examples.load.PoolMetrics;
import dev.socketserver.examples.load.PoolWatch;
import dev.socketserver.examples.report.HtmlPage;
import dev.socketserver.examples.report.LoadReport;
import dev.socketserver.examples.report.Progress;
import dev.socketserver.examples.report.ReportFile;
import dev.socketserver.examples.report.ResultTable;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code load}. */
@Command(
        name = "load",
        description = "Loads a TCP, UDP or Unix-domain server that echoes, and tells how it bears it.",
        mixinStandardHelpOptions = true,
        versionProvider = ProjectVersion.class)
final class LoadCommand implements Callable<Integer> {
    private static final double WHOLE = 100;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private LoadOptions options = new LoadOptions();

    @Option(
            names = "--repeat",
            paramLabel = "N",
            defaultValue = "1",
            description = "Runs, so that compare can tell a difference from chance; default: ${DEFAULT-VALUE}.")
    private int repeat;

    @Option(names = "--json", paramLabel = "F", description = "Write the results to this file.")
    private @Nullable Path json;

    @Option(names = "--html", paramLabel = "F", description = "Write a page with charts to this file.")
    private @Nullable Path html;

    @Option(
            names = "--metrics",
            paramLabel = "URL",
            converter = HttpUrlConverter.class,
            description = "Where a server of this project tells its metrics, http://127.0.0.1:8080/metrics: also report"
                    + " the workers and the queue of its pool.")
    private @Nullable URI metrics;

    @Option(
            names = "--max-errors",
            paramLabel = "PERCENT",
            defaultValue = "0",
            description = "Exit with 1 if more operations than this fail; default: ${DEFAULT-VALUE}.")
    private double maxErrors;

    private final AtomicBoolean stopped = new AtomicBoolean();
    /** The run that is going on; written by the command's thread, read by the one that stops it. */
    private final AtomicReference<@Nullable Load> running = new AtomicReference<>();

    @Override
    public Integer call() throws Exception {
        check();
        LoadPlan plan = plan();
        PoolMetrics pool = metrics == null ? null : readable(metrics);
        return GracefulExit.call(this::stop, () -> {
            List<LoadResult> results = runAll(plan, pool);
            LoadReport report = LoadReport.of(results);
            if (json != null) {
                ReportFile.write(report, json);
            }
            if (html != null) {
                new HtmlPage("Load on " + AddressText.of(plan.target()))
                        .add(plan.mode() + "", report)
                        .write(html);
            }
            return results.stream().allMatch(result -> result.errorRate() <= maxErrors / WHOLE) ? 0 : 1;
        });
    }

    private void stop() {
        stopped.set(true);
        Load load = running.get();
        if (load != null) {
            load.stop();
        }
    }

    private List<LoadResult> runAll(LoadPlan plan, @Nullable PoolMetrics pool) throws Exception {
        List<LoadResult> results = new ArrayList<>();
        PrintWriter out = spec.commandLine().getOut();
        do {
            LoadResult result = pool == null ? run(plan, new Load(plan)) : runWatching(pool, plan);
            if (!results.isEmpty()) {
                out.println();
            }
            results.add(result);
            out.println(ResultTable.of(result));
            out.flush();
        } while (results.size() < repeat && !stopped.get());
        return results;
    }

    private LoadResult runWatching(PoolMetrics pool, LoadPlan plan) throws Exception {
        try (var watch = new PoolWatch(pool)) {
            LoadResult result = run(plan, new Load(plan, watch::next));
            watch.failure().ifPresent(failure -> {
                PrintWriter err = spec.commandLine().getErr();
                err.println("metrics: " + failure);
                err.flush();
            });
            return result;
        }
    }

    private LoadResult run(LoadPlan plan, Load load) throws Exception {
        running.set(load);
        if (stopped.get()) {
            load.stop();
        }
        try (Progress progress = Progress.on(spec.commandLine().getErr(), Terminal.isInteractive(), plan)) {
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
        if (repeat < 1) {
            throw new ParameterException(spec.commandLine(), "--repeat must be at least 1: " + repeat);
        }
        if (!(maxErrors >= 0 && maxErrors <= WHOLE)) {
            throw new ParameterException(spec.commandLine(), "--max-errors must be 0 to 100: " + maxErrors);
        }
        requireDirectory("--json", json);
        requireDirectory("--html", html);
    }

    /** Better told before the run than after it, as is what follows. */
    private static PoolMetrics readable(URI url) throws IOException {
        var pool = new PoolMetrics(url);
        pool.read();
        return pool;
    }

    private void requireDirectory(String option, @Nullable Path file) {
        Path directory = file == null ? null : file.toAbsolutePath().getParent();
        if (directory != null && !Files.isDirectory(directory)) {
            throw new ParameterException(spec.commandLine(), option + " is in no directory: " + file);
        }
    }
}
