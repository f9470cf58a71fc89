package dev.socketserver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.peer.TestClient;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A server on a port of all addresses hears IPv4 and IPv6. */
@Timeout(60)
class DualStackTest {
    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1"})
    void aTcpServerOnAPortHearsBothFamilies(String host) throws Exception {
        try (var server = new TcpServer(0, StreamRequestHandler.of((in, out) -> in.transferTo(out)))) {
            server.start();
            int port = ((InetSocketAddress) server.address()).getPort();
            try (TestClient client = TestClient.to(new InetSocketAddress(host, port))) {
                assertThat(client.send("both").halfClose().readAll()).isEqualTo("both");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1"})
    void aUdpServerOnAPortHearsBothFamilies(String host) throws Exception {
        try (var server = new UdpServer(0, DatagramRequestHandler.of((in, out) -> in.transferTo(out)));
                DatagramChannel client = DatagramChannel.open()) {
            server.start();
            int port = ((InetSocketAddress) server.address()).getPort();
            client.connect(new InetSocketAddress(host, port));
            client.write(ByteBuffer.wrap(new byte[] {4, 6}));
            ByteBuffer reply = ByteBuffer.allocate(10);
            assertThat(client.read(reply)).isEqualTo(2);
        }
    }
}
