package dev.socketserver.bench.server;

import dev.socketserver.bench.server.peer.Transport;
import dev.socketserver.examples.report.LoadReport;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Made-up rows. */
final class Samples {
    private static final LoadReport NO_LOAD = new LoadReport(
            LoadReport.FORMAT,
            LoadReport.VERSION,
            "",
            null,
            null,
            new LoadReport.Machine(2, "", ""),
            new LoadReport.Plan("", "", "", 1, 0, 1, 1, null, 1, 1, 1, 1, 1, null, 0, 0, 1, false),
            List.of());

    private Samples() {}

    /** A second with so many operations, without errors, in which server and client used those processors. */
    static Measurement measurement(long operations, double serverCpu, double clientCpu) {
        return new Measurement(1, operations, 0, "", 100, 1_500, serverCpu, clientCpu, 0, 2, 7, 50_000_000);
    }

    /** The same with errors. */
    static Measurement failing(long failures, String failure) {
        return new Measurement(1, 1_000, failures, failure, 100, 1_500, 1, 1, 0, 2, 7, 50_000_000);
    }

    /** A row of a server of that name. */
    static Row row(String id, Measurement... measurements) {
        Row row = new Row(new NativeContender(
                id, id.toUpperCase(Locale.ROOT), Set.of(Transport.TCP), 1, List.of(), w -> List.of()));
        for (Measurement measurement : measurements) {
            row.add(new Observation(measurement, NO_LOAD), 2);
        }
        return row;
    }
}
