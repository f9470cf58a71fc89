package dev.socketserver.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.socketserver.ServerConfig;
import dev.socketserver.StreamRequestHandler;
import dev.socketserver.TcpServer;
import dev.socketserver.peer.ChildJvm;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

    @ParameterizedTest
    @ValueSource(strings = {"abc", "", "65536", "localhost:", ":8080", "localhost:x", "a b:1", "::1", "[::1]", "1/2"})
    void whatIsNoAddressIsTold(String address) {
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> HealthCheck.main(address))
                .withMessage("must be PORT or HOST:PORT: " + address);
    }

    @Test
    void aProcessThatFailsSaysWhyInOneLine() throws Exception {
        ChildJvm.Result result = ChildJvm.run(HealthCheck.class);
        assertThat(result.exit()).isEqualTo(1);
        assertThat(result.errors().lines())
                .containsExactly("HealthCheck: java.lang.IllegalArgumentException: usage: HealthCheck PORT or"
                        + " HealthCheck HOST:PORT");
    }

    /** As one may be configured for all JVMs of a machine, by {@code JAVA_TOOL_OPTIONS}. */
    @Test
    void aProxyIsNotAsked() throws Exception {
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        try (var proxy = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var server = new TcpServer(
                        ServerConfig.builder().address(address).build(),
                        StreamRequestHandler.of((in, out) -> in.transferTo(out)));
                var health = bind(server, address)) {
            server.start();
            ChildJvm.Result result = ChildJvm.run(
                    CheckOf.class,
                    "-Dport=" + health.address().getPort(),
                    "-Dhttp.proxyHost=127.0.0.1",
                    "-Dhttp.proxyPort=" + proxy.getLocalPort(),
                    "-Dhttp.nonProxyHosts=");
            assertThat(result.exit()).as(result.errors()).isZero();
        }
    }

    /** Checks the port that the system property has, in a JVM of its own. */
    static final class CheckOf {
        private CheckOf() {}

        public static void main(String... args) throws IOException {
            HealthCheck.main(System.getProperty("port"));
        }
    }

    private static HealthEndpoint bind(TcpServer server, InetSocketAddress healthAddress) throws IOException {
        server.bind();
        return HealthEndpoint.of(server).open(healthAddress);
    }
}
