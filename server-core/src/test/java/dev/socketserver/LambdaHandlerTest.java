package dev.socketserver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.peer.Loopback;
import dev.socketserver.peer.RecordingListener;
import dev.socketserver.peer.TestClient;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LambdaHandlerTest {
    private final RecordingListener listener = new RecordingListener();

    private TcpServer start(Supplier<StreamRequestHandler> handlers) throws Exception {
        var server = new TcpServer(Loopback.config().listener(listener).build(), handlers);
        server.start();
        return server;
    }

    @Test
    void aConversationSeesItsConnection() throws Exception {
        try (var server = start(StreamRequestHandler.ofConnection(connection -> {
                    connection.in().readLine(UTF_8, 100);
                    connection.out().write(connection.id() + " " + connection.remoteAddress() + "\n", UTF_8);
                }));
                TestClient client = TestClient.to(server.address())) {
            client.send("who am I?\n");
            assertThat(client.readAll()).matches("\\d+ /127\\.0\\.0\\.1:\\d+\n");
        }
    }

    @Test
    void aConnectionIsKeptForFurtherMessagesUntilItIsClosed() throws Exception {
        try (var server = start(StreamRequestHandler.ofMessages(connection -> {
                    String line = connection.in().readLine(UTF_8, 100);
                    if ("quit".equals(line)) {
                        connection.close();
                    } else {
                        connection.out().write(line + "!\n", UTF_8);
                    }
                }));
                TestClient client = TestClient.to(server.address())) {
            for (String word : new String[] {"one", "two", "three"}) {
                client.send(word + "\n");
                assertThat(client.read(word.length() + 2)).asString(UTF_8).isEqualTo(word + "!\n");
            }
            client.send("quit\n");
            assertThat(client.readAll()).isEmpty();
        }
        assertThat(listener.count("error")).isZero();
    }
}
