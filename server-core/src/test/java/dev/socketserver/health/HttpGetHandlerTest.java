package dev.socketserver.health;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.ServerConfig;
import dev.socketserver.TcpServer;
import dev.socketserver.health.HttpGetHandler.Response;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests byte by byte, over a real connection. */
@Timeout(60)
class HttpGetHandlerTest {
    private static final String GET = "GET /page HTTP/1.1\r\nHost: localhost\r\n\r\n";

    private final AtomicLong clock = new AtomicLong();
    private final CountDownLatch started = new CountDownLatch(1);
    private final TcpServer server = new TcpServer(
            ServerConfig.builder()
                    .address(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                    .awaitFirstByte(true)
                    .build(),
            () -> new HttpGetHandler(Map.of("/page", () -> Response.text("200 OK", "text")), this::nanoTime));

    private long nanoTime() {
        long now = clock.get();
        started.countDown(); // only now may the test change it
        return now;
    }

    @BeforeEach
    void start() throws IOException {
        server.start();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Socket connect() throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), ((InetSocketAddress) server.address()).getPort());
    }

    private static String answer(Socket connection) throws IOException {
        return new String(connection.getInputStream().readAllBytes(), ISO_8859_1);
    }

    private String ask(String request) throws IOException {
        try (Socket connection = connect()) {
            connection.getOutputStream().write(request.getBytes(ISO_8859_1));
            return answer(connection);
        }
    }

    @Test
    void anAnswerHasADateATypeALengthAndClosesTheConnection() throws IOException {
        assertThat(ask(GET)).matches("""
                HTTP/1\\.1 200 OK\r
                Date: \\w{3}, \\d\\d \\w{3} \\d{4} \\d\\d:\\d\\d:\\d\\d GMT\r
                Content-Type: text/plain; charset=utf-8\r
                Content-Length: 5\r
                Allow: GET, HEAD\r
                Connection: close\r
                \r
                text
                """);
    }

    @Test
    void headHasTheLengthWithoutTheBody() throws IOException {
        assertThat(ask(GET.replace("GET", "HEAD")))
                .contains("Content-Length: 5\r\n")
                .endsWith("close\r\n\r\n");
    }

    @Test
    void aRequestMayArriveInTwoPiecesSplitAnywhere() throws IOException {
        for (int split = 1; split < GET.length(); split++) {
            try (Socket connection = connect()) {
                connection.getOutputStream().write(GET.substring(0, split).getBytes(ISO_8859_1));
                connection.getOutputStream().write(GET.substring(split).getBytes(ISO_8859_1));
                assertThat(answer(connection)).as("split at %d", split).startsWith("HTTP/1.1 200 OK");
            }
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            GET /page HTTP/1.0\\r\\n\\r\\n                      | 200 OK
            GET /page?x=/y HTTP/1.1\\n\\n                      | 200 OK
            \\r\\n\\nGET http://localhost:1/page HTTP/1.1\\n\\n  | 200 OK
            GET /page HTTP/1.1\\r\\n\\r\\nGET / HTTP/1.1\\r\\n   | 200 OK
            GET /page HTTP/1.1\\r\\nX: Å\\205\\r\\n\\r\\n      | 200 OK
            GET /pages HTTP/1.1\\r\\n\\r\\n                     | 404 Not Found
            GET / HTTP/1.1\\r\\n\\r\\n                          | 404 Not Found
            POST /page HTTP/1.1\\r\\n\\r\\nx                    | 405 Method Not Allowed
            get /page HTTP/1.1\\r\\n\\r\\n                      | 405 Method Not Allowed
            GET  /page HTTP/1.1\\r\\n\\r\\n                     | 400 Bad Request
            \\040GET /page HTTP/1.1\\r\\n\\r\\n                 | 400 Bad Request
            GET /page\\r\\n\\r\\n                               | 400 Bad Request
            GET /page HTTP/2.0\\r\\n\\r\\n                      | 400 Bad Request
            GET /page HTTP/1.1\\r\\nHost : x\\r\\n\\r\\n         | 400 Bad Request
            GET /page HTTP/1.1\\r\\nHost: x\\r\\n y\\r\\n\\r\\n   | 400 Bad Request
            GET /page HTTP/1.1\\r\\nHost: x\\ry\\r\\n\\r\\n      | 400 Bad Request
            GET /page HTTP/1.1\\r\\nHost\\r\\n\\r\\n             | 400 Bad Request
            GET /p\\0ge HTTP/1.1\\r\\n\\r\\n                     | 400 Bad Request
            """)
    void everyRequestHasItsStatus(String request, String status) throws IOException {
        assertThat(ask(request.translateEscapes())).startsWith("HTTP/1.1 " + status + "\r\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\r\n", "x", "GET /page HTTP/1.1\r\nHost: x\r\n", "\n\n"})
    void aRequestThatNeverEndsIsTooLarge(String piece) throws IOException {
        String endless = piece.repeat(HttpGetHandler.MAX_HEAD_BYTES / piece.length() + 1);
        assertThat(ask(endless.substring(0, HttpGetHandler.MAX_HEAD_BYTES + 1)))
                .startsWith("HTTP/1.1 431 Request Header Fields Too Large\r\n");
    }

    @Test
    void aRequestThatTakesTooLongIsGivenUp() throws Exception {
        try (Socket connection = connect()) {
            connection.getOutputStream().write('G');
            started.await();
            clock.set(HttpGetHandler.TIME_LIMIT.toNanos() + 1);
            connection.getOutputStream().write('E');
            assertThat(answer(connection)).startsWith("HTTP/1.1 408 Request Timeout\r\n");
        }
    }

    @Test
    void aPeerThatGivesUpGetsNothing() throws IOException {
        try (Socket connection = connect()) {
            connection.getOutputStream().write('G');
            connection.shutdownOutput();
            assertThat(answer(connection)).isEmpty();
        }
    }

    @Test
    void aDateHasTwoDigitsForTheDay() {
        assertThat(HttpGetHandler.date(Instant.parse("2026-09-01T02:03:04.5Z")))
                .isEqualTo("Tue, 01 Sep 2026 02:03:04 GMT");
    }
}
