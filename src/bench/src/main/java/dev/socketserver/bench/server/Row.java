package dev.socketserver.bench.server;

import dev.socketserver.examples.report.LoadReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What one server did under one workload, round by round. Not thread-safe. */
final class Row {
    private final Contender contender;
    private final List<Measurement> measurements = new ArrayList<>();
    private final List<LoadReport> loads = new ArrayList<>();
    private final List<String> objections = new ArrayList<>();

    Row(Contender contender) {
        this.contender = contender;
    }

    Contender contender() {
        return contender;
    }

    /** Adds a round, and what there is to be said against it. */
    void add(Observation observation, int processors) {
        Measurement measurement = observation.measurement();
        measurements.add(measurement);
        loads.add(observation.load());
        if (measurement.failures() > 0) {
            objections.add(measurement.failures() + " failed operations: " + measurement.failure());
        } else if (measurement.operations() == 0) {
            objections.add("no operation ended");
        } else if (measurement.isClientBound(processors)) {
            objections.add(String.format(
                    Locale.ROOT,
                    "the client was the bottleneck: it used %.1f processors, the server %.1f",
                    measurement.clientCpu(),
                    measurement.serverCpu()));
        }
    }

    /** Notes that a round could not be measured. */
    void fail(String reason) {
        objections.add(reason);
    }

    /** The rounds that could be measured, in their order. */
    List<Measurement> measurements() {
        return List.copyOf(measurements);
    }

    /** The course of the load in all rounds; only if there was one. */
    LoadReport load() {
        LoadReport first = loads.get(0);
        List<LoadReport.Run> runs =
                loads.stream().flatMap(load -> load.runs().stream()).toList();
        return new LoadReport(
                first.format(),
                first.version(),
                first.written(),
                first.program(),
                first.command(),
                first.machine(),
                first.plan(),
                runs);
    }

    /** Why this row must not be compared; empty if it may. */
    String objection() {
        return objections.isEmpty() ? "" : objections.get(0);
    }
}
