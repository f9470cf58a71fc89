package dev.socketserver;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.socketserver.net.Cidr;
import dev.socketserver.net.ProxyHeader;
import dev.socketserver.net.ProxyHeaders;
import dev.socketserver.net.ProxyProtocol;
import dev.socketserver.net.ProxyProtocolException;
import dev.socketserver.peer.Descriptors;
import dev.socketserver.peer.Loopback;
import dev.socketserver.peer.Polling;
import dev.socketserver.peer.RecordingListener;
import dev.socketserver.peer.TestClient;
import dev.socketserver.pool.PoolConfig;
import dev.socketserver.testing.InMemoryConnection;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.FutureTask;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A server behind a proxy. */
@Timeout(60)
class ProxyProtocolTest {
    private static final Duration GRACE = Duration.ofSeconds(50);
    private static final ProxyProtocol LOCAL = ProxyProtocol.trusting("127.0.0.0/8", "::1");
    private static final String TEXT = "PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r\n";
    private static final InetSocketAddress PEER = new InetSocketAddress("192.0.2.1", 56_324);
    private static final InetSocketAddress REACHED = new InetSocketAddress("198.51.100.1", 443);

    private final RecordingListener listener = new RecordingListener();

    /** Answers each line with the addresses, as the handler sees them, and the line. */
    private static final class Witness extends StreamRequestHandler {
        @Override
        protected void handle() throws Exception {
            String line = in().readLine(UTF_8, 1000);
            if (line != null) {
                StreamConnection connection = connection();
                out().write(
                                connection.remoteAddress() + " " + connection.localAddress() + " "
                                        + connection.proxyAddress().isPresent() + " " + line + "\n",
                                UTF_8);
                keepOpen();
            }
        }
    }

    private ServerConfig.Builder config() {
        return Loopback.config().proxyProtocol(LOCAL).listener(listener);
    }

    private static byte[] with(ByteBuf header, String behind) {
        return ByteBufUtil.getBytes(header.writeBytes(behind.getBytes(US_ASCII)));
    }

    static List<ServerConfig.Builder> everywhere() {
        List<ServerConfig.Builder> all = new ArrayList<>();
        all.add(Loopback.config().engine(Engine.SELECTING));
        all.add(Loopback.config().engine(Engine.SELECTING).awaitFirstByte(true));
        all.add(Loopback.config().engine(Engine.BLOCKING));
        all.add(Loopback.config().executor(RequestExecutors.threadPerRequest()));
        return all;
    }

    @ParameterizedTest
    @MethodSource("everywhere")
    void theHandlerSeesThePeerBehindTheProxyAndTheBytesBehindTheHeader(ServerConfig.Builder config) throws Exception {
        try (var server =
                new TcpServer(config.proxyProtocol(LOCAL).listener(listener).build(), Witness::new)) {
            server.start();
            for (byte[] header : List.of(
                    with(ProxyHeaders.text(TEXT), "one\ntwo\n"), with(ProxyHeaders.withChecksum(), "one\ntwo\n"))) {
                try (TestClient client = TestClient.to(server.address())) {
                    client.send(header);
                    assertThat(client.readLine()).isEqualTo(PEER + " " + REACHED + " true one");
                    assertThat(client.readLine()).isEqualTo(PEER + " " + REACHED + " true two");
                    assertThat(client.send("three\n").readLine()).endsWith(" three");
                }
            }
            listener.await("closed", 2);
        }
        assertThat(listener.count("opened")).isEqualTo(2);
        assertThat(listener.count("rejected")).isZero();
    }

    @ParameterizedTest
    @MethodSource("everywhere")
    void aHeaderMayComeInPiecesCutAnywhere(ServerConfig.Builder config) throws Exception {
        try (var server = new TcpServer(config.proxyProtocol(LOCAL).build(), Witness::new)) {
            server.start();
            for (byte[] header : List.of(
                    with(ProxyHeaders.text(TEXT), ""),
                    with(ProxyHeaders.binary(0x21, 0x11, ProxyHeaders.ipv4()), ""))) {
                for (int cut = 1; cut <= header.length; cut++) {
                    try (TestClient client = TestClient.to(server.address())) {
                        client.send(Arrays.copyOf(header, cut));
                        assertThatTheAcceptorIsNotHeldUp(server);
                        client.send(Arrays.copyOfRange(header, cut, header.length));
                        assertThat(client.send("hello\n").readLine())
                                .as("cut after %d bytes", cut)
                                .isEqualTo(PEER + " " + REACHED + " true hello");
                    }
                }
            }
        }
    }

    /** Also lets the acceptor see what was sent before. */
    private static void assertThatTheAcceptorIsNotHeldUp(TcpServer server) throws IOException {
        try (TestClient other = TestClient.to(server.address())) {
            assertThat(other.send(TEXT + "x\n").readLine()).endsWith(" x");
        }
    }

    @Test
    void aProxyThatSpeaksForItselfIsThePeer() throws Exception {
        try (var server = new TcpServer(config().build(), Witness::new)) {
            server.start();
            for (byte[] header : List.of(
                    with(ProxyHeaders.text("PROXY UNKNOWN\r\n"), "x\n"),
                    with(ProxyHeaders.binary(0x20, 0, Unpooled.EMPTY_BUFFER), "x\n"))) {
                try (TestClient client = TestClient.to(server.address())) {
                    assertThat(client.send(header).readLine())
                            .isEqualTo(client.address() + " " + server.address() + " false x");
                }
            }
        }
    }

    /** Answers each line with the name that the proxy says its client has asked for. */
    private static final class Namer extends StreamRequestHandler {
        @Override
        protected void handle() throws Exception {
            String line = in().readLine(UTF_8, 1000);
            if (line != null) {
                String name = connection()
                        .proxyHeader()
                        .map(header -> header.tlvs().authority().orElse("no name"))
                        .orElse("no header");
                out().write(name + "\n", UTF_8);
                keepOpen();
            }
        }
    }

    private static ByteBuf naming(String name) {
        return ProxyHeaders.binary(
                ProxyHeaders.PROXY,
                0x11,
                ProxyHeaders.ipv4().writeBytes(ProxyHeaders.extension(0x02, name.getBytes(UTF_8))));
    }

    @Test
    void theHandlerReadsTheExtensionsOfItsConnectionsHeader() throws Exception {
        try (var server = new TcpServer(config().build(), Namer::new)) {
            server.start();
            try (TestClient named = TestClient.to(server.address());
                    TestClient nameless = TestClient.to(server.address())) {
                named.send(with(naming("a.example"), "x\n"));
                nameless.send(TEXT + "x\n");
                assertThat(named.readLine()).isEqualTo("a.example");
                assertThat(nameless.readLine()).isEqualTo("no name");
                assertThat(named.send("y\n").readLine()).isEqualTo("a.example");
            }
        }
        try (var server = new TcpServer(Loopback.config().build(), Namer::new)) {
            server.start();
            try (TestClient direct = TestClient.to(server.address())) {
                assertThat(direct.send("x\n").readLine()).isEqualTo("no header");
            }
        }
    }

    @Test
    void inMemoryAHeaderSaysAsMuchAsBehindAProxy() throws Exception {
        ProxyHeader header = Objects.requireNonNull(ProxyHeader.read(naming("a.example")));
        try (var connection = InMemoryConnection.to(Namer::new)) {
            connection.proxyHeader(header).send("x\n").expect("a.example\n").serve();
        }
        try (var connection = InMemoryConnection.to(Witness::new)) {
            connection
                    .proxyHeader(header)
                    .send("x\n")
                    .expect(PEER + " " + REACHED + " true x\n")
                    .serve();
        }
    }

    @Test
    void hooksAndListenerSeeThePeerBehindTheProxy() throws Exception {
        List<SocketAddress> seen = new CopyOnWriteArrayList<>();
        var noticing = new ServerListener() {
            @Override
            public void opened(Server server, Request request) {
                seen.add(request.remoteAddress());
            }
        };
        try (var server = new TcpServer(config().listener(noticing).build(), Witness::new) {
            @Override
            protected boolean verifyRequest(StreamConnection request) {
                seen.add(request.remoteAddress());
                return true;
            }
        }) {
            server.start();
            try (TestClient client = TestClient.to(server.address())) {
                assertThat(client.send(TEXT + "x\n").readLine()).endsWith(" x");
            }
        }
        assertThat(seen).containsExactly(PEER, PEER);
    }

    @Test
    void whoeverIsNotTrustedIsClosedUnreadAndCounted() throws Exception {
        try (var server = new TcpServer(
                config().proxyProtocol(ProxyProtocol.trusting("10.0.0.0/8")).build(), Witness::new)) {
            server.start();
            try (TestClient client = TestClient.to(server.address())) {
                client.awaitEnd();
            }
            listener.await("closed", 1);
            assertThat(server.snapshot().rejectionsByReason()).containsEntry(Rejection.PROXY_SENDER, 1L);
        }
        assertThat(listener.events()).containsSubsequence("opened", "rejected", "closed");
        assertThat(listener.failures())
                .singleElement()
                .asInstanceOf(InstanceOfAssertFactories.THROWABLE)
                .hasMessageStartingWith("not a trusted proxy: /127.0.0.1:");
    }

    @Test
    void aConnectionWithoutAValidHeaderIsClosedAndCounted() throws Exception {
        try (var server = new TcpServer(config().build(), Witness::new)) {
            server.start();
            for (String beginning : List.of("GET / HTTP/1.1\r\n", "PROXY TCP4 nonsense\r\n")) {
                try (TestClient client = TestClient.to(server.address())) {
                    client.send(beginning).awaitEnd();
                }
            }
            try (TestClient client = TestClient.to(server.address())) {
                client.send("PROXY TC").halfClose().awaitEnd();
            }
            listener.await("closed", 3);
            assertThat(server.snapshot().rejectionsByReason()).containsEntry(Rejection.PROXY_HEADER, 3L);
        }
        assertThat(listener.failures()).hasSize(3).hasOnlyElementsOfType(ProxyProtocolException.class);
    }

    @Test
    void aHeaderThatDoesNotComeInTimeEndsTheConnection() throws Exception {
        var hasty = new ProxyProtocol(List.of(Cidr.parse("127.0.0.0/8")), Duration.ofMillis(50));
        try (var server = new TcpServer(config().proxyProtocol(hasty).build(), Witness::new)) {
            server.start();
            try (TestClient silent = TestClient.to(server.address());
                    TestClient slow = TestClient.to(server.address())) {
                slow.send("PROXY ");
                silent.awaitEnd();
                slow.awaitEnd();
            }
            listener.await("closed", 2);
        }
        assertThat(listener.failures())
                .hasSize(2)
                .allSatisfy(why -> assertThat(why).hasMessage("no complete PROXY header arrived within PT0.05S"));
    }

    /** And not only when the acceptor is woken next, by another connection. */
    @ParameterizedTest
    @EnabledOnOs(OS.LINUX)
    @ValueSource(strings = {"PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\n", ""})
    void theSocketOfOneWhoseHeaderWasAwaitedInVainIsClosed(String rest) throws Exception {
        try (var server = new TcpServer(
                config().proxyProtocol(new ProxyProtocol(LOCAL.trusted(), Duration.ofMillis(300)))
                        .build(),
                Witness::new)) {
            server.start();
            Set<String> before = Descriptors.sockets();
            try (TestClient client = TestClient.to(server.address())) {
                assertThat(Polling.await(() -> Descriptors.sockets().size() == before.size() + 2))
                        .as("accepted")
                        .isTrue();
                client.send(rest);
                listener.await("closed", 1);
                assertThat(Polling.await(() -> Descriptors.sockets().size() == before.size() + 1))
                        .as("only the client's is open")
                        .isTrue();
            }
        }
        assertThat(listener.count("rejected")).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(names = {"SELECTING", "BLOCKING"})
    void silentProxiesHoldNoWorkerAndNobodyUp(Engine engine) throws Exception {
        PoolConfig oneWorker = PoolConfig.builder().minWorkers(1).maxWorkers(1).build();
        try (var server = new TcpServer(config().engine(engine).pool(oneWorker).build(), Witness::new)) {
            server.start();
            List<TestClient> silent = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                silent.add(TestClient.to(server.address()));
            }
            try (TestClient client = TestClient.to(server.address())) {
                assertThat(client.send(TEXT + "x\n").readLine()).endsWith(" x");
            }
            for (TestClient client : silent) {
                client.close();
            }
            listener.await("closed", 51);
        }
        assertThat(listener.count("rejected")).isEqualTo(50);
    }

    @Test
    void aDrainWaitsForTheHeadersOfThoseThatHaveCome() throws Exception {
        try (var server = new TcpServer(
                config().proxyProtocol(new ProxyProtocol(LOCAL.trusted(), Duration.ofHours(1)))
                        .build(),
                Witness::new)) {
            server.start();
            try (TestClient early = TestClient.to(server.address());
                    TestClient next = TestClient.to(server.address())) {
                early.send("PROXY TCP4 ");
                assertThat(next.send(TEXT + "x\n").readLine()).endsWith(" x");
                var shutdown = new FutureTask<>(() -> server.shutdown(GRACE));
                new Thread(shutdown).start();
                next.awaitEnd(); // the idle one; the socket is being closed
                assertThat(early.send("192.0.2.1 198.51.100.1 56324 443\r\nlate\n")
                                .readAll())
                        .isEqualTo(PEER + " " + REACHED + " true late\n");
                assertThat(shutdown.get().forced()).isEmpty();
            }
        }
        assertThat(listener.count("rejected")).isZero();
    }

    @Test
    void theEndOfTheGraceEndsTheWaitForHeaders() throws Exception {
        try (var server = new TcpServer(
                config().proxyProtocol(new ProxyProtocol(LOCAL.trusted(), Duration.ofHours(1)))
                        .build(),
                Witness::new)) {
            server.start();
            try (TestClient silent = TestClient.to(server.address());
                    TestClient next = TestClient.to(server.address())) {
                assertThat(next.send(TEXT + "x\n").readLine()).endsWith(" x");
                assertThat(server.shutdown(Duration.ZERO).complete()).isTrue();
                silent.awaitEnd();
            }
        }
        assertThat(listener.count("opened")).isEqualTo(2);
        assertThat(listener.count("closed")).isEqualTo(2);
    }

    @Test
    void handleRequestWaitsForTheHeaderToo() throws Exception {
        try (var server =
                new TcpServer(config().executor(RequestExecutors.synchronous()).build(), Witness::new)) {
            server.bind();
            try (TestClient client = TestClient.to(server.address())) {
                assertThat(server.handleRequest(Duration.ofMillis(1))).isFalse();
                client.send(TEXT + "x\n").halfClose();
                assertThat(server.handleRequest(GRACE)).isTrue();
                assertThat(client.readLine()).isEqualTo(PEER + " " + REACHED + " true x");
            }
        }
    }

    /** As long as a selector knows a socket, it stays open for the system. */
    @Test
    void theSocketOfASingleRequestIsClosedThoughNoOtherFollows() throws Exception {
        try (var server =
                new TcpServer(config().executor(RequestExecutors.synchronous()).build(), Witness::new)) {
            server.bind();
            Descriptors.warmUp();
            Set<String> before = Descriptors.sockets();
            for (int i = 0; i < 3; i++) {
                try (TestClient client = TestClient.to(server.address())) {
                    assertThat(server.handleRequest(Duration.ofMillis(1))).isFalse();
                    client.send(TEXT + "x\n").halfClose();
                    assertThat(server.handleRequest(GRACE)).isTrue();
                    assertThat(client.readAll()).endsWith(" x\n");
                }
                assertThat(Polling.await(() -> Descriptors.sockets().equals(before)))
                        .isTrue();
            }
        }
    }

    @Test
    void onlyTcpServersTakeHeaders() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new UdpServer(config().build(), DatagramRequestHandler.of((in, out) -> {})))
                .withMessageStartingWith("proxyProtocol is for TCP only: ");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new UnixServer(
                        config().address(UnixDomainSocketAddress.of("socket")).build(), Witness::new))
                .withMessageStartingWith("proxyProtocol is for TCP only: ");
    }
}
