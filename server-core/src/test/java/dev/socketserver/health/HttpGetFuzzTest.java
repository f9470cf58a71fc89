package dev.socketserver.health;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.socketserver.ServerConfig;
import dev.socketserver.TcpServer;
import dev.socketserver.peer.Pieces;
import dev.socketserver.testing.InMemoryConnection;
import java.util.Map;
import org.junit.jupiter.api.Timeout;

/** Whatever asks for the health of a server, in any pieces, is answered, if at all; nothing throws. */
@Timeout(60)
class HttpGetFuzzTest {
    private final HttpGetHandler.Response ready = HttpGetHandler.Response.text("200 OK", "ready");

    @FuzzTest
    void whateverComesIsAnsweredOrWaitedFor(FuzzedDataProvider data) {
        Pieces pieces = Pieces.of(data);
        String whole = answer(pieces.bytes());
        assertThat(answer(pieces.bytes(), pieces.cuts())).isEqualTo(whole);
    }

    private String answer(byte[] bytes, int... cuts) {
        try (var server = new TcpServer(
                        ServerConfig.builder().build(),
                        () -> new HttpGetHandler(Map.of("/ready", () -> ready), () -> 0));
                var connection = InMemoryConnection.to(server)) {
            if (bytes.length > 0) {
                connection.send(bytes, cuts);
            }
            connection.shutdownOutput().serve();
            return connection.received().replaceFirst("\r\nDate: [^\r]*", "");
        }
    }
}
