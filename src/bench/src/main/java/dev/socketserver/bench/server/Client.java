package dev.socketserver.bench.server;

import dev.socketserver.bench.server.peer.Transport;
import dev.socketserver.examples.load.ClientTls;
import dev.socketserver.examples.load.Load;
import dev.socketserver.examples.load.LoadPlan;
import dev.socketserver.examples.load.LoadResult;
import dev.socketserver.examples.load.Message;
import dev.socketserver.examples.report.LoadReport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;

/** Runs the load of one workload, and watches what the server and the client itself use meanwhile. Not thread-safe. */
final class Client {
    private static final int MEDIAN = 50;

    private final Workload workload;
    private final LoadPlan plan;
    private final Window window;

    /** A client for that workload; {@code threads} drive its connections, 0 for as many as the load tester takes. */
    Client(Workload workload, InetSocketAddress target, ProcessHandle server, Times times, int threads)
            throws GeneralSecurityException {
        this.workload = workload;
        window = new Window(server, times);
        plan = LoadPlan.builder(target)
                .mode(workload.mode())
                .connections(workload.connections())
                .idle(workload.idle())
                .payload(Message.ofSize(workload.payload()))
                .warmup(times.warmup())
                .duration(times.duration())
                .loops(threads)
                .tls(workload.transport() == Transport.TLS ? ClientTls.insecure(target.getHostString()) : null)
                .build();
    }

    /** Runs the load once. */
    Observation run() throws IOException, InterruptedException {
        LoadResult result = new Load(plan).run(window);
        return new Observation(
                measurement(result), LoadReport.of(List.of(result), "servers --workloads " + workload.id()));
    }

    private Measurement measurement(LoadResult result) {
        Histogram latencies = result.clients().latencies();
        boolean any = latencies.getTotalCount() > 0;
        return new Measurement(
                result.seconds(),
                result.operations(),
                result.failures(),
                firstFailure(result),
                any ? latencies.getValueAtPercentile(MEDIAN) / 1e3 : 0,
                any ? latencies.getValueAtPercentile(workload.tail()) / 1e3 : 0,
                window.serverCpu(),
                window.clientCpu(),
                window.othersCpu(),
                plan.loops(),
                window.threads(),
                window.memoryBytes());
    }

    private static String firstFailure(LoadResult result) {
        return Stream.of(result.clients(), result.idle())
                .flatMap(stats -> stats.examples().values().stream())
                .findFirst()
                .orElse("");
    }
}
