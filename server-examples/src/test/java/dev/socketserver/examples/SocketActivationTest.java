package dev.socketserver.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The server is given its listening socket, as systemd gives it. */
@Timeout(120)
class SocketActivationTest {
    private static final Path ACTIVATE = Path.of("/usr/bin/systemd-socket-activate");
    private static final Path ANALYZE = Path.of("/usr/bin/systemd-analyze");
    private static final Path UNITS = Path.of("../docker/systemd");
    private static final byte[] HELLO = "hello".getBytes(UTF_8);
    private static final int PATIENCE_SECONDS = 60;

    @Test
    void theFirstConnectionStartsTheServerAndIsServed() throws Exception {
        assumeThat(ACTIVATE).as("systemd is installed").exists();
        int port;
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Process systemd = new ProcessBuilder(
                        ACTIVATE.toString(),
                        "--inetd",
                        "--listen=127.0.0.1:" + port,
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-Xmx128m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        "echo",
                        "--inherited")
                .start();
        try {
            BufferedReader log = systemd.errorReader();
            assertThat(log.readLine()).startsWith("Listening on 127.0.0.1:" + port);
            for (int i = 0; i < 2; i++) {
                assertIsEchoed(port);
            }
            systemd.destroy(); // by SIGTERM; the server has taken the process over
            assertThat(systemd.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
            assertThat(systemd.exitValue()).isZero();
        } finally {
            systemd.destroyForcibly();
        }
    }

    private static void assertIsEchoed(int port) throws IOException {
        try (var connection = new Socket(InetAddress.getLoopbackAddress(), port)) {
            connection.getOutputStream().write(HELLO);
            assertThat(connection.getInputStream().readNBytes(HELLO.length)).isEqualTo(HELLO);
        }
    }

    @Test
    void withoutASocketItSaysSo() throws Exception {
        try (ChildJvm echo = ChildJvm.start("echo", "--inherited")) {
            assertThat(echo.awaitExit()).isEqualTo(1);
            assertThat(echo.err().lines())
                    .containsExactly("echo: cannot listen on descriptor 0: it is not a listening TCP socket");
        }
    }

    @Test
    void systemdFindsNoFaultInTheUnits() throws Exception {
        assumeThat(ANALYZE).as("systemd is installed").exists();
        assumeThat(Path.of("/usr/bin/java")).as("the units' JVM").exists();
        try (var units = Files.list(UNITS)) {
            for (Path unit : units.toList()) {
                Process verify = new ProcessBuilder(ANALYZE.toString(), "verify", unit.toString())
                        .redirectErrorStream(true)
                        .start();
                assertThat(verify.inputReader().lines().collect(Collectors.joining("\n")))
                        .as("what systemd says of %s", unit.getFileName())
                        .isEmpty();
                assertThat(verify.waitFor()).isZero();
            }
        }
    }
}
