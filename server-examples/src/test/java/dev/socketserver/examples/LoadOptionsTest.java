package dev.socketserver.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.socketserver.examples.load.StreamPeer;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the options of {@code load} mean. */
@Timeout(60)
class LoadOptionsTest {
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

    private static CommandRun load(String options) {
        return CommandRun.of(("load " + options).split(" ", -1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "tcp://", "tls://", "udp://"})
    void aServerThatIsNotThereIsReportedAtOnce(String scheme) throws Exception {
        echo.close();
        CommandRun run = load(scheme + target() + " --duration 1h");

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.err().lines()).containsExactly("load: cannot connect to " + target() + ": Connection refused");
    }

    @Test
    void aUnixSocketThatIsNotThereIsReportedAtOnce(@TempDir Path directory) {
        CommandRun run = load("unix:" + directory.resolve("none") + " --duration 1h");

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err().lines()).singleElement().asString().startsWith("load: cannot connect to " + directory);
    }

    @Test
    void localhostIsFoundOnIpv6Too() throws Exception {
        byte[] loopback = new byte[16];
        loopback[15] = 1;
        try (var ipv6 = new StreamPeer(new ServerSocket(0, 64, InetAddress.getByAddress(loopback)), StreamPeer.ECHO)) {
            CommandRun run = load("-c 2 -n 10 localhost:" + ipv6.address().getPort());

            assertThat(run.err()).doesNotContain("load:");
            assertThat(run.exitCode()).isZero();
        } catch (BindException e) {
            assumeThat(e).as("this machine has IPv6").isNull();
        }
    }

    @Test
    void shortOptionsAndUnitsAndATargetWithoutOption() {
        CommandRun run = load("-c2 -t1 -d200ms --warmup 0s tcp://" + target());

        assertThat(run.exitCode()).isZero();
        assertThat(run.out())
                .contains("target       " + target() + ", request, 2 connections, 64 bytes")
                .containsPattern("measured     \\d+\\.\\d s after 0.0 s of warm-up")
                .doesNotContain("measured     0.0 s", "measured     0.1 s");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --send hello\\n                                       | 0 | errors +0
            --send hello\\n --expect hello\\n                    | 0 | errors +0
            --send hello\\n --until lo\\n                        | 0 | errors +0
            --send hello\\n --expect-length 6                    | 0 | errors +0
            --send hello\\n --expect-regex h.*o\\n               | 0 | errors +0
            --send hello\\n --until \\n --expect-regex ^h.llo\\n$ | 0 | errors +0
            --send hex:00000002{{counter:2}} --frame 4           | 0 | errors +0
            --send {{counter}},{{random:4}}; --pipeline 9        | 0 | errors +0
            --send hello\\n --expect-length 5 | 1 | first: 1 more bytes than asked for: "\\\\n"
            --send hello\\n --expect jello\\n | 1 | byte 0 was 0x68, expected 0x6a, in "hello\\\\n"
            --send hello\\n --until \\n --expect bye | 1 | first: "hello\\\\n" instead of "bye"
            --send hello\\n --until \\n --expect-regex ^j | 1 | first: "hello\\\\n" does not contain \\^j
            --send hello\\n --expect-regex j | 1 | first: "hello\\\\n" does not match j
            --send hex:ffffffff00 --frame 4 | 1 | wrong bytes.*first: a frame announces 4294967295 bytes
            """)
    void anAnswerIsWhatTheOptionsSay(String options, int exitCode, String result) {
        CommandRun run = load("-c 2 -n 20 " + target() + " " + options);

        assertThat(run.err()).doesNotContain("load:");
        assertThat(run.out()).containsPattern(result);
        assertThat(run.exitCode()).isEqualTo(exitCode);
    }

    @Test
    void anAnswerThatDoesNotEndIsShownAsFarAsItCame() {
        CommandRun run = load("-c 2 -n 2 " + target() + " --send hello --until \\n --timeout 2");

        assertThat(run.out()).containsPattern("timeout .*first: no answer after \"hello\"");
        assertThat(run.exitCode()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --duratoin 5     | load: unknown option: --duratoin; did you mean --duration?
            --max-p9=5ms     | load: unknown option: --max-p9; did you mean --max-p99?
            --colour red     | load: unknown option: --colour (see
            127.0.0.1:8      | load: unexpected argument: 127.0.0.1:8 (see
            """)
    void aMisspeltOptionIsRecognised(String options, String complaint) {
        CommandRun run = load(target() + " " + options);

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).startsWith(complaint);
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
            --target 127.0.0.1:7 --rate 1 --ramp 1:2:3    | --rate and --ramp are mutually exclusive
            --target 127.0.0.1:7 --mode idle --rate 1     | --rate does not apply to mode idle: 1/s
            --target 127.0.0.1:7 --source here            | source must be an IP address or network: here
            --target 127.0.0.1:7 --mode udp --tls         | --tls is not for mode: udp
            --target 127.0.0.1:7 --mode udp --idle 3      | --idle companions are connections
            --target 127.0.0.1:7 --max-errors 101         | --max-errors must be 0 to 100: 101.0
            --target 127.0.0.1:7 --repeat 0               | --repeat must be at least 1: 0
            --target 127.0.0.1:7 --json /none/a.json      | --json is in no directory: /none/a.json
            --target 127.0.0.1:7 --html /none/a.html      | --html is in no directory: /none/a.html
            --target 127.0.0.1:7 --html /                 | --html is a directory: /
            --target 127.0.0.1:7 --html /proc/a.html      | --html cannot be written: /proc/a.html
            --target 127.0.0.1:7 --max-p99 0              | --max-p99 must be positive: 0.0 s
            --target 127.0.0.1:7 127.0.0.1:8              | --target and TARGET are mutually exclusive
            --target http://127.0.0.1:7                   | http:// is not supported: use tcp:// or tls://
            --target ftp://127.0.0.1:7                    | must begin with tcp://, tls://, udp://, unix: or nothing
            --target udp://127.0.0.1:7 --mode request | mode request is not for a target that begins with udp://
            --target tcp://127.0.0.1:7 --mode udp         | --mode udp is not for a target that begins with tcp://
            --target 127.0.0.1:7 -n -1                    | --requests must not be negative: -1
            --target 127.0.0.1:7 -n 5 --mode idle         | --requests does not apply to mode idle: 5
            --target 127.0.0.1:7 --send a --messages b    | --send and --messages are mutually exclusive
            --target 127.0.0.1:7 --send a --payload 5     | --payload and --send are mutually exclusive
            --target 127.0.0.1:7 --messages b --payload 5 | --payload and --messages are mutually exclusive
            --target 127.0.0.1:7 --greeting-until=        | --greeting-until must not be empty
            --target 127.0.0.1:7 --messages /none         | --messages: cannot read the file /none
            --target 127.0.0.1:7 --messages /dev/null     | --messages: /dev/null has no message
            --target 127.0.0.1:7 --send a\\q              | --send: a backslash must begin
            --target 127.0.0.1:7 --send a\\xyz            | --send: a backslash must begin
            --target 127.0.0.1:7 --send hex:0             | --send:
            --target 127.0.0.1:7 --send hex:{{random:9}}  | --send: width of a placeholder must be 1 to 8 bytes: 9
            --target 127.0.0.1:7 --until a --frame 4      | --until and --frame are mutually exclusive
            --target 127.0.0.1:7 --frame 5                | --frame must be 1 to 4: 5
            --target 127.0.0.1:7 --expect-length 0        | --expect-length must be 1 to 67108864: 0
            --target 127.0.0.1:7 --expect-regex (         | --expect-regex: Unclosed group
            --target 127.0.0.1:7 --until-close            | --until-close needs mode connect, not: request
            --target udp://127.0.0.1:7 --until x          | --until is not for mode: udp
            --target 127.0.0.1:7 --source cafe            | source must be an IP address or network: cafe
            --target 127.0.0.1:7 --metrics nowhere        | must be a URL, such as http://127.0.0.1:8080/metrics
            --target 127.0.0.1:7 --metrics file:///etc    | must be a URL, such as http://127.0.0.1:8080/metrics
            --target 127.0.0.1:7 --metrics //127.0.0.1/   | must be a URL, such as http://127.0.0.1:8080/metrics
            --target 127.0.0.1:7 --metrics http://a:70000 | port must be 1 to 65535: a:70000
            --target 127.0.0.1:7 --metrics http://a.invalid/ | unknown host: a.invalid
            --target 127.0.0.1:7 --drip 0                 | --drip must be positive: 0.0 s
            --target 127.0.0.1:7 --drip 1                 | --drip needs --slow, or --mode slow
            --target 127.0.0.1:7 --insecure               | --insecure needs --tls, or a target that begins with tls://
            --target 127.0.0.1:7 --source ::1             | --source must be of the family of the target, IPv4 or IPv6:
            --target 127.0.0.1:7 --source 127.0.0.1,::1   | --source must be of the family of the target, IPv4 or IPv6:
            --target unix:/tmp/none --source 127.0.0.1    | --source must be of the family of the target, IPv4 or IPv6:
            --target 127.0.0.1:7 --json a.x --html a.x    | --json and --html name the same file: a.x
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
}
