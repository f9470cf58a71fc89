package dev.socketserver.examples.report;

import dev.socketserver.examples.cli.AddressText;
import dev.socketserver.examples.cli.ProjectVersion;
import dev.socketserver.examples.load.ClientStats;
import dev.socketserver.examples.load.ErrorKind;
import dev.socketserver.examples.load.LoadPlan;
import dev.socketserver.examples.load.LoadResult;
import dev.socketserver.examples.load.Rate;
import dev.socketserver.examples.load.Sample;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;
import org.jspecify.annotations.Nullable;

/**
 * The document that {@code load --json} writes: one plan and one or more runs of it. The component names are the names
 * in the file; {@code src/site/markdown/load.md} explains each. Immutable and thread-safe.
 *
 * <p>Changes that an old reader would misunderstand increase {@link #VERSION}; new names do not.
 *
 * @param format always {@value #FORMAT}
 * @param version always {@value #VERSION}
 * @param written when, as ISO 8601 in UTC
 * @param program the name and version of the program; like the next one, null in old files
 * @param command the command line, to reproduce it
 * @param machine the client machine
 * @param plan the plan
 * @param runs the measurements
 */
public record LoadReport(
        String format,
        int version,
        String written,
        @Nullable String program,
        @Nullable String command,
        Machine machine,
        Plan plan,
        List<Run> runs) {
    /** Identifies these files. */
    public static final String FORMAT = "dev.socketserver.load";

    /** The version of the format that this program writes and reads. */
    public static final int VERSION = 1;

    private static final int TICKS_PER_HALF_DISTANCE = 5;
    private static final double NANOS = 1e9;

    /** The machine and the JVM of the client. */
    public record Machine(int processors, String system, String java) {
        static Machine current() {
            return new Machine(
                    Runtime.getRuntime().availableProcessors(),
                    System.getProperty("os.name") + " " + System.getProperty("os.arch"),
                    Runtime.version().toString());
        }
    }

    /** A rate of scheduled operations, per second. */
    public record Schedule(double from, double to, double overSeconds) {}

    /** The plan. */
    public record Plan(
            String target,
            String mode,
            String operations,
            int connections,
            long requests,
            int payloadBytes,
            int messages,
            @Nullable String answer,
            int pipeline,
            int threads,
            double durationSeconds,
            double warmupSeconds,
            double timeoutSeconds,
            @Nullable Schedule rate,
            int idle,
            int slow,
            double dripSeconds,
            boolean tls) {}

    /** A point of a percentile curve. */
    public record Percentile(double percentile, long nanos) {}

    /** A distribution of times; all are 0 if there were no operations. */
    public record Distribution(
            long count,
            double meanNanos,
            long p50Nanos,
            long p90Nanos,
            long p99Nanos,
            long p999Nanos,
            long p9999Nanos,
            long maxNanos,
            List<Percentile> percentiles) {}

    /** The number of errors of a kind, and the first message. */
    public record Failure(
            String kind,
            String clients,
            long count,
            @Nullable String first) {}

    /** The results of additional clients. */
    public record Companions(long succeeded, long failed) {}

    /** One run of the plan. */
    public record Run(
            double seconds,
            long operations,
            double operationsPerSecond,
            long bytesSent,
            long bytesReceived,
            long failures,
            double errorRate,
            boolean endedEarly,
            List<String> clientLimits,
            Distribution latency,
            Distribution connecting,
            List<Failure> errors,
            Companions idle,
            Companions slow,
            List<Sample> samples) {
        private boolean isComplete() {
            return clientLimits != null
                    && latency != null
                    && latency.percentiles != null
                    && errors != null
                    && idle != null
                    && slow != null
                    && samples != null
                    && samples.stream().allMatch(Objects::nonNull);
        }
    }

    /** Returns the report of one or more runs of one plan, which {@code command} has started. */
    public static LoadReport of(List<LoadResult> results, String command) {
        return new LoadReport(
                FORMAT,
                VERSION,
                Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
                ProjectVersion.text(),
                command,
                Machine.current(),
                plan(results.get(0).plan()),
                results.stream().map(LoadReport::run).toList());
    }

    /** Returns whether the report is complete; a report read from a file may lack any part. */
    boolean isComplete() {
        return machine != null && plan != null && runs.stream().allMatch(run -> run != null && run.isComplete());
    }

    private static Plan plan(LoadPlan plan) {
        Rate rate = plan.rate();
        return new Plan(
                AddressText.of(plan.target()),
                plan.mode().toString(),
                plan.mode().operations(),
                plan.connections(),
                plan.requests(),
                plan.script().steps().get(0).message().size(),
                plan.script().steps().size(),
                plan.script().expectation(),
                plan.depth(),
                plan.loops(),
                seconds(plan.duration()),
                seconds(plan.warmup()),
                seconds(plan.timeout()),
                rate == null ? null : new Schedule(rate.from(), rate.to(), seconds(rate.over())),
                plan.idle(),
                plan.slow(),
                seconds(plan.drip()),
                plan.tls() != null);
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / NANOS;
    }

    private static Run run(LoadResult result) {
        List<Failure> failures = new ArrayList<>();
        addFailures("main", result.clients(), failures);
        addFailures("idle", result.idle(), failures);
        addFailures("slow", result.slow(), failures);
        return new Run(
                result.seconds(),
                result.operations(),
                result.rate(),
                result.bytesSent(),
                result.bytesReceived(),
                result.failures(),
                result.errorRate(),
                result.endedEarly(),
                result.clientLimits(),
                distribution(result.clients().latencies()),
                distribution(result.clients().connects()),
                failures,
                companions(result.idle()),
                companions(result.slow()),
                result.samples());
    }

    private static void addFailures(String clients, ClientStats outcome, List<Failure> failures) {
        for (Map.Entry<ErrorKind, Long> error : outcome.errors().entrySet()) {
            String first = outcome.examples().get(error.getKey());
            failures.add(new Failure(error.getKey().label(), clients, error.getValue(), first));
        }
    }

    private static Companions companions(ClientStats outcome) {
        return new Companions(outcome.successes(), outcome.failures());
    }

    private static Distribution distribution(Histogram nanos) {
        List<Percentile> curve = new ArrayList<>();
        for (HistogramIterationValue value : nanos.percentiles(TICKS_PER_HALF_DISTANCE)) {
            curve.add(new Percentile(value.getPercentileLevelIteratedTo(), value.getValueIteratedTo()));
        }
        return new Distribution(
                nanos.getTotalCount(),
                nanos.getTotalCount() > 0 ? nanos.getMean() : 0,
                nanos.getValueAtPercentile(50),
                nanos.getValueAtPercentile(90),
                nanos.getValueAtPercentile(99),
                nanos.getValueAtPercentile(99.9),
                nanos.getValueAtPercentile(99.99),
                nanos.getMaxValue(),
                curve);
    }
}
