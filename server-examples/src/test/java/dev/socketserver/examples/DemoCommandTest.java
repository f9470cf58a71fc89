package dev.socketserver.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class DemoCommandTest {
    @Test
    void endsByItselfWithASummary() {
        CommandRun run = CommandRun.of("demo", "--scale", "0.1");

        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isZero();
        assertThat(run.out())
                .contains("An echo server on 127.0.0.1:")
                .containsPattern("workers +\\d+ \\[[# -]{32}\\] busy +\\d+  queued +\\d+")
                .containsPattern("connections +[\\d,]+/s +errors 0")
                .containsPattern("requests +[\\d,]+/s +errors 0 +p50 .* p99 .* p99.9 ")
                .containsPattern("workers +\\d+ started, \\d+ retired, \\d+ at most, \\d+ now");
    }

    @Test
    void ctrlCEndsItEarlyWithTheSummary() throws Exception {
        try (ChildJvm demo = ChildJvm.start("demo")) {
            assertThat(demo.out().readLine()).startsWith("An echo server on ");
            demo.signal("INT");

            assertThat(demo.out().lines().collect(Collectors.joining("\n"))).contains("at most");
            demo.awaitExit();
        }
    }
}
