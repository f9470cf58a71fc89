package dev.socketserver.health;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.socketserver.ServerConfig;
import dev.socketserver.StreamRequestHandler;
import dev.socketserver.TcpServer;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class HealthCheckTest {
    @Test
    void passesWhileTheServerIsReadyAndAtNoOtherTime() throws Exception {
        String port;
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        try (var server = new TcpServer(
                        ServerConfig.builder().address(address).build(),
                        StreamRequestHandler.of((in, out) -> in.transferTo(out)));
                var health = bind(server, address)) {
            port = Integer.toString(health.address().getPort());
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> HealthCheck.main(port))
                    .withMessage("not ready: 503");

            server.start();
            assertThatCode(() -> HealthCheck.main(port)).doesNotThrowAnyException();

            server.shutdown(Duration.ZERO);
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> HealthCheck.main(port))
                    .withMessage("not ready: 503");
        }
        assertThatExceptionOfType(ConnectException.class).isThrownBy(() -> HealthCheck.main(port));
    }

    private static HealthEndpoint bind(TcpServer server, InetSocketAddress healthAddress) throws IOException {
        server.bind();
        return HealthEndpoint.of(server).open(healthAddress);
    }
}
