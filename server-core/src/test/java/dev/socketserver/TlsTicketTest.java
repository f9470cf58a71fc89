package dev.socketserver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.peer.Certificates;
import dev.socketserver.peer.LineEcho;
import dev.socketserver.peer.Loopback;
import dev.socketserver.peer.OpenSslClient;
import dev.socketserver.peer.RecordingListener;
import dev.socketserver.peer.TlsClient;
import java.io.BufferedReader;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What TLS 1.3 clients get besides what they asked for: nothing, unless the server is to send session tickets. */
@Timeout(60)
class TlsTicketTest {
    private final SSLContext context = Certificates.context("server");

    private static int recordsAfterTheHandshake(BaseServer<?> server) throws Exception {
        try (TlsClient client = TlsClient.to(server.address(), TlsSetup.trusting(), TlsSetup.NEWEST)) {
            int before = client.records();
            assertThat(client.send("hello\n").readLine()).isEqualTo("hello");
            return client.records() - before;
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aTicketIsSentOnlyIfTheServerIsToSendSome(boolean tickets) throws Exception {
        var config =
                Loopback.config().tls(TlsSetup.tls(context::createSSLEngine).withSessionTickets(tickets));
        try (var server = new TcpServer(config.build(), LineEcho::new)) {
            server.start();
            for (int i = 0; i < 3; i++) {
                assertThat(recordsAfterTheHandshake(server)).isEqualTo(tickets ? 2 : 1);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"SELECTING", "BLOCKING"})
    void aClientThatOnlyWritesAndThenClosesLosesNothing(Engine engine) throws Exception {
        byte[] sent = new byte[300_000];
        BlockingQueue<Integer> received = new LinkedBlockingQueue<>();
        var listener = new RecordingListener();
        var config = Loopback.config().engine(engine).listener(listener).tls(TlsSetup.tls());
        try (var server = new TcpServer(
                config.build(), StreamRequestHandler.of((in, out) -> received.add(in.readAllBytes().length)))) {
            server.start();
            for (int i = 0; i < 10; i++) {
                try (TlsClient client = TlsClient.to(server.address(), TlsSetup.trusting(), TlsSetup.NEWEST)) {
                    client.send(sent).closeNotify();
                }
                assertThat(received.take()).isEqualTo(sent.length);
            }
        }
        assertThat(listener.failures()).isEmpty();
    }

    @Test
    void theContextKeepsItsSessionTimeout() throws Exception {
        int before = context.getServerSessionContext().getSessionTimeout();
        var config = Loopback.config().tls(TlsSetup.tls(context::createSSLEngine));
        try (var server = new TcpServer(config.build(), LineEcho::new)) {
            server.start();
            assertThat(recordsAfterTheHandshake(server)).isEqualTo(1);
        }
        assertThat(context.getServerSessionContext().getSessionTimeout()).isEqualTo(before);
    }

    /** A TLS 1.2 server that takes the extension for tickets has to send one, or OpenSSL breaks off the handshake. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void clientsOfBothVersionsAreServedInTurn(boolean tickets) throws Exception {
        var config =
                Loopback.config().tls(TlsSetup.tls(context::createSSLEngine).withSessionTickets(tickets));
        try (var server = new TcpServer(config.build(), LineEcho::new)) {
            server.start();
            for (String version : List.of("-tls1_2", "-tls1_3", "-tls1_2", "-tls1_3", "-tls1_2")) {
                assertThat(askByOpenSsl(server, version)).as(version).isEqualTo("hello");
            }
        }
    }

    private static String askByOpenSsl(BaseServer<?> server, String version) throws Exception {
        Process openssl = OpenSslClient.connect(server.port(), version);
        try (BufferedReader answers = openssl.inputReader(UTF_8)) {
            openssl.outputWriter(UTF_8).append("hello\n").flush();
            return String.valueOf(answers.readLine());
        } finally {
            openssl.destroyForcibly().waitFor();
        }
    }
}
