package dev.socketserver.bench.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.socketserver.bench.server.peer.Transport;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(value = 120, unit = TimeUnit.SECONDS)
class ServersTest {
    private static final byte[] MESSAGE = "what goes in comes out\n".getBytes(StandardCharsets.US_ASCII);
    private static final int TIMEOUT_MILLIS = 30_000;

    @TempDir
    private static Path folder;

    private static Jvm java() {
        return Jvm.of(Path.of(System.getProperty("java.home")), List.of("-Xmx256m"));
    }

    private static Stream<Contender> contenders() throws Exception {
        Path peers = Files.createTempDirectory(folder, "peers");
        return new Catalogue(peers, java(), Jvm.newest(List.of()).orElse(java())).contenders().stream();
    }

    @ParameterizedTest
    @MethodSource("contenders")
    void everyServerThatCanRunHereEchoes(Contender contender) throws Exception {
        boolean datagrams = contender.transport() == Transport.UDP;
        Workload workload = Workload.of(datagrams ? "udp-64" : "request-8");
        int port = freePort();

        try (var server = ServerProcess.start(contender.command(workload, port), folder.resolve("server.log"))) {
            assertThat(datagrams ? exchangeDatagram(port) : exchange(port)).isEqualTo(MESSAGE);
            assertThat(Usage.of(server.handle()).threads()).isPositive();
        }
    }

    @Test
    void aTrialMeasuresServerAndClientInProcessesOfTheirOwn() throws Exception {
        Trial trial = new Trial(java(), 1, Times.ofSeconds(0.2, 0.5), folder);
        Contender ours = contenders().findFirst().orElseThrow();

        Observation observation = trial.run(ours, Workload.of("request-8"));

        Measurement measurement = observation.measurement();
        assertThat(measurement.failures()).isZero();
        assertThat(measurement.operations()).isPositive();
        assertThat(measurement.serverCpu()).isPositive();
        assertThat(measurement.memoryBytes()).isPositive();
        assertThat(observation.load().runs()).hasSize(1);
    }

    @Test
    void aServerThatDoesNotStartSaysWhy() {
        List<String> command = List.of("sh", "-c", "echo no such option >&2");

        assertThatThrownBy(() -> ServerProcess.start(command, folder.resolve("broken.log")))
                .isInstanceOf(IOException.class)
                .hasMessage("the server did not start: no such option");
    }

    @Test
    void whatIsNoJvmIsNotAskedToSleepNorToServeThousands() throws Exception {
        NativeContender peer = new NativeContender("c", "C", Transport.TCP, 1_000, List.of("c"), Workload::connections);

        assertThat(peer.supports(Workload.of("request-512"))).isTrue();
        assertThat(peer.supports(Workload.of("sleep"))).isFalse();
        assertThat(peer.supports(Workload.of("idle-8000"))).isFalse();
        assertThat(peer.command(Workload.of("request-8"), 900)).containsExactly("c", "900", "8");
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static byte[] exchange(int port) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.getOutputStream().write(MESSAGE);
            return socket.getInputStream().readNBytes(MESSAGE.length);
        }
    }

    private static byte[] exchangeDatagram(int port) throws IOException {
        try (var socket = new DatagramSocket()) {
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.send(new DatagramPacket(MESSAGE, MESSAGE.length, InetAddress.getLoopbackAddress(), port));
            DatagramPacket answer = new DatagramPacket(new byte[100], 100);
            socket.receive(answer);
            return Arrays.copyOf(answer.getData(), answer.getLength());
        }
    }
}
