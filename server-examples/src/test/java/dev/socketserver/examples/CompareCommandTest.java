package dev.socketserver.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.TcpServer;
import dev.socketserver.examples.report.LoadReport;
import dev.socketserver.examples.report.ReportFile;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The reports of {@code load} and what {@code compare} makes of them. */
@Timeout(60)
class CompareCommandTest {
    @TempDir
    private Path directory;

    private String file(String name) {
        return directory.resolve(name).toString();
    }

    @Test
    void reportsAreWrittenComparedAndDrawn() throws Exception {
        try (var server = new TcpServer(0, EchoHandler::new)) {
            server.start();
            String target = "127.0.0.1:" + ((InetSocketAddress) server.address()).getPort();
            for (String name : new String[] {"a", "b"}) {
                CommandRun load = CommandRun.of(
                        ("load --connections 2 --requests 50 --warmup 0 --idle 3 --repeat 2" + " --target " + target
                                        + " --json " + file(name + ".json") + " --html " + file(name + ".html"))
                                .split(" ", -1));
                assertThat(load.exitCode()).isZero();
            }
        }
        LoadReport a = ReportFile.read(directory.resolve("a.json"));
        assertThat(a.runs()).hasSize(2).allSatisfy(run -> {
            assertThat(run.latency().count()).isPositive();
            assertThat(run.idle().succeeded()).isEqualTo(3);
            assertThat(run.samples()).isNotEmpty();
        });
        assertThat(Files.readString(directory.resolve("a.html"))).contains("Load on 127.0.0.1:");

        CommandRun compare = CommandRun.of("compare", file("a.json"), file("b.json"), "--html", file("ab.html"));

        assertThat(compare.exitCode()).isZero();
        assertThat(compare.err()).isEmpty();
        assertThat(compare.out()).contains("B / A", "requests/s", "p99.9", "errors");
        assertThat(Files.readString(directory.resolve("ab.html"))).contains("A: a", "B: b");
    }

    @Test
    void aMissingFileIsToldInOneLine() {
        CommandRun run = CommandRun.of("compare", file("none.json"), file("none.json"));

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err().lines())
                .singleElement()
                .asString()
                .startsWith("compare: no such file: ")
                .endsWith("none.json");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "no JSON"})
    void anotherFileIsToldInOneLine(String text) throws Exception {
        Files.writeString(directory.resolve("other.json"), text);
        CommandRun run = CommandRun.of("compare", file("other.json"), file("other.json"));

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err().lines()).singleElement().asString().endsWith("other.json is not a load report");
    }

    @Test
    void twoFilesAreNeeded() {
        CommandRun run = CommandRun.of("compare", file("a.json"));

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err().lines()).singleElement().asString().contains("B.json");
    }
}
