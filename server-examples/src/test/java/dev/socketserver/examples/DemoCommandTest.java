package dev.socketserver.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class DemoCommandTest {
    @Test
    void silentPeersStarveTheFixedPoolOnly(@TempDir Path directory) {
        Path page = directory.resolve("demo.html");
        CommandRun run = CommandRun.of("demo", "--scale", "0.3", "--html", page.toString());

        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).as(run.out()).isZero();
        assertThat(run.out())
                .startsWith("Two servers, at most 16 threads each")
                .contains("100 silent and 8 slow peers connect, and stay:")
                .containsPattern("calm +socketserver +[\\d,]+ of +[\\d,]+ answered  p50 .* p99 .*\n +fixed pool +[1-9]")
                .containsPattern("silent peers +socketserver +[1-9][\\d,]* of .*\n +fixed pool +0 of +[\\d,]+ answered")
                .containsPattern("afterwards +socketserver +[1-9][\\d,]* of .*\n +fixed pool +[1-9]")
                .containsPattern("workers +socketserver \\d+ started, \\d+ at most, \\d+ now; fixed pool 16 always")
                .contains("report        " + page.toUri());
        assertThat(run.out().lines().filter(line -> line.contains("busy")))
                .as("two lines a second")
                .hasSizeGreaterThan(4)
                .allMatch(line -> line.matches("[ \\d.s]{9}(socketserver|fixed pool) .*/s [# ]{20} .*busy.*waiting"));
        assertThat(run.out().lines().filter(line -> !line.startsWith("report"))).allMatch(line -> line.length() <= 80);
    }

    @Test
    void aPageThatCannotBeWrittenFailsAtOnce() {
        CommandRun run = CommandRun.of("demo", "--html", "/nowhere/demo.html");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).startsWith("demo: --html is in no directory: /nowhere/demo.html");
        assertThat(run.out()).isEmpty();
    }

    @Test
    void ctrlCEndsItEarlyWithTheSummary() throws Exception {
        try (ChildJvm demo = ChildJvm.start("demo")) {
            assertThat(demo.out().readLine()).startsWith("Two servers, ");
            demo.signal("INT");

            assertThat(demo.out().lines().collect(Collectors.joining("\n"))).contains("at most", "report");
            demo.awaitExit();
        }
    }
}
