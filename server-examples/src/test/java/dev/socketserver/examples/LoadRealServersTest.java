package dev.socketserver.examples;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.examples.report.LoadReport;
import dev.socketserver.examples.report.ReportFile;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The load tester against servers that nobody here wrote, each skipped where it is not installed. */
@Timeout(120)
class LoadRealServersTest {
    private static final int REQUESTS = 500;
    private static final String HTTP_GET = "GET / HTTP/1.1\\r\\nHost: test\\r\\n\\r\\n";
    private static final String HTTP_HELLO = "(?s)HTTP/1\\.1 200 OK\\r\\n.*?\\r\\n\\r\\nhello\\n";

    @TempDir
    private Path folder;

    private @Nullable RealServer server;

    private void start(String target, String... command) throws IOException {
        server = RealServer.start(folder, target, command);
    }

    @AfterEach
    void stop() {
        if (server != null) {
            server.close();
        }
    }

    /** Loads a server with {@value #REQUESTS} requests of a few clients, none of which may fail. */
    private void load(String... options) throws IOException {
        load(4, options);
    }

    private void load(int clients, String... options) throws IOException {
        List<String> command = new ArrayList<>(List.of("load", "-c", "" + clients, "-n", "" + REQUESTS));
        Path json = folder.resolve("report.json");
        command.addAll(List.of("--json", json.toString()));
        command.addAll(List.of(options));
        CommandRun run = CommandRun.of(command.toArray(String[]::new));

        assertThat(run.exitCode()).as("%s%n%s", run.err(), run.out()).isZero();
        LoadReport.Run only = ReportFile.read(json).runs().get(0);
        assertThat(only.operations()).isEqualTo(REQUESTS);
        assertThat(only.failures()).isZero();
    }

    @Test
    void redisAnswersCommandsOneByOneAndInPipelines() throws Exception {
        String redis = RealServer.program("redis-server", "redis-server");
        int port = RealServer.freePort();
        String target = "tcp://127.0.0.1:" + port;
        Path messages = Files.writeString(folder.resolve("messages"), """
                SET key{{random:2}} {{counter}}\\r\\n\t+OK\\r\\n
                ECHO {{counter:6}}\\r\\n\t$6\\r\\n{{counter:6}}\\r\\n
                """);
        start(
                target,
                redis,
                "--port",
                "" + port,
                "--bind",
                "127.0.0.1",
                "--protected-mode",
                "no",
                "--save",
                "",
                "--dir",
                folder + "");
        load(target, "--send", "PING\\r\\n", "--expect", "+PONG\\r\\n");
        load(target, "--send", "PING\\r\\n", "--until", "\\r\\n", "--pipeline", "16");
        load(target, "--messages", messages + "", "--pipeline", "8");
        load(target, "--mode", "connect", "--send", "PING\\r\\n", "--expect", "+PONG\\r\\n");

        try (var connection = new Socket(InetAddress.getLoopbackAddress(), port)) {
            connection.getOutputStream().write("INFO commandstats\r\nQUIT\r\n".getBytes(US_ASCII));
            String figures = new String(connection.getInputStream().readAllBytes(), US_ASCII);
            assertThat(figures)
                    .as("what the server itself has counted")
                    .contains("cmdstat_ping:calls=" + 3 * REQUESTS + ",")
                    .containsPattern("cmdstat_set:calls=2[45]\\d,")
                    .containsPattern("cmdstat_echo:calls=2[45]\\d,");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "tls"})
    void nginxAnswersHttpRequests(String scheme) throws Exception {
        String nginx = RealServer.program("nginx", "nginx");
        int port = RealServer.freePort();
        String target = scheme + "://127.0.0.1:" + port;
        certificate();
        Files.writeString(folder.resolve("nginx.conf"), """
                daemon off;
                master_process off;
                pid nginx.pid;
                events {}
                http {
                  access_log access.log;
                  client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
                  uwsgi_temp_path uwsgi; scgi_temp_path scgi;
                  ssl_certificate pair.pem; ssl_certificate_key pair.pem;
                  server { listen 127.0.0.1:%d%s; location / { return 200 "hello\\n"; } }
                }
                """.formatted(port, scheme.equals("tls") ? " ssl" : ""));
        start(target, nginx, "-p", folder + "/", "-e", "error.log", "-c", "nginx.conf");
        String insecure = "--insecure=" + scheme.equals("tls");
        load(target, insecure, "--send", HTTP_GET, "--expect-regex", HTTP_HELLO);
        load(
                target,
                insecure,
                "--mode",
                "connect",
                "--send",
                HTTP_GET.replace("Host", "Connection: close\\r\\nHost"),
                "--until-close",
                "--expect-regex",
                HTTP_HELLO + "$");
        assertThat(Files.readAllLines(folder.resolve("access.log")))
                .as("what the server itself has counted")
                .hasSize(2 * REQUESTS);
    }

    private void certificate() throws Exception {
        SelfSigned.write(folder);
        Files.writeString(
                folder.resolve("pair.pem"),
                Files.readString(folder.resolve("key.pem")) + Files.readString(folder.resolve("certificate.pem")));
    }

    @Test
    void pythonsHttpServerClosesAfterEachAnswer() throws Exception {
        String python = RealServer.program("python3", "python3");
        int port = RealServer.freePort();
        Files.writeString(folder.resolve("index.html"), "hello\n");
        start("127.0.0.1:" + port, python, "-m", "http.server", "--bind", "127.0.0.1", "" + port);
        load(
                "127.0.0.1:" + port,
                "--mode",
                "connect",
                "--send",
                HTTP_GET,
                "--until-close",
                "--expect-regex",
                "(?s)^HTTP/1\\.0 200 OK\\r\\n.*\\r\\n\\r\\nhello\\n$");
    }

    @ParameterizedTest
    @CsvSource({
        "tcp, TCP-LISTEN:PORT, --pipeline 4",
        "tcp, TCP-LISTEN:PORT, --mode connect",
        "tls, 'OPENSSL-LISTEN:PORT,cert=pair.pem,verify=0', --insecure",
        "unix, UNIX-LISTEN:socket, --payload 10K"
    })
    void socatEchoes(String scheme, String listener, String options) throws Exception {
        String socat = RealServer.program("socat", "socat");
        int port = RealServer.freePort();
        if (scheme.equals("tls")) {
            certificate();
        }
        String target = scheme.equals("unix") ? "unix:" + folder.resolve("socket") : scheme + "://127.0.0.1:" + port;
        String where = scheme.equals("unix") ? "" : ",bind=127.0.0.1,reuseaddr";
        start(
                scheme.equals("tls") ? "127.0.0.1:" + port : target,
                socat,
                "-b262144",
                listener.replace("PORT", "" + port) + where + ",fork,backlog=1024",
                "EXEC:cat");
        load((target + " " + options).split(" ", -1));
    }

    @Test
    void socatEchoesDatagrams() throws Exception {
        String socat = RealServer.program("socat", "socat");
        int port = RealServer.freePort();
        String target = "udp://127.0.0.1:" + port;
        start(target, socat, "UDP4-RECVFROM:" + port + ",bind=127.0.0.1,fork", "EXEC:cat");
        load(1, target, "--timeout", "30s"); // socat itself loses datagrams that arrive while it forks
        load(1, target, "--timeout", "30s", "--send", "hello {{counter}}");
    }

    @ParameterizedTest
    @CsvSource({"udp, hex:", "tcp, hex:001a"})
    void namedAnswersQueries(String scheme, String prefix) throws Exception {
        String named = RealServer.program("named", "bind9");
        int port = RealServer.freePort();
        String target = scheme + "://127.0.0.1:" + port;
        Files.writeString(folder.resolve("named.conf"), """
                options {
                  directory "%s"; listen-on port %d { 127.0.0.1; }; listen-on-v6 { none; };
                  recursion no; dnssec-validation no; pid-file none; session-keyfile none; minimal-responses yes;
                };
                controls {};
                zone "test" { type primary; file "test.zone"; };
                """.formatted(folder, port));
        Files.writeString(folder.resolve("test.zone"), """
                $TTL 60
                @ SOA ns root 1 60 60 60 60
                @ NS ns
                ns A 192.0.2.53
                www A 192.0.2.1
                """);
        start("127.0.0.1:" + port, named, "-g", "-n", "1", "-4", "-c", "named.conf");
        List<String> options = new ArrayList<>(List.of(
                target,
                "--timeout",
                "30s",
                "--send",
                prefix + "{{counter:2}} 0000 0001 0000 0000 0000 03777777 0474657374 00 0001 0001",
                "--expect-regex",
                "(?s)^.*\\xc0\\x00\\x02\\x01$"));
        if (scheme.equals("tcp")) {
            options.addAll(List.of("--frame", "2"));
        }
        load(options.toArray(String[]::new));
    }
}
