package dev.socketserver.examples.report;

import dev.socketserver.examples.load.LoadPlan;
import dev.socketserver.examples.load.LoadResult;
import dev.socketserver.examples.load.Outcome;
import dev.socketserver.examples.load.PoolState;
import dev.socketserver.examples.load.Sample;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** Made-up reports. */
final class Reports {
    private Reports() {}

    static LoadPlan.Builder plan() {
        return LoadPlan.builder(new InetSocketAddress(InetAddress.getLoopbackAddress(), 7007));
    }

    /** A report of one run for each rate; each operation took {@code micros}. */
    static LoadReport of(LoadPlan plan, int micros, int... rates) {
        List<LoadResult> results = new ArrayList<>();
        for (int rate : rates) {
            results.add(result(plan, micros, rate));
        }
        return LoadReport.of(results);
    }

    /** A report of one run of two stretches, at whose beginnings the server's pool was like that. */
    static LoadReport of(LoadPlan plan, PoolState first, PoolState second) {
        return LoadReport.of(List.of(result(plan, 100, 1000, first, second)));
    }

    static LoadResult result(LoadPlan plan, int micros, int rate) {
        return result(plan, micros, rate, null, null);
    }

    private static LoadResult result(
            LoadPlan plan, int micros, int rate, @Nullable PoolState first, @Nullable PoolState second) {
        var latencies = new Histogram(3);
        latencies.recordValueWithCount(micros * 1000L, Math.max(1, rate)); // one that was answered after the end
        long nanos = micros * 1000L;
        return new LoadResult(
                plan,
                1,
                rate,
                new Outcome(latencies, new Histogram(3), Map.of(), Map.of()),
                new Outcome(new Histogram(3), new Histogram(3), Map.of(), Map.of()),
                new Outcome(new Histogram(3), new Histogram(3), Map.of(), Map.of()),
                List.of(
                        new Sample(false, 0.5, 0.5, rate / 2, 0, nanos, nanos, nanos, first),
                        new Sample(false, 1, 0.5, rate / 2, 0, nanos, nanos, nanos, second)),
                List.of(),
                false);
    }
}
