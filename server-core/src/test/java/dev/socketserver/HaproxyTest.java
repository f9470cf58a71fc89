package dev.socketserver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.socketserver.net.ProxyProtocol;
import dev.socketserver.testing.Loopback;
import dev.socketserver.testing.Polling;
import dev.socketserver.testing.TestClient;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A server behind a real HAProxy, where there is one. */
@Timeout(60)
class HaproxyTest {
    private static final List<Path> PLACES = List.of(Path.of("/usr/sbin/haproxy"), Path.of("/usr/local/sbin/haproxy"));

    private static final String CONFIGURATION = """
            defaults
              mode tcp
              timeout connect 5s
              timeout client 60s
              timeout server 60s
            frontend in
              bind 127.0.0.1:%d
              default_backend out
            backend out
              server s 127.0.0.1:%d %s check inter 100
            """;

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, Loopback.anyPort().getAddress())) {
            return socket.getLocalPort();
        }
    }

    private static boolean accepts(InetSocketAddress address) {
        try (TestClient probe = TestClient.to(address)) {
            return probe.address() != null;
        } catch (IOException e) {
            return false;
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "send-proxy",
                "send-proxy-v2",
                "send-proxy-v2 proxy-v2-options crc32c,unique-id",
                "send-proxy-v2 check-send-proxy"
            })
    void theRealPeerIsSeenThroughHaproxy(String options, @TempDir Path directory) throws Exception {
        Optional<Path> haproxy = PLACES.stream().filter(Files::isExecutable).findFirst();
        assumeThat(haproxy).as("haproxy is installed in one of %s", PLACES).isPresent();
        try (var server =
                new TcpServer(
                        Loopback.config()
                                .proxyProtocol(ProxyProtocol.trusting("127.0.0.1"))
                                .build(),
                        StreamRequestHandler.of((in, out) -> {
                            String line = in.readLine(UTF_8, 100);
                            if (line != null) {
                                out.write(line + "\n", UTF_8);
                            }
                        })) {
                    @Override
                    protected void finishRequest(StreamConnection request) throws Exception {
                        if (request.proxyAddress().isPresent()) {
                            request.out().write(request.remoteAddress() + " " + request.localAddress() + " ", UTF_8);
                        }
                        super.finishRequest(request);
                    }
                }) {
            server.start();
            var front = new InetSocketAddress(Loopback.anyPort().getAddress(), freePort());
            Path configuration = Files.writeString(
                    directory.resolve("haproxy.cfg"),
                    CONFIGURATION.formatted(
                            front.getPort(), ((InetSocketAddress) server.address()).getPort(), options));
            Process process = new ProcessBuilder(
                            haproxy.orElseThrow().toString(), "-db", "-q", "-f", configuration.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(directory.resolve("haproxy.log").toFile())
                    .start();
            try {
                assertThat(Polling.await(() -> accepts(front)))
                        .as("haproxy listens")
                        .isTrue();
                try (TestClient client = TestClient.to(front)) {
                    String addresses = client.address() + " /127.0.0.1:" + front.getPort();
                    assertThat(client.send("hello\n").readAll()).isEqualTo(addresses + " hello\n");
                }
            } finally {
                process.destroy();
                assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            }
        }
    }
}
