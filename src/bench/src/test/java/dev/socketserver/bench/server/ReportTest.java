package dev.socketserver.bench.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 10, unit = TimeUnit.SECONDS)
class ReportTest {
    private final Row ours = Samples.row("ours", Samples.measurement(100_000, 1, 1));
    private final Row peer = Samples.row("peer", Samples.measurement(80_000, 0.5, 1));
    private final Row broken = Samples.row("broken", Samples.failing(3, "reset"));
    private final Report report = new Report(
            Report.SCHEMA,
            new Machine(
                    "2026-01-02",
                    "2 × Model",
                    "Linux 6",
                    "JDK 17 -Xmx1g",
                    "a network namespace of its own",
                    new Conditions(50, 2)),
            1,
            5,
            3,
            List.of("Helidon: a reason"),
            List.of(Result.of(Workload.of("request-64"), List.of(ours, peer, broken))));

    @Test
    void whatMadeItHardIsSaidAtTheTop() {
        assertThat(report.toMarkdown())
                .contains("\nConditions: each server in a control group with 50 % of one processor, "
                        + "2 busy loops beside it.\n");
    }

    @Test
    void theTableHasALineForEachServer() {
        assertThat(report.toMarkdown())
                .contains("### request-reply, 64 clients")
                .contains("| OURS | 100,000 | 100,000–100,000 | 1.00 | 100 µs | 1.5 ms | 7 | 50 MB | 10.00 µs |")
                .contains("| PEER | 80,000 | 80,000–80,000 | 0.80 | 100 µs | 1.5 ms | 7 | 50 MB | 6.25 µs |");
    }

    @Test
    void aRefusedRowHasItsReasonAndNoFigure() {
        assertThat(report.toMarkdown()).contains("| BROKEN | — | 3 failed operations: reset | | | | | | | | |\n");
    }

    @Test
    void whatCouldNotRunIsNamed() {
        assertThat(report.toMarkdown()).contains("Left out:\n\n- Helidon: a reason\n");
    }

    @Test
    void aQuietMachineIsNotCalledDisturbed() {
        assertThat(report.toMarkdown()).doesNotContain("Disturbed");
    }

    @Test
    void theJsonHasEveryRound() {
        JsonObject json = JsonParser.parseString(report.toJson()).getAsJsonObject();

        JsonObject server = json.getAsJsonArray("results")
                .get(0)
                .getAsJsonObject()
                .getAsJsonArray("servers")
                .get(1)
                .getAsJsonObject();
        assertThat(json.get("schema").getAsInt()).isEqualTo(Report.SCHEMA);
        assertThat(server.get("server").getAsString()).isEqualTo("peer");
        assertThat(server.getAsJsonArray("rounds")).hasSize(1);
    }
}
