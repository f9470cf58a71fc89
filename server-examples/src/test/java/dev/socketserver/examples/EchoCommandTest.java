package dev.socketserver.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class EchoCommandTest {
    private static final byte[] HELLO = "hello".getBytes(UTF_8);

    private static int port(ChildJvm echo) throws IOException {
        String line = echo.out().readLine();
        assertThat(line).startsWith("listening on ");
        return Integer.parseInt(line.substring(line.lastIndexOf(':') + 1));
    }

    private static void assertEchoes(Socket connection) throws IOException {
        connection.getOutputStream().write(HELLO);
        assertThat(connection.getInputStream().readNBytes(HELLO.length)).isEqualTo(HELLO);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TERM", "INT"})
    void servesUntilASignalAndThenExitsWithZero(String signal) throws Exception {
        try (ChildJvm echo = ChildJvm.start("echo", "--port", "0", "--min-workers", "1", "--max-workers", "4")) {
            int port = port(echo);
            try (var connection = new Socket(InetAddress.getLoopbackAddress(), port)) {
                assertEchoes(connection);
                assertEchoes(connection);
                echo.signal(signal);
                assertThat(connection.getInputStream().read())
                        .as("the idle connection is closed")
                        .isNegative();
            }
            assertThat(echo.awaitExit()).isZero();
            assertThat(echo.err().lines().collect(Collectors.joining("\n"))).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({"'', 127.0.0.1:", "--host 127.0.0.1, 127.0.0.1:", "--health-host 127.0.0.2, 127.0.0.2:"})
    void answersForItsHealthOnLoopbackUnlessToldOtherwise(String options, String where) throws Exception {
        List<String> command = new ArrayList<>(List.of("echo", "--port", "0", "--health-port", "0"));
        options.lines().forEach(line -> command.addAll(List.of(line.split(" ", -1))));
        try (ChildJvm echo = ChildJvm.start(command.toArray(String[]::new))) {
            assertThat(echo.out().readLine()).startsWith("listening on ");
            assertThat(echo.out().readLine()).startsWith("health on " + where);
        }
    }

    @Test
    void answersForItsHealthUntilItHasDrained() throws Exception {
        try (ChildJvm echo = ChildJvm.start(
                        "echo", "--host", "127.0.0.1", "--port", "0", "--health-port", "0", "--drain-delay", "3");
                var silent = new Socket()) {
            var server = new InetSocketAddress(InetAddress.getLoopbackAddress(), port(echo));
            String line = echo.out().readLine();
            assertThat(line).startsWith("health on ");
            var ready = URI.create("http://127.0.0.1:" + line.substring(line.lastIndexOf(':') + 1) + "/health/ready");
            silent.connect(server);
            try (var next = new Socket(server.getAddress(), server.getPort())) {
                assertEchoes(next); // so the silent one, which the drain waits for, was accepted before
            }
            assertThat(status(ready)).isEqualTo(200);
            echo.signal("TERM");
            while (status(ready) != 503) {
                Thread.onSpinWait();
            }
            silent.shutdownOutput();
            assertThat(echo.awaitExit()).isZero();
            assertThat(echo.err().lines().collect(Collectors.joining("\n"))).isEmpty();
        }
    }

    private static int status(URI uri) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.discarding())
                .statusCode();
    }

    @Test
    void takesTheHeaderOfATrustedProxyOnly() throws Exception {
        byte[] header = "PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r\n".getBytes(UTF_8);
        for (String proxies : List.of("127.0.0.0/8,::1", "10.0.0.0/8")) {
            try (ChildJvm echo =
                            ChildJvm.start("echo", "--host", "127.0.0.1", "--port", "0", "--proxy-protocol", proxies);
                    var connection = new Socket(InetAddress.getLoopbackAddress(), port(echo))) {
                connection.getOutputStream().write(header);
                if (proxies.startsWith("127")) {
                    assertEchoes(connection);
                } else {
                    assertThat(isAtItsEnd(connection)).isTrue();
                }
            }
        }
    }

    private static boolean isAtItsEnd(Socket connection) {
        try {
            return connection.getInputStream().read() < 0;
        } catch (IOException reset) {
            return true;
        }
    }

    @Test
    void listensWhereItIsTold() throws Exception {
        try (ChildJvm echo = ChildJvm.start("echo", "--host", "127.0.0.1", "--port", "0")) {
            assertThat(echo.out().readLine()).startsWith("listening on 127.0.0.1:");
        }
    }

    @Test
    void echoesDatagrams() throws Exception {
        try (ChildJvm echo = ChildJvm.start("echo", "--transport", "udp", "--port", "0", "--host", "127.0.0.1");
                var socket = new DatagramSocket()) {
            var server = new InetSocketAddress(InetAddress.getLoopbackAddress(), port(echo));
            socket.send(new DatagramPacket(HELLO, HELLO.length, server));
            var answer = new DatagramPacket(new byte[100], 100);
            socket.receive(answer);

            assertThat(answer.getData()).startsWith(HELLO);
            assertThat(answer.getLength()).isEqualTo(HELLO.length);
        }
    }

    @Test
    void echoesOverAUnixSocketAndRemovesItsFile(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("echo.sock");
        try (ChildJvm echo = ChildJvm.start("echo", "--transport", "unix", "--path", file.toString())) {
            assertThat(echo.out().readLine()).isEqualTo("listening on " + file);
            try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
                channel.connect(UnixDomainSocketAddress.of(file));
                channel.write(ByteBuffer.wrap(HELLO));
                var answer = ByteBuffer.allocate(HELLO.length);
                while (answer.hasRemaining() && channel.read(answer) >= 0) {
                    // The rest is still to come.
                }
                assertThat(answer.array()).isEqualTo(HELLO);
            }
            echo.signal("TERM");
            assertThat(echo.awaitExit()).isZero();
            assertThat(Files.exists(file)).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void speaksTlsWithTheCertificateOfAFile(boolean inOneFile, @TempDir Path folder) throws Exception {
        Path certificate = folder.resolve("certificate.pem");
        Path key = folder.resolve("key.pem");
        SelfSigned.write(folder);
        if (inOneFile) {
            Files.writeString(certificate, Files.readString(key), StandardOpenOption.APPEND);
        }
        List<String> options = new ArrayList<>(List.of("echo", "--port", "0", "--tls", certificate.toString()));
        if (!inOneFile) {
            options.addAll(List.of("--tls-key", key.toString()));
        }
        try (ChildJvm echo = ChildJvm.start(options.toArray(String[]::new))) {
            CommandRun load = CommandRun.ofSockload(
                    "--insecure", "-c", "2", "-n", "20", "--warmup", "0", "tls://127.0.0.1:" + port(echo));
            assertThat(load.exitCode()).as(load.err()).isZero();
        }
    }

    @Test
    void servesFromVirtualThreads() throws Exception {
        assumeThat(Runtime.version().feature()).isGreaterThanOrEqualTo(24);
        try (ChildJvm echo = ChildJvm.start("echo", "--port", "0", "--workers", "virtual");
                var connection = new Socket(InetAddress.getLoopbackAddress(), port(echo))) {
            assertEchoes(connection);
        }
    }

    @Test
    void virtualThreadsOnAJdkWithoutAreABadOption() {
        assumeThat(Runtime.version().feature()).isLessThan(21);
        CommandRun run = CommandRun.of("echo", "--port", "0", "--workers", "virtual");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err().lines()).singleElement().asString().contains("virtual threads need JDK 21 or later");
    }

    @Test
    void aPortInUseIsToldInOneLine() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            CommandRun run =
                    CommandRun.of("echo", "--host", "127.0.0.1", "--port", Integer.toString(taken.getLocalPort()));

            assertThat(run.exitCode()).isEqualTo(1);
            assertThat(run.out()).isEmpty();
            assertThat(run.err().lines())
                    .singleElement()
                    .asString()
                    .startsWith("echo: cannot listen on ")
                    .contains(Integer.toString(taken.getLocalPort()), "in use");
        }
    }

    /** From then on, a peer may have connected. */
    @Test
    void aSignalThatComesAsSoonAsItListensEndsItCleanly(@TempDir Path folder) throws Exception {
        Path socket = folder.resolve("echo.sock");
        try (ChildJvm echo = ChildJvm.start("echo", "--transport", "unix", "--path", socket.toString())) {
            while (Files.notExists(socket)) {
                Thread.onSpinWait();
            }
            echo.signal("TERM");
            assertThat(echo.awaitExit()).isZero();
        }
    }

    @Test
    void limitsWhatOneAddressMayHave() throws Exception {
        try (ChildJvm echo = ChildJvm.start("echo", "--host", "127.0.0.1", "--port", "0", "--max-per-source", "1")) {
            int port = port(echo);
            try (var first = new Socket(InetAddress.getLoopbackAddress(), port);
                    var second = new Socket(InetAddress.getLoopbackAddress(), port)) {
                assertEchoes(first);
                assertThat(second.getInputStream().read()).isNegative();
                assertEchoes(first);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"--allow, 127.0.0.0/8, true", "--allow, 192.0.2.0/24, false", "--deny, 127.0.0.0/8, false"})
    void servesOnlyWhomItAllows(String option, String addresses, boolean served) throws Exception {
        try (ChildJvm echo = ChildJvm.start("echo", "--host", "127.0.0.1", "--port", "0", option, addresses);
                var peer = new Socket(InetAddress.getLoopbackAddress(), port(echo))) {
            if (served) {
                assertEchoes(peer);
            } else {
                assertThat(peer.getInputStream().read()).isNegative();
            }
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --port 65536                        | port
            --port -1                           | port
            --port x                            | --port
            --host host.invalid                 | host.invalid
            --host=                             | --host is empty
            --transport pigeon                  | pigeon
            --transport unix                    | --path is missing
            --transport unix --path=            | --path is missing
            --transport unix --path x --port 1  | --host and --port are not for --transport unix
            --transport unix --path x --host ::1 | --host and --port are not for --transport unix
            --path x                            | --path needs --transport unix
            --workers lazy                      | lazy
            --min-workers 5 --max-workers 3     | max-workers must be at least min-workers (5): 3
            --max-workers 0                     | max-workers must be
            --min-spare-workers -1              | min-spare-workers must be at least 0: -1
            --queue-threshold -1                | queue-threshold must be at least 0: -1
            --grace -1                          | grace must not be negative: PT-1S
            --drain-delay -1                    | drain-delay must not be negative: PT-1S
            --proxy-protocol 10.0.0.0/33        | --proxy-protocol
            --proxy-protocol 10.0.0.1,here      | must be ADDRESS/BITS
            --transport unix --path x --proxy-protocol ::1 | proxy-protocol is for TCP only
            --max-connections -1                | max-connections must be at least 0: -1
            --at-limit explode                  | explode
            --max-per-source 0                  | max-per-source must be at least 1: 0
            --rate-per-source 0                 | rate-per-source must be at least 1: 0
            --accept-rate 0                     | accept-rate must be at least 1: 0
            --deny here                         | must be ADDRESS/BITS
            --allow here                        | must be ADDRESS/BITS
            --message-timeout -1                | message-timeout must not be negative: PT-1S
            --min-read-rate -1                  | min-read-rate must be at least 0: -1
            --min-write-rate -1                 | min-write-rate must be at least 0: -1
            --transport udp --max-per-source 1  | max-per-source is not supported for UDP
            --transport udp --max-connections 1 | max-connections is not supported for UDP
            --tls-key missing.pem               | --tls-key needs --tls
            --health-port 65536                 | --health-port must be 0 to 65535: 65536
            --health-port x                     | --health-port
            --health-host 127.0.0.1             | --health-host needs --health-port
            --health-port 0 --health-host host.invalid | unknown --health-host: host.invalid
            --colour red                        | --colour
            """)
    void aBadOptionIsToldInOneLine(String options, String complaint) {
        CommandRun run = CommandRun.of(("echo " + options).split(" ", -1));

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err().lines())
                .singleElement()
                .asString()
                .startsWith("echo: ")
                .contains(complaint);
    }

    @Test
    void aCertificateThatIsMissingIsToldInOneLine() {
        CommandRun run = CommandRun.of("echo", "--port", "0", "--tls", "missing.pem");

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err().lines())
                .singleElement()
                .asString()
                .startsWith("echo: ")
                .contains("missing.pem");
    }
}
