package dev.socketserver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.socketserver.peer.Loopback;
import dev.socketserver.peer.TestClient;
import java.net.BindException;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Several servers on one port: how a restart leaves no gap, and what Python's forking servers are replaced with. */
@Timeout(60)
class ReusePortTest {
    private static TcpServer server(ServerConfig.Builder config, String answer) {
        return new TcpServer(config.build(), StreamRequestHandler.of((in, out) -> out.write(answer, UTF_8)));
    }

    @Test
    void aSecondServerTakesOverWhenTheFirstHasStopped() throws Exception {
        try (ServerSocketChannel channel = ServerSocketChannel.open()) {
            assumeThat(channel.supportedOptions()).contains(StandardSocketOptions.SO_REUSEPORT);
        }
        try (TcpServer first = server(Loopback.config().reusePort(true), "first")) {
            first.start();
            SocketAddress port = first.address();
            try (TcpServer second = server(ServerConfig.builder().address(port).reusePort(true), "second")) {
                second.start();
                first.shutdown(Duration.ZERO);
                try (TestClient client = TestClient.to(port)) {
                    assertThat(client.readAll()).isEqualTo("second");
                }
            }
        }
    }

    @Test
    void withoutTheOptionAPortIsNotShared() throws Exception {
        try (TcpServer first = server(Loopback.config(), "first")) {
            first.start();
            try (TcpServer second = server(ServerConfig.builder().address(first.address()), "second")) {
                assertThatExceptionOfType(BindException.class).isThrownBy(second::start);
            }
        }
    }
}
