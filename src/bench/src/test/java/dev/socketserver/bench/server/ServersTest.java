package dev.socketserver.bench.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.socketserver.bench.server.peer.Transport;
import java.io.IOException;
import java.io.InputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(value = 120, unit = TimeUnit.SECONDS)
class ServersTest {
    private static final byte[] MESSAGE = "what goes in comes out\n".getBytes(StandardCharsets.US_ASCII);
    private static final int TIMEOUT_MILLIS = 30_000;

    @TempDir
    private static Path folder;

    private static Catalogue catalogue;

    private static Jvm java() {
        return Jvm.of(Path.of(System.getProperty("java.home")), List.of("-Xmx256m"));
    }

    @BeforeAll
    static void prepare() throws Exception {
        catalogue = new Catalogue(folder, java(), Jvm.newest(List.of()).orElse(java()));
    }

    private static Contender contender(String id) {
        return catalogue.contenders().stream()
                .filter(each -> each.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    private static Stream<Arguments> contendersAndTransports() {
        return catalogue.contenders().stream()
                .flatMap(contender ->
                        contender.transports().stream().sorted().map(transport -> Arguments.of(contender, transport)));
    }

    @ParameterizedTest
    @MethodSource("contendersAndTransports")
    void everyServerThatCanRunHereEchoes(Contender contender, Transport transport) throws Exception {
        Workload workload = Workload.of(
                switch (transport) {
                    case TCP -> "request-8";
                    case TLS -> "tls-request-64";
                    case UDP -> "udp-64";
                });
        int port = freePort();

        try (var server = ServerProcess.start(contender.command(workload, port), folder.resolve("server.log"))) {
            assertThat(
                            switch (transport) {
                                case TCP -> exchange(new Socket(), port);
                                case TLS -> exchangeEncrypted(port);
                                case UDP -> exchangeDatagram(port);
                            })
                    .isEqualTo(MESSAGE);
            assertThat(Usage.of(server.handle()).threads()).isPositive();
        }
    }

    @Test
    void aTrialOfHandshakesMeasuresThem() throws Exception {
        Workload workload = Workload.of("tls-connect-64");

        Measurement measurement;
        try (var none = new Conditions(0, 0).begin()) {
            var trial = new Trial(java(), 1, Times.ofSeconds(0.2, 0.5), none, folder);
            measurement = trial.run(contender("jdk-cached"), workload).measurement();
        }

        assertThat(measurement.failures()).isZero();
        assertThat(measurement.operations()).isPositive();
    }

    @Test
    void aTrialMeasuresServerAndClientInProcessesOfTheirOwn() throws Exception {
        Observation observation;
        try (var none = new Conditions(0, 0).begin()) {
            var trial = new Trial(java(), 1, Times.ofSeconds(0.2, 0.5), none, folder);
            observation = trial.run(contender("ours"), Workload.of("request-8"));
        }

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
        NativeContender peer =
                new NativeContender("c", "C", Set.of(Transport.TCP), 1_000, List.of("c"), w -> List.of("1"));

        assertThat(peer.supports(Workload.of("request-512"))).isTrue();
        assertThat(peer.supports(Workload.of("sleep"))).isFalse();
        assertThat(peer.supports(Workload.of("idle-8000"))).isFalse();
        assertThat(peer.command(Workload.of("request-8"), 900)).containsExactly("c", "900", "1");
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static byte[] exchange(Socket socket, int port) throws IOException {
        try (socket) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.getOutputStream().write(MESSAGE);
            return socket.getInputStream().readNBytes(MESSAGE.length);
        }
    }

    /** All agree on the same algorithms, so that they are compared doing the same work. */
    private static byte[] exchangeEncrypted(int port) throws Exception {
        var socket = (SSLSocket)
                trusting(folder.resolve("key.pem")).getSocketFactory().createSocket();
        byte[] answer = exchange(socket, port);
        assertThat(socket.getSession().getProtocol()).isEqualTo("TLSv1.3");
        assertThat(socket.getSession().getCipherSuite()).isEqualTo("TLS_AES_256_GCM_SHA384");
        return answer;
    }

    private static SSLContext trusting(Path pem) throws Exception {
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        try (InputStream in = Files.newInputStream(pem)) {
            Certificate certificate = CertificateFactory.getInstance("X.509").generateCertificate(in);
            trusted.setCertificateEntry("server", certificate);
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
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
