package dev.socketserver.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.TcpServer;
import dev.socketserver.examples.health.MonitoringEndpoint;
import dev.socketserver.examples.load.PoolSample;
import dev.socketserver.examples.load.Sample;
import dev.socketserver.examples.report.ReportFile;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The option {@code --metrics} of {@code load}, towards an echo server that answers for its health. */
@Timeout(60)
class LoadMetricsTest {
    private final TcpServer server = new TcpServer(0, EchoHandler::new);
    private MonitoringEndpoint health;

    @TempDir
    private Path directory;

    @BeforeEach
    void start() throws IOException {
        server.start();
        health = MonitoringEndpoint.open(server, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    @AfterEach
    void stop() {
        health.close();
        server.close();
    }

    private String target() {
        return "127.0.0.1:" + ((InetSocketAddress) server.address()).getPort();
    }

    private URI url(String path) {
        return URI.create("http://127.0.0.1:" + health.address().getPort() + path);
    }

    private ChildJvm endlessLoad(String... more) throws IOException {
        var command = new ArrayList<>(
                List.of("load", "--target", target(), "--warmup", "0", "--duration", "3600", "--rate", "100"));
        command.addAll(List.of("--metrics", url("/metrics").toString()));
        command.addAll(List.of(more));
        return ChildJvm.start(command.toArray(new String[0]));
    }

    private static String lineUntil(BufferedReader progress, boolean tellsOfThePool) throws IOException {
        String line = progress.readLine();
        while (line != null && line.contains("  workers ") != tellsOfThePool) {
            line = progress.readLine();
        }
        return line;
    }

    @Test
    void thePoolIsInTheLinesTheReportAndThePage() throws Exception {
        Path json = directory.resolve("load.json");
        Path html = directory.resolve("load.html");
        try (ChildJvm load = endlessLoad("--json", json.toString(), "--html", html.toString())) {
            assertThat(lineUntil(load.err(), true)).matches(".* errors 0  workers \\d+  busy \\d+  queued \\d+");
            load.signal("INT");
            assertThat(load.out().lines().collect(Collectors.joining("\n"))).contains("errors       0");
            assertThat(load.err().lines()).noneMatch(line -> line.startsWith("metrics:"));
            assertThat(load.awaitExit()).isZero();
        }

        assertThat(ReportFile.read(json).runs())
                .singleElement()
                .satisfies(run -> assertThat(run.samples())
                        .extracting(Sample::pool)
                        .filteredOn(Objects::nonNull)
                        .isNotEmpty()
                        .allSatisfy(pool -> assertThat(pool.workers()).isPositive())
                        .extracting(PoolSample::busy)
                        .allSatisfy(busy -> assertThat(busy).isNotNegative()));
        assertThat(Files.readString(html)).contains("\"pool\":{\"workers\":");
    }

    @Test
    void theLoadOutlivesTheEndpoint() throws Exception {
        try (ChildJvm load = endlessLoad()) {
            assertThat(lineUntil(load.err(), true)).isNotNull();
            URI metrics = url("/metrics");
            health.close();
            assertThat(lineUntil(load.err(), false)).isNotNull();
            assertThat(lineUntil(load.err(), false)).as("a second later").isNotNull();
            load.signal("INT");

            assertThat(load.out().lines().collect(Collectors.joining("\n")))
                    .contains("ended early")
                    .contains("errors       0");
            assertThat(load.err().lines().filter(line -> line.startsWith("metrics:")))
                    .singleElement()
                    .asString()
                    .matches("metrics: [\\d,]+ requests failed, the first: " + metrics + ": .+");
            assertThat(load.awaitExit()).isZero();
        }
    }

    @Test
    void anEndpointThatDoesNotAnswerIsToldBeforeTheLoadBegins() {
        URI url = url("/metrics");
        health.close();

        CommandRun run = CommandRun.of("load", "--target", target(), "--metrics", url.toString());

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.err().lines()).containsExactly("load: " + url + ": Connection refused");
        assertThat(server.snapshot().accepted()).isZero();
    }

    @Test
    void anEndpointWithoutAPoolIsToldBeforeTheLoadBegins() {
        URI url = url("/health/live");

        CommandRun run = CommandRun.of("load", "--target", target(), "--metrics", url.toString());

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.err().lines()).containsExactly("load: " + url + ": has no metric elastic_pool_workers");
        assertThat(server.snapshot().accepted()).isZero();
    }
}
