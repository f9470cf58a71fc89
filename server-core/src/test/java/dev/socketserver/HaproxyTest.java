package dev.socketserver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.net.ProxyProtocol;
import dev.socketserver.peer.Haproxy;
import dev.socketserver.peer.Loopback;
import dev.socketserver.peer.TestClient;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A server behind a real HAProxy, where there is one. */
@Timeout(60)
class HaproxyTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "send-proxy",
                "send-proxy-v2",
                "send-proxy-v2 proxy-v2-options crc32c,unique-id",
                "send-proxy-v2 check-send-proxy"
            })
    void theRealPeerIsSeenThroughHaproxy(String options, @TempDir Path directory) throws Exception {
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
            try (Haproxy haproxy = Haproxy.start(
                            directory, "", (InetSocketAddress) server.address(), options + " check inter 100");
                    TestClient client = TestClient.to(haproxy.address())) {
                String addresses =
                        client.address() + " /127.0.0.1:" + haproxy.address().getPort();
                assertThat(client.send("hello\n").readAll()).isEqualTo(addresses + " hello\n");
            }
        }
    }
}
