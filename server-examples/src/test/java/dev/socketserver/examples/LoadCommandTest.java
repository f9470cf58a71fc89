package dev.socketserver.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.examples.load.StreamPeer;
import dev.socketserver.examples.report.LoadReport;
import dev.socketserver.examples.report.ReportFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class LoadCommandTest {
    private StreamPeer echo;

    @BeforeEach
    void startEcho() throws IOException {
        echo = new StreamPeer(StreamPeer.ECHO);
    }

    @AfterEach
    void stopEcho() throws IOException {
        echo.close();
    }

    private String target() {
        return "127.0.0.1:" + echo.address().getPort();
    }

    @Test
    void printsATableAndExitsWithZero() {
        CommandRun run = CommandRun.of(
                "load",
                "--target",
                target(),
                "--connections",
                "2",
                "--duration",
                "0.3",
                "--warmup",
                "0.1",
                "--payload",
                "1K");

        assertThat(run.exitCode()).isZero();
        assertThat(run.out())
                .contains("target       " + target() + ", request, 2 connections, 1,024 bytes")
                .containsPattern("requests +[\\d,]+ +[\\d,]+/s")
                .containsPattern("(?s)latency +p50 .* p99 .* p99.9 .* max ")
                .containsPattern("errors +0 ");
        assertThat(run.err())
                .as("plain lines, since this is no terminal")
                .contains("warm-up")
                .contains("/s  p50 ");
    }

    /** The server is there when the command looks, and goes away before the load begins. */
    @Test
    void exitsWithOneWhenOperationsFail() throws Exception {
        try (var shortLived = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var closing = new Thread(() -> {
                try (shortLived;
                        Socket first = shortLived.accept()) {
                    first.getInputStream().read();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            closing.start();
            CommandRun run = load("--mode connect -n 100 --warmup 0.5 127.0.0.1:" + shortLived.getLocalPort());
            closing.join();

            assertThat(run.exitCode()).isEqualTo(1);
            assertThat(run.out()).containsPattern("refused +[1-9].*first: Connection refused");
        }
    }

    private static CommandRun load(String options) {
        return CommandRun.of(("load " + options).split(" ", -1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "--mode connect", "--rate 1000", "--pipeline 7 -t 2", "--messages ${messages}"})
    void exactlyAsManyRequestsAsWantedAreSent(String options, @TempDir Path directory) throws Exception {
        Path messages = Files.writeString(directory.resolve("messages"), "one\\n\ntwo\\n\n# none\nthree\\n\n");
        CommandRun run = load("-c 3 -n 100 --json - "
                + (options.replace("${messages}", messages.toString()) + " " + target()).trim());

        assertThat(run.exitCode()).isZero();
        Path json = Files.writeString(directory.resolve("out.json"), run.out());
        LoadReport.Run only = ReportFile.read(json).runs().get(0);
        assertThat(only.operations()).isEqualTo(100);
        assertThat(only.latency().count()).isEqualTo(100);
        assertThat(only.operationsPerSecond()).isPositive().isFinite();
        assertThat(run.err())
                .as("the table goes where it does not mix with JSON")
                .contains("latency ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--json", "--html"})
    @EnabledOnOs(OS.LINUX)
    void aFullDiskIsToldWithTheFile(String option) {
        CommandRun run = CommandRun.of("load", "-c", "1", "-n", "1", option, "/dev/full", target());

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains("load: /dev/full: No space left on device");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--json -", "--warmup 0"})
    void resultsThatCannotBeWrittenAreAFailure(String option) {
        var full = new PrintWriter(new Writer() {
            @Override
            public void write(char[] text, int from, int length) throws IOException {
                throw new IOException("No space left on device");
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        });
        var err = new StringWriter();
        int exitCode = Main.commandLine()
                .setOut(full)
                .setErr(new PrintWriter(err))
                .execute(("load -c 1 -n 1 " + option + " " + target()).split(" ", -1));

        assertThat(exitCode).isEqualTo(1);
        assertThat(err.toString()).contains("load: standard output cannot be written");
    }

    @ParameterizedTest
    @CsvSource({"1h, 0", "1us, 1"})
    void theTailOfTheLatencyMayDecide(String limit, int exitCode) {
        CommandRun run = load("-c 2 -n 50 --max-p99 " + limit + " " + target());

        assertThat(run.exitCode()).isEqualTo(exitCode);
        assertThat(run.out()).containsPattern("errors +0 ");
        assertThat(run.err().contains("load: --max-p99 is exceeded: ")).isEqualTo(exitCode == 1);
    }

    @Test
    void theReportSaysHowToReproduceIt(@TempDir Path directory) throws Exception {
        Path json = directory.resolve("a b.json");
        Path html = directory.resolve("a.html");
        CommandRun run = CommandRun.of(
                "load", target(), "-n", "5", "--send", "it's\\n", "--json", json + "", "--html", html + "");

        assertThat(run.exitCode()).isZero();
        LoadReport report = ReportFile.read(json);
        assertThat(report.command())
                .isEqualTo("java -jar server-examples.jar load " + target() + " -n 5 --send 'it'\\''s\\n' --json '"
                        + json + "' --html " + html);
        assertThat(report.program()).matches("socketserver \\d.*");
        assertThat(Files.readString(html)).contains("\"command\":\"java -jar server-examples.jar load ");
    }

    @Test
    void someErrorsMayBeAllowed() throws Exception {
        echo.close();
        CommandRun run = CommandRun.of(
                "load", "--target", target(), "--mode", "connect", "--requests", "10", "--max-errors", "100");

        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).containsPattern("refused +[1-9]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--rate 200",
                "--ramp 0:200:0.2",
                "--mode connect --rate 100 --source 127.0.0.1",
                "--pipeline 4 --threads 1",
                "--mode idle",
                "--mode slow --drip 0.01 --payload text:ab\\n",
                "--idle 3 --slow 2 --payload random:1K",
                "--payload file:pom.xml"
            })
    void everyKindOfLoadEndsWell(String options) {
        CommandRun run = CommandRun.of(
                ("load --connections 2 --duration 0.3 --warmup 0 --target " + target() + " " + options).split(" ", -1));

        assertThat(run.out()).containsPattern("errors +0 ");
        assertThat(run.exitCode()).isZero();
    }

    @Test
    void aSignalInTheWarmUpLeavesAValidReportAndPage(@TempDir Path directory) throws Exception {
        Path json = directory.resolve("load.json");
        Path html = directory.resolve("load.html");
        try (ChildJvm load = ChildJvm.start(
                "load", "--target", target(), "--warmup", "3600", "--json", json + "", "--html", html + "")) {
            assertThat(load.err().readLine()).contains("warm-up");
            load.signal("INT");

            assertThat(load.out().lines().collect(Collectors.joining("\n")))
                    .contains("ended early")
                    .containsPattern("requests +0 +0/s")
                    .containsPattern("errors +0 ")
                    .doesNotContain("NaN");
            assertThat(load.err().lines().filter(line -> !line.startsWith("warm-up")))
                    .isEmpty();
            assertThat(load.awaitExit()).isZero();
        }
        assertThat(ReportFile.read(json).runs()).singleElement().satisfies(run -> {
            assertThat(run.endedEarly()).isTrue();
            assertThat(run.operationsPerSecond()).isZero();
        });
        assertThat(Files.readString(json)).doesNotContain("NaN");
        assertThat(Files.readString(html)).contains("\"endedEarly\":true");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--idle 1000", "--connections 1000", "--slow 1000 --mode connect"})
    void moreConnectionsThanDescriptorsAreRefusedWithTheNumberThatIsPossible(String options) throws Exception {
        List<String> command = new ArrayList<>(List.of("load", "--target", target(), "--threads", "1"));
        command.addAll(List.of(options.split(" ", -1)));
        try (ChildJvm load = ChildJvm.startWithDescriptors(200, command.toArray(String[]::new))) {
            assertThat(load.err().lines())
                    .singleElement()
                    .asString()
                    .matches("load: 1,0\\d\\d connections need 1,[01]\\d\\d file descriptors, but the limit is 200"
                            + " \\(ulimit -n\\); at most 1[0-7]\\d are possible");
            assertThat(load.awaitExit()).isOne();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"INT", "TERM"})
    void aSignalEndsEarlyWithTheWholeSummary(String signal) throws Exception {
        try (ChildJvm load = ChildJvm.start("load", "--target", target(), "--duration", "3600", "--warmup", "0")) {
            assertThat(load.err().readLine()).as("a first line of progress").contains("/s");
            load.signal(signal);

            String summary = load.out().lines().collect(Collectors.joining("\n"));
            assertThat(load.awaitExit()).isZero();
            assertThat(summary).contains("ended early").contains("p99.9");
        }
    }
}
