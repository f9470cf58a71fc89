package dev.socketserver.examples;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.socketserver.ServerConfig;
import dev.socketserver.StreamConnection;
import dev.socketserver.TcpServer;
import dev.socketserver.net.Tls;
import dev.socketserver.testing.InMemoryConnection;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ProtocolException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The mail server, in memory, and with swaks and openssl. */
@Timeout(120)
class SmtpTest {
    private static final String GREETING = "220 mail.example ESMTP\r\n";
    private static final String OK = "250 2.1.0 OK\r\n250 2.1.5 OK\r\n";
    private static final String GO_AHEAD = "354 end with a dot on a line of its own\r\n";

    @TempDir
    private Path folder;

    private final List<SmtpService.Mail> mails = new ArrayList<>();

    // ---- in memory

    private InMemoryConnection connect(@Nullable Tls tls, SmtpService.Mailbox mailbox) {
        var service = new SmtpService("mail.example", 100, tls, mailbox);
        ServerConfig config =
                ServerConfig.builder().framing(SmtpHandler.FRAMING).build();
        var server = new TcpServer(config, () -> new SmtpHandler(service)) {
            @Override
            protected void handleError(StreamConnection connection, Throwable failure) {}
        };
        return InMemoryConnection.to(server).expect(GREETING);
    }

    private InMemoryConnection connect() throws Exception {
        return connect(Tls.of(SSLContext.getDefault()), mails::add);
    }

    private static String text(SmtpService.Mail mail) {
        return new String(mail.text().getBytes(ISO_8859_1), UTF_8);
    }

    @Test
    void aMailComesAsItWasSent() throws Exception {
        try (var peer = connect()) {
            peer.send("EHLO me\r\n")
                    .expect("250-mail.example\r\n250-STARTTLS\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SIZE 100\r\n");
            peer.send("mail from:<ann@example.org> BODY=8BITMIME size=30\r\nRCPT TO:<bob@example.net>\r\n")
                    .expect(OK);
            peer.send("rcpt to: <carl@example.net>\r\nDATA\r\n").expect("250 2.1.5 OK\r\n" + GO_AHEAD);
            peer.send("Subject: grüße\r\n\r\n..\r\n..dots\r\nend .\r\n.\r")
                    .send("\n")
                    .expect("250 2.6.0 stored\r\n");
            peer.send("QUIT\r\n").expect("221 2.0.0 bye\r\n").serve();
            assertThat(peer.isOpen()).isFalse();
        }
        assertThat(mails).singleElement().satisfies(mail -> {
            assertThat(mail.client()).isEqualTo("me");
            assertThat(mail.encrypted()).isFalse();
            assertThat(mail.sender()).isEqualTo("ann@example.org");
            assertThat(mail.recipients()).containsExactly("bob@example.net", "carl@example.net");
            assertThat(text(mail)).isEqualTo("Subject: grüße\r\n\r\n.\r\n.dots\r\nend .\r\n");
        });
    }

    @Test
    void severalMailsArePipelinedAndAnEmptySenderIsOne() throws Exception {
        try (var peer = connect()) {
            String mail = "MAIL FROM:<>\r\nRCPT TO:<a@b>\r\nDATA\r\n";
            peer.send("HELO me\r\n" + mail + "one\r\n.\r\n" + mail + "two\r\n.\r\nMAIL FROM:<x@y>\r\nRSET\r\n" + mail)
                    .expect("250 mail.example\r\n" + OK + GO_AHEAD + "250 2.6.0 stored\r\n" + OK + GO_AHEAD
                            + "250 2.6.0 stored\r\n250 2.1.0 OK\r\n250 2.0.0 OK\r\n" + OK + GO_AHEAD)
                    .drain()
                    .expect("421 4.3.2 mail.example is closing\r\n")
                    .serve();
        }
        assertThat(mails).extracting(SmtpTest::text).containsExactly("one\r\n", "two\r\n");
    }

    @Test
    void aMailThatIsTooLargeCostsNoMoreThanItMayHaveAndOnlyItself() throws Exception {
        try (var peer = connect()) {
            peer.send("EHLO me\r\nMAIL FROM:<> SIZE=101\r\n").serve();
            assertThat(peer.received()).endsWith("552 5.3.4 too large\r\n");
            peer.send("MAIL FROM:<>\r\nRCPT TO:<a@b>\r\nDATA\r\n" + "x".repeat(99) + "\r\n.\r\n")
                    .serve();
            assertThat(peer.received()).endsWith("552 5.3.4 too large\r\n");
            peer.send("MAIL FROM:<>\r\nRCPT TO:<a@b>\r\nDATA\r\n" + "x".repeat(98) + "\r\n.\r\n")
                    .serve();
            assertThat(peer.received()).endsWith("250 2.6.0 stored\r\n");
        }
        assertThat(mails).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({
        "MAIL FROM:<a@b>, 503",
        "RCPT TO:<a@b>, 503",
        "DATA, 503",
        "EHLO, 501",
        "'EHLO m\u001b', 501",
        "DANCE, 500",
        "'', 500",
        "VRFY a, 252",
        "NOOP, 250",
        "'EHLO me\r\nMAIL FROM a@b', 501",
        "'EHLO me\r\nMAIL TO:<a@b>', 501",
        "'EHLO me\r\nMAIL FROM:<a b>', 501",
        "'EHLO me\r\nMAIL FROM:<a@b>\r\nMAIL FROM:<a@b>', 503",
        "'EHLO me\r\nMAIL FROM:<a@b>\r\nRCPT TO:<>', 501",
        "'EHLO me\r\nMAIL FROM:<a@b>\r\nDATA', 503"
    })
    void whatComesAtTheWrongTimeOrIsWrittenWrongIsAnswered(String lines, String code) throws Exception {
        try (var peer = connect()) {
            peer.send(lines + "\r\n").serve();
            assertThat(peer.received()
                            .lines()
                            .toList()
                            .get((int) peer.received().lines().count() - 1))
                    .startsWith(code + " ");
            assertThat(peer.isOpen()).isTrue();
        }
    }

    @Test
    void thereAreNoMoreRecipientsThanAHundred() throws Exception {
        try (var peer = connect()) {
            peer.send("EHLO me\r\nMAIL FROM:<>\r\n" + "RCPT TO:<a@b>\r\n".repeat(101))
                    .serve();
            assertThat(peer.received()).endsWith("250 2.1.5 OK\r\n452 4.5.3 too many recipients\r\n");
        }
    }

    /** A mail that others end where a bare LF is could hide another one. */
    @ParameterizedTest
    @ValueSource(strings = {"text\n.\r\n", "text\r\n.\nMAIL FROM:<>\r\n", "\n"})
    void aBareLineFeedEndsTheConversation(String text) throws Exception {
        try (var peer = connect()) {
            peer.send("EHLO me\r\nMAIL FROM:<>\r\nRCPT TO:<a@b>\r\nDATA\r\n" + text)
                    .serve();
            assertThat(peer.received()).endsWith(GO_AHEAD + "521 5.5.2 bare LF\r\n");
            assertThat(peer.isOpen()).isFalse();
        }
        assertThat(mails).isEmpty();
    }

    @Test
    void aLineThatIsTooLongEndsTheConversation() throws Exception {
        try (var peer = connect()) {
            peer.send("x".repeat(5000)).expect("500 5.5.2 line too long\r\n").serve();
            assertThat(peer.isOpen()).isFalse();
        }
    }

    @Test
    void aMailThatCannotBeStoredIsTriedAgainLater() throws Exception {
        try (var peer = connect(null, mail -> {
            throw new IOException("disk full");
        })) {
            peer.send("EHLO me\r\nMAIL FROM:<>\r\nRCPT TO:<a@b>\r\nDATA\r\n.\r\n");
            assertThat(peer.serveToFailure()).hasMessage("disk full");
            assertThat(peer.received()).endsWith(GO_AHEAD + "451 4.3.0 it cannot be stored now\r\n");
        }
    }

    @Test
    void whatWasSaidBeforeTlsIsForgotten() throws Exception {
        try (var peer = connect()) {
            peer.send("EHLO me\r\nMAIL FROM:<>\r\nSTARTTLS\r\n").serve();
            assertThat(peer.isTlsStarted()).isTrue();
            assertThat(peer.received()).endsWith("220 2.0.0 go ahead\r\n");
            peer.send("MAIL FROM:<>\r\n").serve();
            assertThat(peer.received()).endsWith("503 5.5.1 EHLO comes first\r\n");
            peer.send("EHLO me\r\nSTARTTLS\r\n").serve();
            assertThat(peer.received()).endsWith("250-8BITMIME\r\n250 SIZE 100\r\n503 5.5.1 no TLS to start\r\n");
            assertThat(peer.received().split("STARTTLS", -1))
                    .as("it is offered once")
                    .hasSize(2);
        }
    }

    @Test
    void whatIsPipelinedBehindStarttlsIsNotObeyed() throws Exception {
        try (var peer = connect()) {
            peer.send("EHLO me\r\nSTARTTLS\r\nRSET\r\n");
            assertThat(peer.serveToFailure()).isInstanceOf(ProtocolException.class);
            assertThat(peer.received()).doesNotContain("250 2.0.0 OK");
            assertThat(peer.isTlsStarted()).isFalse();
            assertThat(peer.isOpen()).isFalse();
        }
    }

    // ---- as a command

    /** Runs a program to its successful end; returns what it says. */
    private String run(String program, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(program));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).as("%s: %s", command, said).isZero();
        return said;
    }

    private ChildJvm start(String... more) throws IOException {
        List<String> command = new ArrayList<>(List.of("smtp", "--port", "0", "--directory", folder.toString()));
        command.addAll(List.of(more));
        return ChildJvm.start(command.toArray(String[]::new));
    }

    private ChildJvm startWithTls() throws IOException {
        return start(
                "--certificate",
                folder.resolve("certificate.pem").toString(),
                "--key",
                folder.resolve("key.pem").toString());
    }

    private static int port(ChildJvm server) throws IOException {
        String line = server.out().readLine();
        assertThat(line).startsWith("listening on 127.0.0.1:");
        return Integer.parseInt(line.substring(line.lastIndexOf(':') + 1));
    }

    private static void stop(ChildJvm server) throws Exception {
        server.signal("TERM");
        assertThat(server.awaitExit()).isZero();
        assertThat(server.err().lines().collect(Collectors.joining("\n"))).isEmpty();
    }

    private List<String> stored() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            List<String> texts = new ArrayList<>();
            for (Path file :
                    files.filter(one -> one.toString().endsWith(".eml")).toList()) {
                texts.add(Files.readString(file));
            }
            assertThat(folder.toFile().list((parent, name) -> name.endsWith(".part")))
                    .isEmpty();
            return texts;
        }
    }

    @Test
    void swaksSendsInClearTextAndEncrypted() throws Exception {
        String swaks = RealServer.program("swaks", "swaks");
        assumeThat(run(swaks, "--support"))
                .as("what swaks needs for TLS (Debian's package libnet-ssleay-perl)")
                .contains("TLS supported");
        SelfSigned.write(folder);
        try (ChildJvm server = startWithTls()) {
            String to = "127.0.0.1:" + port(server);
            String[] mail = {
                "--server",
                to,
                "--helo",
                "me",
                "--from",
                "ann@example.org",
                "--to",
                "bob@example.net,carl@example.net",
                "--body",
                ".\\n..\\nhello",
                "--header",
                "Subject: greetings"
            };
            run(swaks, mail);
            assertThat(server.out().readLine())
                    .startsWith("from ann@example.org to bob@example.net,carl@example.net by ESMTP: ");
            run(swaks, Stream.concat(Stream.of(mail), Stream.of("--pipeline")).toArray(String[]::new));
            assertThat(server.out().readLine()).contains(" by ESMTP: ");
            String said = run(
                    swaks,
                    Stream.concat(
                                    Stream.of(mail),
                                    Stream.of(
                                            "--tls",
                                            "--tls-verify",
                                            "--tls-ca-path",
                                            "certificate.pem",
                                            "--tls-sni",
                                            "localhost"))
                            .toArray(String[]::new));
            assertThat(said).contains("TLS started").contains("250 2.6.0 stored");
            assertThat(server.out().readLine()).contains(" by ESMTPS: ");
            stop(server);
        }
        assertThat(stored())
                .hasSize(3)
                .allSatisfy(text -> assertThat(text)
                        .startsWith("Return-Path: <ann@example.org>\r\nReceived: from me with ESMTP")
                        .contains("\r\nSubject: greetings\r\n", "\r\n\r\n.\r\n..\r\nhello\r\n"));
    }

    @Test
    void opensslVerifiesTheCertificateAndConverses() throws Exception {
        String openssl = RealServer.program("openssl", "openssl");
        SelfSigned.write(folder);
        try (ChildJvm server = startWithTls()) {
            int port = port(server);
            Process process = new ProcessBuilder(
                            openssl,
                            "s_client",
                            "-starttls",
                            "smtp",
                            "-connect",
                            "127.0.0.1:" + port,
                            "-servername",
                            "localhost",
                            "-verify_hostname",
                            "localhost",
                            "-CAfile",
                            "certificate.pem",
                            "-verify_return_error",
                            "-quiet",
                            "-crlf")
                    .directory(folder.toFile())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try (var in = process.outputWriter(UTF_8);
                    var out = process.inputReader(UTF_8)) {
                in.write("NOOP\n");
                in.flush();
                String line = out.readLine();
                while (line.startsWith("250 SIZE")) { // the end of what it was told before
                    line = out.readLine();
                }
                assertThat(line).isEqualTo("250 2.0.0 OK");
                in.write("QUIT\n");
                in.flush();
                assertThat(out.readLine()).isEqualTo("221 2.0.0 bye");
                assertThat(out.readLine()).isNull();
            } finally {
                process.destroy();
            }
            stop(server);
        }
    }

    @Test
    void whoeverIsThereHearsOfTheEnd() throws Exception {
        try (ChildJvm server = start();
                var socket = new Socket(InetAddress.getLoopbackAddress(), port(server));
                var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8))) {
            assertThat(in.readLine()).isEqualTo("220 localhost ESMTP");
            socket.getOutputStream().write("NOOP\r\nSTARTTLS\r\n".getBytes(UTF_8));
            assertThat(in.readLine()).isEqualTo("250 2.0.0 OK");
            assertThat(in.readLine()).isEqualTo("503 5.5.1 no TLS to start");
            stop(server);
            assertThat(in.readLine()).isEqualTo("421 4.3.2 localhost is closing");
            assertThat(in.readLine()).isNull();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "2, --port 65536, port",
        "2, --host=, --host is empty",
        "2, --max-size 0, --max-size must be positive: 0",
        "2, --key k, --key needs --certificate",
        "2, --directory pom.xml, --directory must be a directory: pom.xml",
        "2, --idle-timeout -1, idle-timeout must not be negative: PT-1S",
        "1, --certificate missing.pem, missing.pem"
    })
    void aBadOptionIsToldInOneLine(int exitCode, String options, String complaint) {
        CommandRun run = CommandRun.of(("smtp " + options).split(" ", -1));
        assertThat(run.exitCode()).isEqualTo(exitCode);
        assertThat(run.out()).isEmpty();
        assertThat(run.err().lines())
                .singleElement()
                .asString()
                .startsWith("smtp: ")
                .contains(complaint);
    }
}
