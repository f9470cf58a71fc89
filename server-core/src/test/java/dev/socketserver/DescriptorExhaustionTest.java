package dev.socketserver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.peer.ExhaustedServer;
import dev.socketserver.peer.TestClient;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A server that runs out of file descriptors for real, in a JVM that has few. */
@Timeout(120)
@EnabledOnOs({OS.LINUX, OS.MAC})
class DescriptorExhaustionTest {
    private static final int DESCRIPTORS = 160;
    private static final int CLIENTS = 400;
    private static final int NO_LIMIT = Integer.MAX_VALUE;

    /** With pauses of 5 ms doubling to 1 s, this many failures take about 5 seconds. */
    private static final int FAILURES = 12;

    @TempDir
    Path directory;

    @Test
    void aServerOutOfDescriptorsNeitherSpinsNorFloodsTheLogAndServesAgainWhenItCan() throws Exception {
        Path log = directory.resolve("log");
        Process process = start(log, NO_LIMIT, Duration.ZERO);
        List<TestClient> flood = new ArrayList<>();
        try (BufferedReader told = process.inputReader(UTF_8)) {
            var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(told.readLine()));
            checkServed(address);
            for (int i = 0; i < CLIENTS; i++) {
                flood.add(TestClient.to(address));
            }
            assertThat(told.readLine()).isEqualTo("failed");
            Duration cpuBefore = cpuTime(process);
            for (int failures = 1; failures < FAILURES; failures++) {
                assertThat(told.readLine()).isEqualTo("failed");
            }
            assertThat(cpuTime(process).minus(cpuBefore)).isLessThan(Duration.ofSeconds(1));
            assertThat(Files.readAllLines(log)).hasSizeLessThanOrEqualTo(10);

            close(flood);
            long ended = System.nanoTime();
            checkServed(address);
            assertThat(Duration.ofNanos(System.nanoTime() - ended)).isLessThan(Duration.ofSeconds(2));
        } finally {
            close(flood);
            process.destroy();
            process.waitFor();
        }
    }

    @Test
    void theDefaultLimitIsReachedBeforeTheDescriptorsEndAndSilentPeersGiveWay() throws Exception {
        Path log = directory.resolve("log");
        Process process = start(log, 0, Duration.ZERO);
        List<TestClient> flood = new ArrayList<>();
        try (BufferedReader told = process.inputReader(UTF_8)) {
            var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(told.readLine()));
            checkServed(address);
            for (int i = 0; i < CLIENTS; i++) {
                flood.add(TestClient.to(address));
            }
            checkServed(address); // while they are all still there
            close(flood);
            checkServed(address);
            assertThat(told.ready()).as("failures told").isFalse();
            assertThat(Files.readAllLines(log))
                    .allSatisfy(line -> assertThat(line).contains("has reached its limit of"));
        } finally {
            close(flood);
            process.destroy();
            process.waitFor();
        }
    }

    /** Else those that hold all descriptors would hold them for ever. */
    @Test
    void proxiesThatSendNoHeaderAreClosedInTimeAlsoWhileNobodyCanBeAccepted() throws Exception {
        Path log = directory.resolve("log");
        Process process = start(log, NO_LIMIT, Duration.ofMillis(500));
        List<TestClient> flood = new ArrayList<>();
        try (BufferedReader told = process.inputReader(UTF_8)) {
            var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(told.readLine()));
            try (TestClient first = TestClient.to(address).send("no header")) {
                first.awaitEnd(); // and the classes are loaded that a refusal needs, which takes descriptors
            }
            for (int i = 0; i < DESCRIPTORS; i++) {
                flood.add(TestClient.to(address));
            }
            assertThat(told.readLine()).isEqualTo("failed");
            for (TestClient silent : flood) {
                silent.awaitEnd();
            }
            try (TestClient client = TestClient.to(address).send("PROXY UNKNOWN\r\nserved")) {
                assertThat(client.halfClose().readAll()).isEqualTo("served");
            }
        } finally {
            close(flood);
            process.destroy();
            process.waitFor();
        }
    }

    private static Process start(Path log, int maxConnections, Duration headerTimeout) throws IOException {
        String java = ProcessHandle.current().info().command().orElseThrow();
        return new ProcessBuilder(
                        "bash",
                        "-c",
                        "ulimit -n " + DESCRIPTORS + "; exec \"$@\"",
                        "bash",
                        java,
                        "-cp",
                        System.getProperty("java.class.path"),
                        ExhaustedServer.class.getName(),
                        Integer.toString(maxConnections),
                        Long.toString(headerTimeout.toMillis()))
                .redirectError(log.toFile())
                .start();
    }

    private static void checkServed(InetSocketAddress address) throws IOException {
        try (TestClient client = TestClient.to(address)) {
            assertThat(client.send("served").halfClose().readAll()).isEqualTo("served");
        }
    }

    private static void close(List<TestClient> clients) throws IOException {
        for (TestClient client : clients) {
            client.close();
        }
    }

    private static Duration cpuTime(Process process) {
        return process.info().totalCpuDuration().orElseThrow();
    }
}
