package dev.socketserver.examples.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** TLS, Unix-domain sockets, and where connections come from. */
@Timeout(60)
class TransportTest {
    private static final char[] PASSWORD = "password".toCharArray();

    @TempDir
    private static Path directory;

    private static LoadResult run(LoadPlan.Builder plan) throws IOException, InterruptedException {
        return run(plan, 24);
    }

    private static LoadResult run(LoadPlan.Builder plan, int requests) throws IOException, InterruptedException {
        return new Load(plan.connections(4)
                        .warmup(Duration.ZERO)
                        .requests(requests)
                        .build())
                .run(LoadListener.NONE);
    }

    /** A listener whose certificate nobody has signed. */
    private static ServerSocket tlsListener() throws Exception {
        Path file = directory.resolve("keys.p12");
        if (!Files.exists(file)) {
            Path keytool = Path.of(System.getProperty("java.home"), "bin", "keytool");
            var command = new ProcessBuilder(
                    (keytool + " -genkeypair -alias a -keyalg EC -dname CN=localhost -validity 2 -storetype PKCS12"
                                    + " -storepass password -keystore " + file)
                            .split(" ", -1));
            assertThat(command.redirectErrorStream(true).start().waitFor()).isZero();
        }
        KeyStore store = KeyStore.getInstance(file.toFile(), PASSWORD);
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context.getServerSocketFactory().createServerSocket(0, 64, InetAddress.getLoopbackAddress());
    }

    @ParameterizedTest
    @CsvSource({"REQUEST,1,64", "REQUEST,8,64", "REQUEST,1,1000000", "CONNECT,1,64"})
    void anEncryptedEchoHasNoErrors(Mode mode, int depth, int payload) throws Exception {
        try (var peer = new StreamPeer(tlsListener(), StreamPeer.ECHO)) {
            LoadResult result = run(LoadPlan.builder(peer.address())
                    .mode(mode)
                    .depth(depth)
                    .payload(Message.random(payload))
                    .tls(ClientTls.insecure("localhost")));

            assertThat(result.clients().errors()).isEmpty();
            assertThat(result.clients().successes()).isPositive();
        }
    }

    @Test
    void noEncryptedAnswerIsReadTogetherWithTheOneBefore() throws Exception {
        try (var peer = new StreamPeer(tlsListener(), StreamPeer.ECHO)) {
            LoadResult result = run(LoadPlan.builder(peer.address()).tls(ClientTls.insecure("localhost")));

            assertThat(result.clients().latencies().getMinValue())
                    .as("nanoseconds from the time of one event to that of another")
                    .isPositive();
        }
    }

    @Test
    void aCertificateThatNobodySignedIsATlsError() throws Exception {
        try (var peer = new StreamPeer(tlsListener(), StreamPeer.ECHO)) {
            LoadResult result = run(LoadPlan.builder(peer.address()).tls(ClientTls.verified("localhost")));

            assertThat(result.clients().errors()).containsOnlyKeys(ErrorKind.TLS);
            assertThat(result.operations()).isZero();
        }
    }

    @Test
    void plainBytesInsteadOfAHandshakeAreATlsError() throws Exception {
        try (var peer = new StreamPeer(StreamPeer.ECHO)) {
            LoadResult result = run(LoadPlan.builder(peer.address()).tls(ClientTls.insecure("localhost")));

            assertThat(result.clients().errors()).containsOnlyKeys(ErrorKind.TLS);
        }
    }

    @ParameterizedTest
    @CsvSource({"REQUEST", "CONNECT"})
    void anEchoOnAUnixSocketHasNoErrors(Mode mode) throws Exception {
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(directory.resolve(mode + ".sock"));
        try (var listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            listener.bind(address, 1024);
            new Thread(() -> acceptAll(listener)).start();
            LoadResult result = run(LoadPlan.builder(address).mode(mode));

            assertThat(result.clients().errors()).isEmpty();
            assertThat(result.clients().successes()).isPositive();
        }
    }

    private static void acceptAll(ServerSocketChannel listener) {
        try {
            while (true) {
                SocketChannel connection = listener.accept();
                new Thread(() -> echo(connection)).start();
            }
        } catch (IOException closed) {
            // The test is over.
        }
    }

    private static void echo(SocketChannel connection) {
        try (connection) {
            Channels.newInputStream(connection).transferTo(Channels.newOutputStream(connection));
        } catch (IOException closed) {
            // The client has gone.
        }
    }

    private static Set<String> peersSeen(@Nullable SourceAddresses sources) throws Exception {
        Set<String> seen = ConcurrentHashMap.newKeySet();
        try (var peer = new StreamPeer(connection -> {
            seen.add(connection.getInetAddress().getHostAddress());
            StreamPeer.ECHO.serve(connection);
        })) {
            LoadResult result = run(
                    LoadPlan.builder(peer.address()).mode(Mode.CONNECT).loops(2).sources(sources), 300);
            assertThat(result.clients().errors()).isEmpty();
        }
        return seen;
    }

    @Test
    void connectionsComeFromTheSourcesInTurn() throws Exception {
        assertThat(peersSeen(SourceAddresses.parse("127.0.0.9,127.0.8.0/30")))
                .containsExactlyInAnyOrder("127.0.0.9", "127.0.8.1", "127.0.8.2");
    }

    @Test
    void towardsThisMachineThereAreManySources() throws Exception {
        assertThat(peersSeen(null)).contains("127.0.1.1", "127.0.1.2").doesNotContain("127.0.0.1");
    }

    @Test
    void aSourceThatIsNotOursCountsAsNoPorts() throws Exception {
        try (var peer = new StreamPeer(StreamPeer.ECHO)) {
            LoadResult result = run(LoadPlan.builder(peer.address()).sources(SourceAddresses.parse("192.0.2.1")));

            assertThat(result.clients().errors()).containsOnlyKeys(ErrorKind.NO_PORTS);
            assertThat(result.clientLimits()).anyMatch(limit -> limit.contains("--source"));
        }
    }

    @Test
    void networksAreReadUpToAHundredAddresses() {
        assertThat(SourceAddresses.parse("127.0.0.0/8").addresses()).hasSize(100);
        assertThat(SourceAddresses.parse("10.1.2.3/24").addresses().get(0).getHostAddress())
                .isEqualTo("10.1.2.1");
        assertThat(SourceAddresses.parse("::1").addresses()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({"localhost", "''", "127.0.0.0/31", "127.0.0.0/x", "::1/64", "1.2.3.4.5"})
    void aBadSourceIsRefused(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SourceAddresses.parse(text))
                .withMessageStartingWith("source");
    }
}
