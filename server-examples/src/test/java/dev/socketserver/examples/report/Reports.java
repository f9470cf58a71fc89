package dev.socketserver.examples.report;

import dev.socketserver.examples.load.ClientStats;
import dev.socketserver.examples.load.LoadPlan;
import dev.socketserver.examples.load.LoadResult;
import dev.socketserver.examples.load.PoolSample;
import dev.socketserver.examples.load.Sample;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
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
        return LoadReport.of(results, "sockload");
    }

    /** A report of one run of two stretches, at whose beginnings the server's pool was like that. */
    static LoadReport of(LoadPlan plan, PoolSample first, PoolSample second) {
        return LoadReport.of(List.of(result(plan, 100, 1000, first, second)), "sockload");
    }

    static LoadResult result(LoadPlan plan, int micros, int rate) {
        return result(plan, micros, rate, null, null);
    }

    private static LoadResult result(
            LoadPlan plan, int micros, int rate, @Nullable PoolSample first, @Nullable PoolSample second) {
        long nanos = micros * 1000L;
        var clients = new ClientStats();
        // One, at least, that was answered after the end.
        clients.latencies().recordValueWithCount(nanos, Math.max(1, rate));
        return new LoadResult(
                plan,
                1,
                rate,
                rate * 64L,
                rate * 64L,
                clients,
                new ClientStats(),
                new ClientStats(),
                List.of(
                        new Sample(0.5, 0.5, rate / 2, 0, nanos, nanos, nanos, first),
                        new Sample(1, 0.5, rate / 2, 0, nanos, nanos, nanos, second)),
                List.of(),
                false);
    }
}
