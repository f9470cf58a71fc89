package dev.socketserver.bench.server;

import dev.socketserver.examples.load.Load;
import dev.socketserver.examples.load.LoadPlan;
import dev.socketserver.examples.load.LoadResult;
import dev.socketserver.examples.load.Payload;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.HdrHistogram.Histogram;

/** Runs the load of one workload, and watches what the server and the client itself use meanwhile. */
final class Client {
    private static final int MEDIAN = 50;

    private final Workload workload;
    private final int threads;

    /** A client for that workload; {@code threads} drive its connections, 0 for as many as the load tester takes. */
    Client(Workload workload, int threads) {
        this.workload = workload;
        this.threads = threads;
    }

    Measurement measure(InetSocketAddress target, ProcessHandle server, Duration warmup, Duration duration)
            throws IOException, InterruptedException {
        LoadPlan plan = LoadPlan.builder(target)
                .mode(workload.mode())
                .connections(workload.connections())
                .payload(Payload.ofSize(workload.payload()))
                .warmup(warmup)
                .duration(duration)
                .loops(threads)
                .build();
        try (var idle = IdleConnections.open(target, workload.idle())) {
            var window = new Window(server, warmup, duration);
            LoadResult result = new Load(plan).run(window);
            idle.proveAlive();
            return measurement(result, window);
        }
    }

    private Measurement measurement(LoadResult result, Window window) {
        Histogram latencies = result.outcome().latencies();
        boolean any = latencies.getTotalCount() > 0;
        return new Measurement(
                result.seconds(),
                result.operations(),
                result.failures(),
                result.outcome().examples().values().stream().findFirst().orElse(""),
                any ? latencies.getValueAtPercentile(MEDIAN) / 1e3 : 0,
                any ? latencies.getValueAtPercentile(workload.tail()) / 1e3 : 0,
                window.serverCpu(),
                window.clientCpu(),
                result.plan().loops(),
                window.threads(),
                window.memoryBytes());
    }
}
