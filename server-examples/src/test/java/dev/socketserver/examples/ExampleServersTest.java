package dev.socketserver.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.socketserver.UdpServer;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The servers that the README and the quickstart show. */
@Timeout(60)
class ExampleServersTest {
    private static final Path SOURCES = Path.of("src/main/java/dev/socketserver/examples");
    private static final Path PROJECT = Path.of("..");
    private static final int PORT = 7007;

    private static int port(java.net.SocketAddress address) {
        return ((InetSocketAddress) address).getPort();
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
    @ValueSource(classes = {EchoServer.class, UpperCaseServer.class})
    void aSignalDrainsThemAndTheyEndByThemselves(Class<?> example) throws Exception {
        assumeThat(isFree(PORT)).as("port %d is free", PORT).isTrue();
        try (ChildJvm server = ChildJvm.start(example)) {
            while (!(example == EchoServer.class ? answersConnections() : answersDatagrams())) {
                Thread.onSpinWait();
            }
            if (example == EchoServer.class) {
                assertThat(server.out().readLine()).startsWith("listening on ").endsWith(":" + PORT);
            }
            server.signal("TERM");
            assertThat(server.awaitExit()).isZero();
            assertThat(server.err().lines()).isEmpty();
        }
    }

    /** Whether it serves; that it accepts is not enough, which the system does as soon as the port is bound. */
    private static boolean answersConnections() {
        try (var connection = new Socket(InetAddress.getLoopbackAddress(), PORT)) {
            connection.getOutputStream().write('x');
            connection.shutdownOutput();
            return connection.getInputStream().read() == 'x';
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean answersDatagrams() {
        try (var socket = new DatagramSocket()) {
            socket.connect(InetAddress.getLoopbackAddress(), PORT);
            socket.setSoTimeout(100);
            socket.send(new DatagramPacket(new byte[] {'x'}, 1));
            socket.receive(new DatagramPacket(new byte[1], 1));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Whether both a TCP and a UDP server could have the port. */
    private static boolean isFree(int port) {
        try (var stream = new ServerSocket(port);
                var datagrams = new DatagramSocket(port)) {
            return stream.isBound() && datagrams.isBound();
        } catch (IOException e) {
            return false;
        }
    }

    @ParameterizedTest
    @CsvSource({
        "EchoServer, README.md, 11",
        "EchoServer, src/site/markdown/quickstart.md, 11",
        "UpperCaseServer, src/site/markdown/quickstart.md, 20"
    })
    void thePageShowsTheFileItself(String example, String page, int maxLines) throws IOException {
        String body = classBody(example);

        assertThat(body.lines().count()).as("lines of " + example).isLessThanOrEqualTo(maxLines);
        assertThat(Files.readString(PROJECT.resolve(page))).contains("```java\n" + body + "```\n");
    }

    /** The file from the class's first line on. */
    private static String classBody(String example) throws IOException {
        String source = Files.readString(SOURCES.resolve(example + ".java"));
        return source.substring(source.indexOf("public final class"));
    }
}
