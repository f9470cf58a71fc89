package dev.socketserver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.buffer.MessageTooLongException;
import dev.socketserver.peer.Loopback;
import dev.socketserver.peer.RecordingListener;
import dev.socketserver.peer.TestClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Lines and frames over their cap, from real peers. */
@Timeout(60)
@ParameterizedClass
@EnumSource(names = {"AUTO", "BLOCKING"})
class MessageLimitTest {
    private final RecordingListener listener = new RecordingListener();
    private final ServerConfig config;

    MessageLimitTest(Engine engine) {
        config = Loopback.config().engine(engine).listener(listener).build();
    }

    @Test
    void aLineOverTheCapIsRefusedWithItsFirstByteTooMany() throws Exception {
        try (var server = new TcpServer(config, StreamRequestHandler.of((in, out) -> {
            try {
                in.readLine(UTF_8, 20);
            } catch (MessageTooLongException e) {
                out.write(String.valueOf(e.getMessage()), UTF_8);
            }
        }))) {
            server.start();
            try (TestClient client = TestClient.to(server.address())) {
                assertThat(client.send("x".repeat(21)).readAll()).isEqualTo("line is longer than 20 bytes");
            }
        }
    }

    @Test
    void aLineOverTheCapThatNobodyCatchesClosesTheConnection() throws Exception {
        try (var server = new TcpServer(config, StreamRequestHandler.of((in, out) -> in.readLine(UTF_8, 20)))) {
            server.start();
            try (TestClient client = TestClient.to(server.address())) {
                client.send("x".repeat(21)).awaitEnd();
            }
        }
        assertThat(listener.failures()).singleElement().isInstanceOf(MessageTooLongException.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {101, Integer.MAX_VALUE, Integer.MIN_VALUE, -1})
    void aFrameOverTheCapIsRefusedBeforeItsBodyComes(int announced) throws Exception {
        try (var server = new TcpServer(config, StreamRequestHandler.of((in, out) -> {
            try {
                in.readFrame(4, 100);
            } catch (MessageTooLongException e) {
                out.write(String.valueOf(e.getMessage()), UTF_8);
            }
        }))) {
            server.start();
            try (TestClient client = TestClient.to(server.address())) {
                byte[] prefix =
                        java.nio.ByteBuffer.allocate(4).putInt(announced).array();
                assertThat(client.send(prefix).readAll()).isEqualTo("frame is longer than 100 bytes");
            }
        }
    }
}
