package dev.socketserver.examples;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.socketserver.ServerConfig;
import dev.socketserver.StreamConnection;
import dev.socketserver.TcpServer;
import dev.socketserver.examples.http.Directory;
import dev.socketserver.examples.http.Echo;
import dev.socketserver.examples.http.HttpHandler;
import dev.socketserver.examples.http.HttpService;
import dev.socketserver.testing.InMemoryConnection;
import dev.socketserver.testing.Splits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The server of HTTP, in memory, and with curl, wrk and ab. */
@Timeout(60)
class HttpTest {
    private static final Clock NOON = Clock.fixed(Instant.parse("2026-01-01T12:00:00Z"), ZoneOffset.UTC);
    private static final String DATE = "Date: Thu, 01 Jan 2026 12:00:00 GMT\r\n";
    private static final String OK = "HTTP/1.1 200 OK\r\n" + DATE + "Content-Type: application/octet-stream\r\n";

    @TempDir
    private Path folder;

    private static InMemoryConnection connect(HttpService service) {
        ServerConfig config =
                ServerConfig.builder().framing(HttpHandler.FRAMING).build();
        return InMemoryConnection.to(new TcpServer(config, () -> new HttpHandler(service, NOON)) {
            @Override
            protected void handleError(StreamConnection connection, Throwable failure) {}
        });
    }

    private static String answer(HttpService service, String request) {
        try (var client = connect(service)) {
            return client.send(request.getBytes(ISO_8859_1)).serve().received();
        }
    }

    private static String ok(String body) {
        return OK + "Content-Length: " + body.length() + "\r\n\r\n" + body;
    }

    // ---- in memory

    @Test
    void pipelinedRequestsAreAnsweredInOrderHoweverTheirBytesCome() {
        String requests = "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello"
                + "PUT / HTTP/1.1\r\nhost:h\r\nTransfer-Encoding: Chunked\r\n\r\n"
                + "3;x=y\r\nabc\r\n0A\r\n0123456789\r\n0\r\nT: t\r\n\r\n"
                + "GET / HTTP/1.1\r\nHost: \r\nConnection: close\r\n\r\nGET / HTTP/1.1\r\n";
        byte[] answers = Splits.sameOutput(() -> connect(new Echo()), requests.getBytes(ISO_8859_1));
        assertThat(new String(answers, ISO_8859_1))
                .isEqualTo(ok("hello") + ok("abc0123456789") + OK + "Content-Length: 0\r\nConnection: close\r\n\r\n");
    }

    @Test
    void aLongBodyGoesBackInChunksWhileItComes() {
        String request = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10000\r\n\r\n" + "x".repeat(10_000);
        assertThat(answer(new Echo(), request))
                .isEqualTo(OK + "Transfer-Encoding: chunked\r\n\r\n2000\r\n" + "x".repeat(0x2000) + "\r\n710\r\n"
                        + "x".repeat(0x710) + "\r\n0\r\n\r\n");
        assertThat(answer(new Echo(), request.replace("/1.1", "/1.0")))
                .isEqualTo(OK + "Connection: close\r\n\r\n" + "x".repeat(10_000));
    }

    @Test
    void whoAsksMaySendItsBody() {
        String head = "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-Continue\r\nContent-Length: 2\r\n\r\n";
        try (var client = connect(new Echo())) {
            client.send(head)
                    .expect("HTTP/1.1 100 Continue\r\n\r\n")
                    .send("hi")
                    .expect(ok("hi"))
                    .serve();
            assertThat(client.isOpen()).isTrue();
        }
    }

    /** Whether the body comes is not known, so neither is where the next request would begin. */
    @Test
    void anAnswerWithoutALookAtAnAwaitedBodyIsTheLast() throws IOException {
        Files.writeString(folder.resolve("file"), "no need");
        String head = "GET /file HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 50\r\n\r\n";
        try (var client = connect(new Directory(folder))) {
            client.send(head).send("GET / HTTP/1.1\r\nHost: h\r\n\r\n").serve();
            assertThat(client.received()).contains("\r\nConnection: close\r\n").endsWith("\r\n\r\nno need");
            assertThat(client.isOpen()).isFalse();
        }
    }

    @Test
    void oldClientsMayKeepTheirConnection() {
        assertThat(answer(new Echo(), "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\nGET / HTTP/1.0\r\n\r\nGET"))
                .isEqualTo(OK + "Content-Length: 0\r\nConnection: keep-alive\r\n\r\n" + OK
                        + "Content-Length: 0\r\nConnection: close\r\n\r\n");
    }

    @ParameterizedTest
    @CsvSource({
        "1.1, close, false",
        "1.1, 'X, CLOSE ', false",
        "1.1, not-close, true",
        "1.1, '', true",
        "1.0, keep-alive, true",
        "1.0, 'keep-alive, close', false",
        "1.0, keep-alive-not, false"
    })
    void aConnectionIsKeptAsItsOptionsSay(String version, String options, boolean kept) {
        String request = "GET / HTTP/" + version + "\r\nHost: h\r\nConnection: " + options + "\r\n\r\n";
        assertThat(answer(new Echo(), request).contains("Connection: close")).isEqualTo(!kept);
    }

    /** Old clients send one behind a body (RFC 9112, 2.2). */
    @Test
    void anEmptyLineBeforeARequestIsIgnored() {
        String request = "\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n";
        assertThat(answer(new Echo(), request + request)).isEqualTo((OK + "Content-Length: 0\r\n\r\n").repeat(2));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET / HTTP/1.1;Host: h;Content-Length: 1;Transfer-Encoding: chunked;;|400|more than one length",
                "GET / HTTP/1.1;Host: h;Content-Length: 1;Content-Length: 1;;|400|more than one length",
                "GET / HTTP/1.1;Host: h;Content-Length: 1, 1;;|400|not a length",
                "GET / HTTP/1.1;Host: h;Content-Length: -1;;|400|not a length",
                "GET / HTTP/1.1;Host: h;Content-Length: +1;;|400|not a length",
                "GET / HTTP/1.1;Host: h;Content-Length: 9999999999999999999;;|400|not a length",
                "GET / HTTP/1.0;Transfer-Encoding: chunked;;|400|more than one length",
                "GET / HTTP/1.1;Host: h;Transfer-Encoding: gzip, chunked;;|501|chunked is the only Transfer-Encoding",
                "GET / HTTP/1.1;Host: h;Transfer-Encoding: chunked;Transfer-Encoding: x;;|400|more than one length",
                "GET / HTTP/1.1;Host: h;Transfer-Encoding: xchunked;;|501|chunked is the only Transfer-Encoding",
                "GET / HTTP/1.1;Host: h;Transfer-Encoding : chunked;;|400|not a field of a head",
                "GET / HTTP/1.1;Host: h;A: b; c;;|400|not a field of a head",
                "GET / HTTP/1.1;Host: h; A: b;;|400|not a field of a head",
                "GET / HTTP/1.1;Host: h;: b;;|400|not a field of a head",
                "GET / HTTP/1.1;Host: h;A: b^c;;|400|a line does not end with CR LF", // CR alone
                "GET / HTTP/1.1;Host: h;A: b~;|400|a line does not end with CR LF", // LF alone
                "GET / HTTP/1.1~~|400|a line does not end with CR LF",
                "GET / HTTP/1.1;Host: h;A: \u0000;;|400|not a field of a head",
                "GET / HTTP/1.1;;|400|one Host is needed",
                "GET / HTTP/1.1;Host: a;Host: b;;|400|one Host is needed",
                "CONNECT h:443 HTTP/1.1;Host: h:443;;|501|this is no proxy",
                "GET / HTTP/2.0;Host: h;;|505|HTTP/1.1 is spoken here",
                "GET  / HTTP/1.1;Host: h;;|400|not a request",
                "GET /a b HTTP/1.1;Host: h;;|400|not a request",
                "GET /;;|400|not a request",
                ";;|400|not a request",
                "GET / HTTP/1.1;Host: h;Expect: miracles;;|417|100-continue is all that may be expected",
                "POST / HTTP/1.1;Host: h;Transfer-Encoding: chunked;;-1;;|400|not the length of a chunk",
                "POST / HTTP/1.1;Host: h;Transfer-Encoding: chunked;;fffffffff;;|400|not the length of a chunk",
                "POST / HTTP/1.1;Host: h;Transfer-Encoding: chunked;;1;ab;0;;|400|a chunk does not end where it says",
                "POST / HTTP/1.1;Host: h;Transfer-Encoding: chunked;;1;a~0;;|400|a line does not end with CR LF"
            })
    void whatIsNoRequestIsRefusedAndEndsTheConnection(String request, int status, String why) {
        String bytes = request.replace(";", "\r\n").replace('^', '\r').replace('~', '\n');
        try (var client = connect(new Echo())) {
            client.send((bytes + "GET / HTTP/1.1\r\nHost: h\r\n\r\n").getBytes(ISO_8859_1))
                    .serve();
            assertThat(client.received())
                    .startsWith("HTTP/1.1 " + status + " ")
                    .contains("\r\nConnection: close\r\n")
                    .endsWith("\r\n\r\n" + why + "\n");
            assertThat(client.isOpen()).isFalse();
        }
    }

    @ParameterizedTest
    @CsvSource({"GET /,20000,1", "'GET / HTTP/1.1\r\nA: ',20000,1", "'GET / HTTP/1.1\r\n',1,101"})
    void aLongHeadIsRefused(String begin, int length, int times) {
        try (var client = connect(new Echo())) {
            client.send(begin + ("a:" + "a".repeat(length) + "\r\n").repeat(times) + "\r\n")
                    .serve();
            assertThat(client.received()).startsWith("HTTP/1.1 431 ");
            assertThat(client.isOpen()).isFalse();
        }
    }

    @Test
    void aBodyThatEndsTooEarlyEndsTheConnection() {
        for (String head : List.of("Content-Length: 9\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n9\r\n")) {
            try (var client = connect(new Echo())) {
                client.send("POST / HTTP/1.1\r\nHost: h\r\n" + head + "short").shutdownOutput();
                client.serve();
                assertThat(client.received()).isEmpty();
                assertThat(client.isOpen()).isFalse();
            }
        }
    }

    /** Or the response to a body that was cut off would look like that to a whole one. */
    @ParameterizedTest
    @ValueSource(strings = {"", "no length\r\n"})
    void aResponseToABodyThatIsCutOffHasNoEnd(String rest) {
        String piece = "8000\r\n" + "x".repeat(0x8000) + "\r\n";
        try (var client = connect(new Echo())) {
            client.send("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n" + piece + rest)
                    .shutdownOutput();
            client.serve();
            assertThat(client.received())
                    .startsWith("HTTP/1.1 200 OK\r\n")
                    .contains("xxx")
                    .doesNotContain("\r\n0\r\n");
            assertThat(client.isOpen()).isFalse();
        }
    }

    @Test
    void nothingBehindATrailerThatIsTooLongIsARequest() {
        try (var client = connect(new Echo())) {
            client.send("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\na: " + "a".repeat(20_000)
                            + "\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n")
                    .serve();
            assertThat(client.received()).startsWith("HTTP/1.1 431 ").doesNotContain("200 OK");
            assertThat(client.isOpen()).isFalse();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "GET /a.txt, 200, text",
        "GET //a.txt, 200, text",
        "GET /%61.txt?query, 200, text",
        "HEAD /a.txt, 200, ''",
        "GET /, 200, index",
        "GET /sub, 404, 'not found\n'",
        "GET /a.txt/, 404, 'not found\n'",
        "GET /none, 404, 'not found\n'",
        "GET /.hidden, 404, 'not found\n'",
        "GET /../secret, 404, 'not found\n'",
        "GET /%2e%2e/secret, 404, 'not found\n'",
        "GET /..%2fsecret, 404, 'not found\n'",
        "GET /link, 404, 'not found\n'",
        "GET /a.txt%00, 400, 'not a path\n'",
        "GET /%zz, 400, 'not a path\n'",
        "GET http://h/a.txt, 200, text",
        "GET http://h, 200, index",
        "GET http://h?query, 200, index",
        "GET /a.txt?q=a|b&c={100%}, 200, text",
        "GET ?query, 404, 'not found\n'",
        "GET *, 404, 'not found\n'",
        "POST /a.txt, 405, 'GET and HEAD are all that is done here\n'"
    })
    void aDirectoryHasWhatIsInItAndNothingElse(String request, int status, String body) throws IOException {
        Path root = folder.resolve("root");
        Files.createDirectories(root.resolve("sub"));
        Files.writeString(root.resolve("a.txt"), "text");
        Files.writeString(root.resolve("index.html"), "index");
        Files.writeString(root.resolve(".hidden"), "hidden");
        Files.writeString(folder.resolve("secret"), "secret");
        Files.createSymbolicLink(root.resolve("link"), folder.resolve("secret"));
        String answer = answer(new Directory(root), request + " HTTP/1.1\r\nHost: h\r\n\r\n");
        assertThat(answer).startsWith("HTTP/1.1 " + status + " ").endsWith("\r\n\r\n" + body);
        if (request.startsWith("HEAD")) {
            assertThat(answer).contains("\r\nContent-Length: 4\r\n");
        }
    }

    @ParameterizedTest
    @CsvSource({"/sub, /sub/", "//sub?q=a|b, /sub/?q=a|b", "/%73ub#x, /%73ub/", "http://other/sub, /sub/"})
    void aDirectoryThatIsAskedForAsAFileIsElsewhere(String target, String location) throws IOException {
        Files.writeString(Files.createDirectories(folder.resolve("sub")).resolve("index.html"), "index");
        String answer = answer(new Directory(folder), "GET " + target + " HTTP/1.1\r\nHost: h\r\n\r\n");
        assertThat(answer)
                .startsWith("HTTP/1.1 301 Moved Permanently\r\n")
                .contains("\r\nLocation: " + location + "\r\n");
        assertThat(answer(new Directory(folder), "GET " + location + " HTTP/1.1\r\nHost: h\r\n\r\n"))
                .endsWith("\r\n\r\nindex");
    }

    @Test
    void aFileIsNoDirectoryToServe(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "x");
        assertThatThrownBy(() -> new Directory(file))
                .isInstanceOf(IOException.class)
                .hasMessage("not a directory: " + file);
    }

    @Test
    void aBodyThatNobodyReadsIsDiscardedUnlessItIsLong() throws IOException {
        String request = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\n123456789";
        var directory = new Directory(folder);
        assertThat(answer(directory, request + request).split("HTTP/1.1 405 ", -1))
                .hasSize(3);
        try (var client = connect(directory)) {
            client.send(request.replace(": 9", ": 99999") + "x".repeat(99_999)).serve();
            assertThat(client.received()).contains("\r\nConnection: close\r\n");
            assertThat(client.isOpen()).isFalse();
        }
        try (var client = connect(directory)) {
            client.send(request.replace("Content", "Expect: 100-continue\r\nContent"))
                    .serve();
            assertThat(client.received()).contains("\r\nConnection: close\r\n");
            assertThat(client.isOpen()).isFalse();
        }
    }

    // ---- with the clients of others

    private static String start(ChildJvm http) throws IOException {
        String line = http.out().readLine();
        assertThat(line).startsWith("listening on 127.0.0.1:");
        return "http://127.0.0.1:" + line.substring(line.lastIndexOf(':') + 1) + "/";
    }

    private static String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), ISO_8859_1);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }

    @Test
    void curlSendsBodiesOfBothKindsAndGetsThemBack() throws Exception {
        String curl = RealServer.program("curl", "curl");
        var bytes = new byte[3_000_000];
        new Random(1).nextBytes(bytes);
        Path sent = Files.write(folder.resolve("sent"), bytes);
        Path received = folder.resolve("received");
        try (ChildJvm http = ChildJvm.start("http", "--port", "0")) {
            String url = start(http);
            for (String field : List.of("A: b", "Transfer-Encoding: chunked", "Expect: 100-continue")) {
                String code = run(
                        curl,
                        "-sS",
                        "-T",
                        sent.toString(),
                        "-H",
                        field,
                        "-o",
                        received.toString(),
                        "-w",
                        "%{http_code}",
                        url);
                assertThat(code).as(field).isEqualTo("200");
                assertThat(received).hasBinaryContent(bytes);
            }
            http.signal("TERM");
            assertThat(http.awaitExit()).isZero();
            assertThat(http.err().readLine()).isNull();
        }
    }

    @Test
    void wrkAndAbAreServed() throws Exception {
        String wrk = RealServer.program("wrk", "wrk");
        String ab = RealServer.program("ab", "apache2-utils");
        Files.writeString(folder.resolve("a.txt"), "text");
        try (ChildJvm http = ChildJvm.start("http", "--port", "0", "--directory", folder.toString())) {
            String url = start(http) + "a.txt";
            assertThat(run(wrk, "-c", "8", "-t", "1", "-d", "1s", "--timeout", "30s", url))
                    .contains("requests in")
                    .doesNotContain("Non-2xx", "Socket errors");
            for (String keep : List.of("-q", "-k")) {
                assertThat(run(ab, keep, "-n", "500", "-c", "8", url))
                        .containsPattern("Complete requests: +500\\s")
                        .containsPattern("Failed requests: +0\\s")
                        .doesNotContain("Non-2xx");
            }
        }
    }
}
