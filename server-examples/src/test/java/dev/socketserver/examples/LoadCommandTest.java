package dev.socketserver.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.examples.report.ReportFile;
import java.io.IOException;
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
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class LoadCommandTest {
    private ServerSocket listener;
    private Thread acceptor;

    @BeforeEach
    void startEcho() throws IOException {
        listener = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
        acceptor = new Thread(this::acceptAll);
        acceptor.start();
    }

    @AfterEach
    void stopEcho() throws Exception {
        listener.close();
        acceptor.join();
    }

    private void acceptAll() {
        try {
            while (true) {
                Socket connection = listener.accept();
                new Thread(() -> echo(connection)).start();
            }
        } catch (IOException closed) {
            // The test is over.
        }
    }

    private static void echo(Socket connection) {
        try (connection) {
            connection.getInputStream().transferTo(connection.getOutputStream());
        } catch (IOException closed) {
            // The client has gone.
        }
    }

    private String target() {
        return "127.0.0.1:" + listener.getLocalPort();
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
                .containsPattern("latency +p50 .* p99 .* p99.9 .* max ")
                .containsPattern("errors +0 ");
        assertThat(run.err())
                .as("plain lines, since this is no terminal")
                .contains("warm-up")
                .contains("/s  p50 ");
    }

    @Test
    void exitsWithOneWhenOperationsFail() throws Exception {
        listener.close();
        CommandRun run =
                CommandRun.of("load", "--target", target(), "--mode", "connect", "--duration", "0.2", "--warmup", "0");

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out()).containsPattern("refused +[1-9].*first: Connection refused");
    }

    @Test
    void someErrorsMayBeAllowed() throws Exception {
        listener.close();
        CommandRun run = CommandRun.of(
                "load",
                "--target",
                target(),
                "--mode",
                "connect",
                "--duration",
                "0.2",
                "--warmup",
                "0",
                "--max-errors",
                "100");

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

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --target nowhere                              | HOST:PORT
            --target 127.0.0.1:0                          | port must be 1 to 65535
            --target 127.0.0.1:x                          | port must be 1 to 65535
            --target ::1:80                               | in brackets
            --target host.invalid:80                      | unknown host: host.invalid
            --target 127.0.0.1:7 --connections 0          | --connections must be 1 to 1000000: 0
            --target 127.0.0.1:7 --connections many       | many
            --target 127.0.0.1:7 --duration soon          | soon
            --target 127.0.0.1:7 --duration 0             | --duration must be positive: 0.0 s
            --target 127.0.0.1:7 --warmup -1              | --warmup must not be negative: -1.0 s
            --target 127.0.0.1:7 --payload 0              | payload must be 1 to
            --target 127.0.0.1:7 --payload 9999M          | payload must be 1 to
            --target 127.0.0.1:7 --payload ten            | must be a number of bytes
            --target 127.0.0.1:7 --mode dance             | dance
            --target 127.0.0.1:7 --mode udp --payload 64K | --payload must be at most 65507 bytes
            --target 127.0.0.1:7 --payload text:          | payload must be 1 to
            --target 127.0.0.1:7 --payload file:/none     | cannot read the file /none
            --target 127.0.0.1:7 --payload odd:9          | not odd:
            --target 127.0.0.1:7 --rate 0                 | --rate must be positive: 0
            --target 127.0.0.1:7 --rate fast              | fast
            --target 127.0.0.1:7 --ramp 1:2               | FROM:TO:SECONDS
            --target 127.0.0.1:7 --ramp 1:2:0             | ramp must take some time
            --target 127.0.0.1:7 --rate 1 --ramp 1:2:3    | --rate and --ramp exclude each other
            --target 127.0.0.1:7 --mode idle --rate 1     | --rate does not apply to mode idle: 1/s
            --target 127.0.0.1:7 --source here            | source must be an IP address or network: here
            --target 127.0.0.1:7 --mode udp --tls         | --tls is not for mode: udp
            --target 127.0.0.1:7 --mode udp --idle 3      | --idle companions are connections
            --target 127.0.0.1:7 --max-errors 101         | --max-errors must be 0 to 100: 101.0
            --target 127.0.0.1:7 --repeat 0               | --repeat must be at least 1: 0
            --target 127.0.0.1:7 --json /none/a.json      | --json is in no directory: /none/a.json
            --target 127.0.0.1:7 --metrics nowhere        | must be a URL, such as http://127.0.0.1:8080/metrics
            --target 127.0.0.1:7 --metrics file:///etc    | must be a URL, such as http://127.0.0.1:8080/metrics
            --target 127.0.0.1:7 --metrics http://a:70000 | port must be 1 to 65535: a:70000
            --target 127.0.0.1:7 --metrics http://a.invalid/ | unknown host: a.invalid
            --target 127.0.0.1:7 --drip 0                 | --drip must be positive: 0.0 s
            --target unix:/tmp/none --mode udp            | --target must be HOST:PORT in mode udp
            --mode udp                                    | --target
            --target 127.0.0.1:7 --colour red             | --colour
            """)
    void aBadOptionIsToldInOneLine(String options, String complaint) {
        CommandRun run = CommandRun.of(("load " + options).split(" ", -1));

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err().lines())
                .singleElement()
                .asString()
                .startsWith("load: ")
                .contains(complaint);
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
