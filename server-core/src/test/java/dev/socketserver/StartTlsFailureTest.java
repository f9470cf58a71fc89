package dev.socketserver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.socketserver.net.Tls;
import dev.socketserver.peer.Loopback;
import dev.socketserver.peer.Peer;
import dev.socketserver.peer.TestClient;
import dev.socketserver.peer.TlsClient;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** TLS that is to begin in the middle of a conversation, and does not. */
@Timeout(60)
class StartTlsFailureTest extends StartTlsConversation {
    private static final byte FATAL = 2;
    private static final byte ALERT = 21;

    @ParameterizedTest
    @MethodSource("engines")
    void clearTextBehindTheCommandIsNeverHandled(StreamSetting setting, Style style) throws Exception {
        try (StreamSetting.Running running = start(setting, style);
                Peer peer = running.connect()) {
            ((TestClient) peer.send("STARTTLS\nRSET\n")).awaitEnd();
            listener.await("closed", 1);
            assertThat(listener.failures())
                    .singleElement()
                    .isInstanceOf(ProtocolException.class)
                    .asString()
                    .contains("5 bytes", "CVE-2011-0411");
            assertThat(handled).containsExactly("STARTTLS");
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void clearTextBehindTheAnswerIsNoHandshake(StreamSetting setting, Style style) throws Exception {
        try (StreamSetting.Running running = start(setting, style);
                Peer peer = running.connect()) {
            byte[] alert =
                    begin(peer).transport().send("RSET\nRSET\n").readAllBytes().toByteArray();
            assertThat(alert[0]).isEqualTo(ALERT);
            assertThat(alert[5]).isEqualTo(FATAL);
            listener.await("closed", 1);
            assertThatTheHandshakeHasFailed(running.server(), style, SSLException.class);
        }
    }

    private void assertThatTheHandshakeHasFailed(StreamServer server, Style style, Class<? extends Exception> why)
            throws InterruptedException {
        assertThat(listener.events()).containsSubsequence("opened", "rejected", "closed");
        assertThat(listener.count("error")).isEqualTo(style == Style.READING ? 1 : 0);
        assertThat(listener.failures())
                .isNotEmpty()
                .allSatisfy(cause -> assertThat(cause).isInstanceOf(why));
        assertThat(server.snapshot().rejectionsByReason()).containsEntry(Rejection.TLS_HANDSHAKE, 1L);
        assertThat(handled).containsExactly("STARTTLS");
        assertThat(ends.poll(20, TimeUnit.SECONDS)).isEqualTo(EndReason.RESET);
        assertThat(ends).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("engines")
    void aPeerThatFallsSilentIsRefusedInTime(StreamSetting setting, Style style) throws Exception {
        tls = tls.withHandshakeTimeout(Duration.ofMillis(100));
        try (StreamSetting.Running running = start(setting, style);
                Peer peer = running.connect()) {
            begin(peer).transport().awaitEnd();
            listener.await("closed", 1);
            assertThatTheHandshakeHasFailed(running.server(), style, SocketTimeoutException.class);
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void aPeerThatEndsInTheMiddleCostsItsConnection(StreamSetting setting, Style style) throws Exception {
        try (StreamSetting.Running running = start(setting, style)) {
            try (Peer peer = running.connect()) {
                TlsClient client = begin(peer);
                client.transport().send(Arrays.copyOf(client.hello(), 50));
            }
            listener.await("closed", 1);
            assertThatTheHandshakeHasFailed(running.server(), style, SSLException.class);
        }
    }

    /** And the handler goes on, which has caught the failure. */
    @ParameterizedTest
    @MethodSource("engines")
    void aHandshakeFailsOnce(StreamSetting setting, Style style) throws Exception {
        try (var running = setting.start(directory, config -> config.listener(listener), () -> new Greeter(style) {
                    @Override
                    protected void handle() throws Exception {
                        try {
                            super.handle();
                        } catch (SSLException e) {
                            assertThatThrownBy(() -> in().read()).isInstanceOf(SSLException.class);
                        }
                        keepOpen();
                    }
                });
                Peer peer = running.connect()) {
            begin(peer).transport().send("RSET\nRSET\n").awaitEnd();
            listener.await("closed", 1);
        }
        assertThat(listener.count("rejected")).isEqualTo(1);
        assertThat(listener.count("error")).isZero();
    }

    @Test
    void aHandlerThatEndsWithoutAHandshakeTellsThePeer() throws Exception {
        try (var running = selecting()
                .start(directory, config -> config.listener(listener), () -> new StreamRequestHandler() {
                    @Override
                    protected void handle() throws Exception {
                        in().readLine(UTF_8, 100);
                        connection().startTls(tls);
                    }
                })) {
            try (Peer peer = running.connect()) {
                assertThat(((TestClient) peer.send("x\n")).read(1)).containsExactly(ALERT);
            }
            listener.await("closed", 1);
        }
        assertThat(listener.failures()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("engines")
    void aCloseByAnotherThreadEndsAHandshake(StreamSetting setting, Style style) throws Exception {
        try (StreamSetting.Running running = start(setting, style);
                Peer peer = running.connect()) {
            TestClient client = begin(peer).transport();
            connections.take().close();
            client.awaitEnd();
            listener.await("closed", 1);
            assertThat(ends.take()).isEqualTo(EndReason.SERVER);
        }
    }

    @Test
    void itBeginsOnceAndInTheTurnOnly() throws Exception {
        var told = new LinkedBlockingQueue<String>();
        var seen = new LinkedBlockingQueue<StreamConnection>();
        try (var running = selecting().start(directory, config -> config, () -> new StreamRequestHandler() {
                    @Override
                    protected void handle() throws Exception {
                        in().readLine(UTF_8, 100);
                        connection().startTls(tls);
                        assertThatThrownBy(() -> connection().startTls(tls))
                                .isInstanceOf(IllegalStateException.class)
                                .satisfies(e -> told.add(String.valueOf(e.getMessage())));
                        seen.add(connection());
                        keepOpen();
                    }
                });
                Peer peer = running.connect()) {
            peer.send("x\n");
            StreamConnection connection = seen.take();
            assertThat(told.take()).isEqualTo(connection + " has TLS already");
            assertThatThrownBy(() -> connection.startTls(tls))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("only by the thread that serves it");
        }
    }

    @Test
    void aConnectionWithoutOutputCannotBegin() throws Exception {
        var told = new LinkedBlockingQueue<String>();
        try (var running = selecting().start(directory, config -> config, () -> new StreamRequestHandler() {
                    @Override
                    protected void handle() throws Exception {
                        in().readLine(UTF_8, 100);
                        connection().shutdownOutput();
                        assertThatThrownBy(() -> connection().startTls(tls))
                                .isInstanceOf(IllegalStateException.class)
                                .satisfies(e -> told.add(String.valueOf(e.getMessage())));
                    }
                });
                Peer peer = running.connect()) {
            peer.send("x\n");
            assertThat(told.take()).endsWith("has shut down its output");
            assertThat(peer.readAll()).isEmpty();
        }
        assertThat(listener.count("rejected")).isZero();
    }

    @Test
    void aConnectionThatBeganWithTlsHasNoneToBegin() throws Exception {
        var config = Loopback.config().tls(TlsSetup.tls()).listener(listener).build();
        try (var server = new TcpServer(config, () -> new Greeter(Style.KEPT))) {
            server.start();
            try (TlsClient client = TlsClient.to(server.address(), TlsSetup.trusting())) {
                assertThat(client.send("STARTTLS\n").readLine()).isEqualTo("ready");
                listener.await("error", 1);
            }
            assertThat(listener.failures()).singleElement().isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void anEngineThatCannotBeMadeLeavesTheConnectionInClearText() throws Exception {
        tls = Tls.of(() -> {
            throw new IllegalStateException("no certificate");
        });
        try (StreamSetting.Running running = selecting()
                        .start(directory, config -> config, () -> new StreamRequestHandler() {
                            @Override
                            protected void handle() throws Exception {
                                in().readLine(UTF_8, 100);
                                assertThatThrownBy(() -> connection().startTls(tls))
                                        .hasMessage("no certificate");
                                out().write("not now\n", UTF_8);
                                keepOpen();
                            }
                        });
                Peer peer = running.connect()) {
            assertThat(peer.send("x\n").readLine()).isEqualTo("not now");
            assertThat(peer.send("x\n").readLine()).isEqualTo("not now");
        }
    }
}
