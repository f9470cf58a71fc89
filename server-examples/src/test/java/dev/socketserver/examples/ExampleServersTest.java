package dev.socketserver.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.TcpServer;
import dev.socketserver.UdpServer;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The two servers that the README shows. */
@Timeout(60)
class ExampleServersTest {
    private static final Path SOURCES = Path.of("src/main/java/dev/socketserver/examples");
    private static final Path README = Path.of("../README.md");
    private static final int MAX_LINES = 15;

    private static int port(java.net.SocketAddress address) {
        return ((InetSocketAddress) address).getPort();
    }

    @Test
    void theEchoServerSendsBackWhatItReceives() throws Exception {
        try (var server = new TcpServer(0, EchoServer.EchoHandler::new)) {
            server.start();
            try (var connection = new Socket(InetAddress.getLoopbackAddress(), port(server.address()))) {
                connection.getOutputStream().write("hello".getBytes(UTF_8));
                connection.shutdownOutput();

                assertThat(connection.getInputStream().readAllBytes())
                        .asString(UTF_8)
                        .isEqualTo("hello");
            }
        }
    }

    @Test
    void theUpperCaseServerAnswersInUpperCase() throws Exception {
        try (var server = new UdpServer(0, UpperCaseServer.UpperCaseHandler::new);
                var socket = new DatagramSocket()) {
            server.start();
            byte[] text = "grüße".getBytes(UTF_8);
            socket.send(
                    new DatagramPacket(text, text.length, InetAddress.getLoopbackAddress(), port(server.address())));
            var answer = new DatagramPacket(new byte[100], 100);
            socket.receive(answer);

            assertThat(new String(answer.getData(), 0, answer.getLength(), UTF_8))
                    .isEqualTo("GRÜSSE");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"EchoServer", "UpperCaseServer"})
    void theReadmeShowsTheFileItself(String example) throws IOException {
        String body = classBody(example);

        assertThat(body.lines().count()).as("lines of " + example).isLessThanOrEqualTo(MAX_LINES);
        assertThat(Files.readString(README)).contains("```java\n" + body + "```\n");
    }

    /** The file from the class's first line on. */
    private static String classBody(String example) throws IOException {
        String source = Files.readString(SOURCES.resolve(example + ".java"));
        return source.substring(source.indexOf("public final class"));
    }
}
