package dev.socketserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.socketserver.limit.SourceLimits;
import dev.socketserver.peer.Descriptors;
import dev.socketserver.peer.Loopback;
import dev.socketserver.peer.TestClient;
import dev.socketserver.pool.PoolConfig;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Addresses that cannot be bound, each refused with a message that names it. */
@Timeout(60)
@SuppressWarnings("try") // closed early on purpose
class BindTest {
    /** Of TEST-NET-1 (RFC 5737): nobody's. */
    private static final InetSocketAddress NOT_OURS = new InetSocketAddress("192.0.2.1", 7007);

    private static TcpServer tcp(ServerConfig.Builder config) {
        return new TcpServer(config.build(), StreamRequestHandler.of((in, out) -> in.transferTo(out)));
    }

    private static UdpServer udp(ServerConfig.Builder config) {
        return new UdpServer(config.build(), DatagramRequestHandler.of((in, out) -> in.transferTo(out)));
    }

    @Test
    void aTcpPortInUseIsRefusedAndCanBeBoundWhenItIsFree() throws Exception {
        try (var other = ServerSocketChannel.open().bind(Loopback.anyPort());
                var server = tcp(ServerConfig.builder().address(other.getLocalAddress()))) {
            assertThatThrownBy(server::start)
                    .isInstanceOf(BindException.class)
                    .hasMessageContainingAll(
                            "cannot listen on", other.getLocalAddress().toString(), "in use");
            assertThat(server.state()).isEqualTo(ServerState.NEW);

            other.close();
            server.start();
            try (TestClient client = TestClient.to(server.address())) {
                assertThat(client.send("served").halfClose().readAll()).isEqualTo("served");
            }
        }
    }

    /** It would listen elsewhere than its supervisor expects. */
    @Test
    void anOptionThatAServerCannotHaveIsRefused() {
        assertThatThrownBy(() -> udp(Loopback.config().inheritedSocket(true)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("inheritedSocket is for TCP only: ");
        var unix = ServerConfig.builder()
                .address(UnixDomainSocketAddress.of("socket"))
                .inheritedSocket(true)
                .build();
        assertThatThrownBy(() -> new UnixServer(unix, StreamRequestHandler.of((in, out) -> {})))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("inheritedSocket is for TCP only: ");
        var perSource = SourceLimits.builder().maxConnections(10).build();
        assertThatThrownBy(() -> udp(Loopback.config().sourceLimits(perSource)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("sourceLimits.maxConnections is not supported for UDP: ");
        assertThatThrownBy(() -> udp(Loopback.config().maxConnectionAge(Duration.ofHours(1))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("maxConnectionAge is not supported for UDP: ");
    }

    @Test
    void aUdpPortInUseIsRefused() throws Exception {
        try (var first = udp(Loopback.config())) {
            first.bind();
            try (var second = udp(ServerConfig.builder().address(first.address()))) {
                assertThatThrownBy(second::start)
                        .isInstanceOf(BindException.class)
                        .hasMessageContainingAll(
                                "cannot listen on", first.address().toString());
            }
        }
    }

    @Test
    void anAddressThatIsNotOursIsRefused() {
        try (var tcp = tcp(ServerConfig.builder().address(NOT_OURS));
                var udp = udp(ServerConfig.builder().address(NOT_OURS))) {
            assertThatThrownBy(tcp::serveForever)
                    .isInstanceOf(BindException.class)
                    .hasMessageContainingAll("cannot listen on", "192.0.2.1:7007");
            assertThatThrownBy(udp::handleRequest)
                    .isInstanceOf(BindException.class)
                    .hasMessageContainingAll("cannot listen on", "192.0.2.1:7007");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 65_536, Integer.MIN_VALUE, Integer.MAX_VALUE})
    void aPortOutOfRangeIsRefused(int port) {
        assertThatThrownBy(() -> new TcpServer(port, StreamRequestHandler.of((in, out) -> {})))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("port must be 0 to 65535: " + port);
        assertThatThrownBy(() -> new UdpServer(port, DatagramRequestHandler.of((in, out) -> {})))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("port must be 0 to 65535: " + port);
    }

    @Test
    void anAddressOfTheWrongKindIsRefused() {
        ServerConfig unix = ServerConfig.builder()
                .address(UnixDomainSocketAddress.of("some.socket"))
                .build();
        assertThatThrownBy(() -> new TcpServer(unix, StreamRequestHandler.of((in, out) -> {})))
                .hasMessage("address must be of type InetSocketAddress: some.socket");
        assertThatThrownBy(() -> new UdpServer(unix, DatagramRequestHandler.of((in, out) -> {})))
                .hasMessage("address must be of type InetSocketAddress: some.socket");
        assertThatThrownBy(() -> new UnixServer(Loopback.config().build(), StreamRequestHandler.of((in, out) -> {})))
                .hasMessageStartingWith("address must be of type UnixDomainSocketAddress: ");
    }

    @Test
    void fewerMaxWorkersThanMinWorkersAreRefused() {
        assertThatThrownBy(() -> PoolConfig.builder().maxWorkers(3).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("maxWorkers must be at least minWorkers (5): 3");
    }

    @Test
    void aThousandFailedBindsLeaveNoDescriptorOpen() throws Exception {
        try (var other = ServerSocketChannel.open().bind(Loopback.anyPort());
                var server = tcp(ServerConfig.builder().address(other.getLocalAddress()))) {
            int before = Descriptors.count();
            for (int i = 0; i < 1024; i++) {
                assertThatThrownBy(server::bind).isInstanceOf(BindException.class);
            }
            assertThat(Descriptors.count()).isEqualTo(before);
        }
    }

    @Test
    void theAddressIsUnknownBeforeAndKnownAfterItIsBoundAndAfterTheEnd() throws Exception {
        try (var server = tcp(Loopback.config())) {
            assertThatThrownBy(server::address)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("has no address yet");
            server.bind();
            InetSocketAddress bound = (InetSocketAddress) server.address();
            assertThat(bound.getPort()).isPositive();
            server.close();
            assertThat(server.address()).isEqualTo(bound);
        }
    }
}
