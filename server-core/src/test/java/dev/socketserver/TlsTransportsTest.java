package dev.socketserver;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.socketserver.net.ProxyHeaders;
import dev.socketserver.net.ProxyProtocol;
import dev.socketserver.net.Tls;
import dev.socketserver.peer.Certificates;
import dev.socketserver.peer.LineEcho;
import dev.socketserver.peer.RecordingListener;
import dev.socketserver.peer.Strategy;
import dev.socketserver.peer.TestClient;
import dev.socketserver.peer.TlsClient;
import io.netty.buffer.ByteBufUtil;
import java.io.ByteArrayOutputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.security.Principal;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What TLS goes over, and what may go on around it. */
@Timeout(60)
class TlsTransportsTest {
    private static final String SETUPS = "dev.socketserver.TlsSetup#engines";
    private static final TlsSetup USUAL = new TlsSetup(Strategy.ELASTIC_POOL, false, TlsSetup.NEWEST);
    private static final ProxyProtocol LOCAL = ProxyProtocol.trusting("127.0.0.0/8", "::1");
    private static final byte[] HEADER =
            ByteBufUtil.getBytes(ProxyHeaders.binary(ProxyHeaders.PROXY, 0x11, ProxyHeaders.ipv4()));

    private final RecordingListener listener = new RecordingListener();

    /** Answers each line with the peer's address and the line. */
    private static final class Witness extends StreamRequestHandler {
        @Override
        protected void handle() throws Exception {
            String line = in().readLine(UTF_8, 1000);
            if (line != null) {
                out().write(connection().remoteAddress() + " " + line + "\n", UTF_8);
                keepOpen();
            }
        }
    }

    private TcpServer behindProxy(TlsSetup setup) throws Exception {
        return new TcpServer(
                setup.config().proxyProtocol(LOCAL).listener(listener).build(), Witness::new);
    }

    @ParameterizedTest
    @MethodSource(SETUPS)
    void theProxysHeaderComesInClearTextBeforeTheHandshake(TlsSetup setup) throws Exception {
        try (TcpServer server = behindProxy(setup)) {
            server.start();
            TestClient transport = TestClient.to(server.address());
            try (var client =
                    new TlsClient(transport.send(HEADER), TlsSetup.trusting().createSSLEngine())) {
                client.shakeHands();
                assertThat(client.send("one\n").readLine()).isEqualTo("/192.0.2.1:56324 one");
                assertThat(client.send("two\n").readLine()).isEqualTo("/192.0.2.1:56324 two");
            }
            listener.await("closed", 1);
        }
        assertThat(listener.failures()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource(SETUPS)
    void headerAndHandshakeMayComeTogetherAndBeCutAnywhere(TlsSetup setup) throws Exception {
        try (TcpServer server = behindProxy(setup)) {
            server.start();
            for (int cut = HEADER.length - 2; cut <= HEADER.length + 7; cut++) {
                TestClient transport = TestClient.to(server.address());
                try (var client = new TlsClient(transport, TlsSetup.trusting().createSSLEngine())) {
                    var together = new ByteArrayOutputStream();
                    together.writeBytes(HEADER);
                    together.writeBytes(client.hello());
                    byte[] bytes = together.toByteArray();
                    transport.send(Arrays.copyOf(bytes, cut));
                    assertThatTheAcceptorIsNotHeldUp(server);
                    transport.send(Arrays.copyOfRange(bytes, cut, bytes.length));
                    client.shakeHands();
                    assertThat(client.send("hello\n").readLine()).isEqualTo("/192.0.2.1:56324 hello");
                }
            }
            TestClient transport = TestClient.to(server.address());
            try (var client = new TlsClient(transport, TlsSetup.trusting().createSSLEngine())) {
                var together = new ByteArrayOutputStream();
                together.writeBytes(HEADER);
                together.writeBytes(client.hello());
                transport.send(together.toByteArray());
                client.shakeHands();
                assertThat(client.send("at once\n").readLine()).isEqualTo("/192.0.2.1:56324 at once");
            }
        }
        assertThat(listener.count("rejected")).isZero();
    }

    /** Also lets the acceptor see what was sent before. */
    private static void assertThatTheAcceptorIsNotHeldUp(TcpServer server) throws Exception {
        TestClient transport = TestClient.to(server.address()).send(HEADER);
        try (var other = new TlsClient(transport, TlsSetup.trusting().createSSLEngine())) {
            assertThat(other.shakeHands().send("x\n").readLine()).endsWith(" x");
        }
    }

    @ParameterizedTest
    @MethodSource(SETUPS)
    void clearTextBehindAHeaderIsNoHandshake(TlsSetup setup) throws Exception {
        try (TcpServer server = behindProxy(setup)) {
            server.start();
            try (TestClient client = TestClient.to(server.address())) {
                client.send(HEADER)
                        .send("GET / HTTP/1.0\r\n\r\n".getBytes(US_ASCII))
                        .awaitEnd();
            }
            listener.await("closed", 1);
            assertThat(server.snapshot().rejectionsByReason()).containsEntry(Rejection.TLS_HANDSHAKE, 1L);
        }
    }

    @ParameterizedTest
    @MethodSource(SETUPS)
    void aUnixServerEncryptsAsWell(TlsSetup setup, @TempDir Path directory) throws Exception {
        ServerConfig config = setup.config()
                .address(UnixDomainSocketAddress.of(directory.resolve("socket")))
                .build();
        try (var server = new UnixServer(config, LineEcho::new)) {
            server.start();
            try (TlsClient client = setup.connect(server)) {
                assertThat(client.send("hello\n").readLine()).isEqualTo("hello");
                assertThat(client.send("again\n").readLine()).isEqualTo("again");
            }
        }
    }

    @Test
    void datagramsAreNotEncryptedSoTheOptionIsRefused() throws Exception {
        ServerConfig config = USUAL.config().build();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new UdpServer(config, () -> new DatagramRequestHandler() {
                    @Override
                    protected void handle() {}
                }))
                .withMessageStartingWith("tls is not supported for UDP: ");
    }

    @Test
    void aCertificateIsRenewedUnderLoadWithoutAFailure() throws Exception {
        var current = new AtomicReference<SSLContext>(Certificates.context("server"));
        Tls tls = TlsSetup.tls(() -> Objects.requireNonNull(current.get()).createSSLEngine());
        Set<Principal> seen = ConcurrentHashMap.newKeySet();
        try (var server =
                new TcpServer(USUAL.config().tls(tls).listener(listener).build(), LineEcho::new)) {
            server.start();
            SSLContext both = Certificates.anonymous("server", "renewed");
            List<FutureTask<Boolean>> loads = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                var load = new FutureTask<>(() -> {
                    while (seen.size() < 2) {
                        seen.add(subject(server, both));
                    }
                    return true;
                });
                loads.add(load);
                new Thread(load).start();
            }
            listener.await("closed", 20);
            try (TlsClient old = TlsClient.to(server.address(), both)) {
                current.set(Certificates.context("renewed"));
                for (FutureTask<Boolean> load : loads) {
                    assertThat(load.get()).isTrue();
                }
                assertThat(old.send("still here\n").readLine()).isEqualTo("still here");
            }
        }
        assertThat(seen).extracting(Principal::getName).containsExactlyInAnyOrder("CN=server", "CN=renewed");
        assertThat(listener.failures()).isEmpty();
    }

    /** Returns who the server says it is, after a request that it has answered. */
    private static Principal subject(TcpServer server, SSLContext trusting) throws Exception {
        try (TlsClient client = TlsClient.to(server.address(), trusting)) {
            assertThat(client.send("hello\n").readLine()).isEqualTo("hello");
            X509Certificate certificate =
                    (X509Certificate) client.engine().getSession().getPeerCertificates()[0];
            return certificate.getSubjectX500Principal();
        }
    }
}
