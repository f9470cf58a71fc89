package dev.socketserver.bench.server;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What the rounds of one server under one workload come to: medians, but for the range of rates. Immutable.
 *
 * @param server its name on the command line
 * @param title its name in the report
 * @param objection why it must not be compared; empty if it may
 * @param rate operations per second
 * @param lowestRate of the slowest round
 * @param highestRate of the fastest round
 * @param ratio its rate to ours, the median of the rounds' ratios; null if one of the two cannot be compared
 * @param medianMicros latency
 * @param tailMicros the workload's tail percentile of the latency
 * @param threads the server's threads
 * @param memoryBytes the server's resident memory
 * @param cpuMicrosPerOperation the server's processor time for an operation
 * @param serverCpu processors that the server used
 * @param clientCpu processors that the client used
 * @param othersCpu processors that the rest of the machine used meanwhile
 * @param rounds what was measured
 */
record Summary(
        String server,
        String title,
        String objection,
        double rate,
        double lowestRate,
        double highestRate,
        @Nullable Double ratio,
        double medianMicros,
        double tailMicros,
        int threads,
        long memoryBytes,
        double cpuMicrosPerOperation,
        double serverCpu,
        double clientCpu,
        double othersCpu,
        List<Measurement> rounds) {
    /** Sums a row up, and compares it with ours. */
    static Summary of(Row row, Row ours) {
        List<Measurement> rounds = row.measurements();
        double[] rates = rounds.stream().mapToDouble(Measurement::rate).sorted().toArray();
        return new Summary(
                row.contender().id(),
                row.contender().title(),
                row.objection(),
                median(rounds, Measurement::rate),
                rates.length == 0 ? 0 : rates[0],
                rates.length == 0 ? 0 : rates[rates.length - 1],
                row.objection().isEmpty() && ours.objection().isEmpty() ? ratio(rounds, ours.measurements()) : null,
                median(rounds, Measurement::medianMicros),
                median(rounds, Measurement::tailMicros),
                (int) median(rounds, Measurement::threads),
                (long) median(rounds, Measurement::memoryBytes),
                median(rounds, Measurement::cpuMicrosPerOperation),
                median(rounds, Measurement::serverCpu),
                median(rounds, Measurement::clientCpu),
                median(rounds, Measurement::othersCpu),
                rounds);
    }

    /** Whether it may be compared. */
    boolean isValid() {
        return objection.isEmpty();
    }

    /** Round by round, since what disturbs a machine disturbs the two runs of a round alike. */
    private static double ratio(List<Measurement> rounds, List<Measurement> ours) {
        return median(IntStream.range(0, Math.min(rounds.size(), ours.size()))
                .mapToDouble(i -> rounds.get(i).rate() / ours.get(i).rate())
                .toArray());
    }

    private static double median(List<Measurement> rounds, ToDoubleFunction<Measurement> figure) {
        return median(rounds.stream().mapToDouble(figure).toArray());
    }

    /** Returns the median of the values, 0 if there are none. */
    static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        if (sorted.length == 0) {
            return 0;
        }
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
