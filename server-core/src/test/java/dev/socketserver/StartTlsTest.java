package dev.socketserver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.socketserver.net.Tls;
import dev.socketserver.peer.Certificates;
import dev.socketserver.peer.Loopback;
import dev.socketserver.peer.Peer;
import dev.socketserver.peer.RecordingListener;
import dev.socketserver.peer.TestClient;
import dev.socketserver.peer.TlsClient;
import dev.socketserver.pool.PoolConfig;
import java.io.IOException;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** TLS that begins in the middle of a conversation. */
@Timeout(60)
class StartTlsTest {
    private static final byte FATAL = 2;
    private static final byte ALERT = 21;
    private static final int BIG = 4 * 1024 * 1024;
    private static final int BIG_ONES = 3;

    /** How a handler gets its lines. */
    private enum Style {
        KEPT,
        AWAITING,
        READING
    }

    @TempDir
    private Path directory;

    private final RecordingListener listener = new RecordingListener();
    private final Queue<String> handled = new ConcurrentLinkedQueue<>();
    private final LinkedBlockingQueue<StreamConnection> connections = new LinkedBlockingQueue<>();
    private final LinkedBlockingQueue<EndReason> ends = new LinkedBlockingQueue<>();
    private Tls tls = TlsSetup.tls(StartTlsTest::engine);

    /** Returns an engine that knows two protocols. */
    private static SSLEngine engine() {
        SSLEngine engine = Certificates.context("server").createSSLEngine();
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {"new", "old"});
        engine.setSSLParameters(parameters);
        return engine;
    }

    /** Answers lines, and begins TLS when it is told to. */
    private class Greeter extends StreamRequestHandler {
        private final Style style;

        Greeter(Style style) {
            this.style = style;
        }

        @Override
        protected void setup() throws Exception {
            connections.add(connection());
        }

        @Override
        protected void handle() throws Exception {
            switch (style) {
                case KEPT -> {
                    if (answer(in().readLine(UTF_8, 1000))) {
                        keepOpen();
                    }
                }
                case AWAITING -> {
                    boolean goesOn = true;
                    while (goesOn && in().awaitMessage()) {
                        goesOn = answer(in().readLine(UTF_8, 1000));
                    }
                    if (server().state() == ServerState.DRAINING) {
                        goodbye();
                    }
                }
                case READING -> {
                    boolean goesOn = true;
                    while (goesOn) {
                        goesOn = answer(in().readLine(UTF_8, 1000));
                    }
                }
            }
        }

        private boolean answer(@Nullable String line) throws Exception {
            if (line == null || line.equals("quit")) {
                return false;
            }
            handled.add(line);
            if (line.equals("leave")) {
                begin();
                connection().send("last", UTF_8);
                return false;
            } else if (line.startsWith("STARTTLS")) {
                begin();
                if (line.endsWith("greet")) {
                    out().write("hello behind it\n", UTF_8);
                }
            } else {
                String how = connection().tlsSession().isPresent()
                        ? connection().applicationProtocol().orElse("-")
                        : "clear";
                out().write(how + " " + line + "\n", UTF_8);
            }
            return true;
        }

        private void begin() throws IOException {
            out().write("ready\n", UTF_8);
            connection().startTls(tls);
        }

        @Override
        protected void goodbye() throws IOException {
            out().write("bye\n", UTF_8);
        }

        @Override
        protected void finish() {
            ends.add(connection().endedBy().orElseThrow());
        }
    }

    private StreamSetting.Running start(StreamSetting setting, Style style, UnaryOperator<ServerConfig.Builder> options)
            throws IOException {
        return setting.start(
                directory, config -> options.apply(config.listener(listener)), () -> new Greeter(style));
    }

    private StreamSetting.Running start(StreamSetting setting, Style style) throws IOException {
        return start(setting, style, config -> config);
    }

    private static SSLEngine clientEngine(String... versions) {
        SSLEngine engine = TlsSetup.trusting().createSSLEngine("localhost", 1);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {"other", "old"});
        parameters.setServerNames(List.of(new SNIHostName("localhost")));
        engine.setSSLParameters(parameters);
        if (versions.length > 0) {
            engine.setEnabledProtocols(versions);
        }
        return engine;
    }

    /** Returns the peer, ready to shake hands. */
    private static TlsClient begin(Peer peer, String... versions) throws IOException {
        assertThat(peer.send("STARTTLS\n").readLine()).isEqualTo("ready");
        return new TlsClient((TestClient) peer, clientEngine(versions));
    }

    static Stream<Arguments> everywhere() {
        return StreamSetting.clear().stream()
                .flatMap(setting -> Arrays.stream(Style.values()).map(style -> Arguments.of(setting, style)));
    }

    /** Returns the two engines over TCP, with each style. */
    static Stream<Arguments> engines() {
        return StreamSetting.engines().stream()
                .filter(setting -> setting.transport() == Transport.TCP)
                .flatMap(setting -> Arrays.stream(Style.values()).map(style -> Arguments.of(setting, style)));
    }

    private static StreamSetting selecting() {
        return new StreamSetting(Transport.TCP, StreamSetting.Execution.SELECTING);
    }

    @ParameterizedTest
    @MethodSource("everywhere")
    void theConversationGoesOnEncrypted(StreamSetting setting, Style style) throws Exception {
        try (StreamSetting.Running running = start(setting, style)) {
            try (Peer peer = running.connect()) {
                assertThat(peer.send("one\n").readLine()).isEqualTo("clear one");
                TlsClient client = begin(peer).shakeHands();
                assertThat(client.send("two\n").readLine()).isEqualTo("old two");
                assertThat(client.send("three\nfour\n").readLine()).isEqualTo("old three");
                assertThat(client.readLine()).isEqualTo("old four");
                assertThat(client.end().readAll()).isEmpty();
            }
            try (Peer peer = running.connect()) {
                TlsClient client = begin(peer, TlsSetup.OLDER).shakeHands();
                assertThat(client.send("two\n").readLine()).isEqualTo("old two");
                assertThat(client.send("quit\n").readAll()).isEmpty();
            }
            listener.await("closed", 2);
            assertThat(ends).containsExactly(EndReason.PEER, EndReason.HANDLER);
        }
        assertThat(listener.failures()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("engines")
    void whatComesTogetherWithTheLastStepOfTheHandshakeIsHandled(StreamSetting setting, Style style) throws Exception {
        try (StreamSetting.Running running = start(setting, style);
                Peer peer = running.connect()) {
            TlsClient client = begin(peer, TlsSetup.NEWEST).shakeHandsWith("two\n");
            assertThat(client.readLine()).isEqualTo("old two");
            assertThat(client.send("three\n").readLine()).isEqualTo("old three");
        }
    }

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
            byte[] alert = ((TestClient) begin(peer).transport().send("RSET\nRSET\n")).readAllBytes().toByteArray();
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
        assertThat(listener.failures()).isNotEmpty().allSatisfy(cause -> assertThat(cause).isInstanceOf(why));
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

    @ParameterizedTest
    @MethodSource("engines")
    void aHandlerMaySpeakFirstBehindTheHandshake(StreamSetting setting, Style style) throws Exception {
        try (StreamSetting.Running running = start(setting, style);
                Peer peer = running.connect()) {
            assertThat(peer.send("STARTTLS greet\n").readLine()).isEqualTo("ready");
            try (var client = new TlsClient((TestClient) peer, clientEngine())) {
                assertThat(client.shakeHands().readLine()).isEqualTo("hello behind it");
                assertThat(client.send("two\n").readLine()).isEqualTo("old two");
            }
        }
    }

    /** What was taken before, in the middle, and by the handler itself, in their order. */
    @ParameterizedTest
    @MethodSource("engines")
    void messagesOfOthersAreEncryptedWhereverTheHandshakeIs(StreamSetting setting, Style style) throws Exception {
        if (style == Style.READING) {
            return; // its turn has no pause for them
        }
        List<TlsClient> clients = new ArrayList<>();
        try (StreamSetting.Running running = start(setting, style)) {
            TlsClient client = begin(running.connect());
            clients.add(client);
            StreamConnection connection = connections.take();
            assertThat(connection.send("before\n", UTF_8)).isTrue();
            byte[] hello = client.hello();
            client.transport().send(Arrays.copyOf(hello, 30));
            assertThat(connection.send("in the middle\n", UTF_8)).isTrue();
            connection.execute(() -> connection.send("task\n", UTF_8));
            client.transport().send(Arrays.copyOfRange(hello, 30, hello.length));
            client.shakeHands();
            assertThat(client.readLine()).isEqualTo("before");
            assertThat(client.readLine()).isEqualTo("in the middle");
            assertThat(client.readLine()).isEqualTo("task");
            assertThat(client.send("two\n").readLine()).isEqualTo("old two");
        } finally {
            for (TlsClient client : clients) {
                client.close();
            }
        }
        assertThat(listener.failures()).isEmpty();
    }

    /** A message of which the peer has taken a part is ended in clear text, and the next one is encrypted. */
    @ParameterizedTest
    @MethodSource("engines")
    void aMessageThatWasSentInPartIsEndedFirst(StreamSetting setting, Style style) throws Exception {
        if (style == Style.READING) {
            return; // its turn has no pause for messages
        }
        try (StreamSetting.Running running = start(setting, style, config -> config.outboundLimit(BIG_ONES * BIG));
                Peer peer = setting.connectWithWindow(running.server().address(), 64 * 1024)) {
            assertThat(peer.send("one\n").readLine()).isEqualTo("clear one");
            StreamConnection connection = connections.take();
            byte[] message = new byte[BIG];
            for (int i = 0; i < BIG_ONES; i++) {
                assertThat(connection.send(message)).isTrue();
            }
            byte first = peer.read(1)[0]; // some of it has been sent, and not all
            peer.send("STARTTLS\n");
            int clear = 0;
            while (first == 0) {
                assertThat(peer.read(BIG - 1)).isEqualTo(Arrays.copyOf(message, BIG - 1));
                clear++;
                first = peer.read(1)[0];
            }
            assertThat(clear).isBetween(1, BIG_ONES - 1);
            assertThat((char) first + peer.readLine()).isEqualTo("ready");
            var client = new TlsClient((TestClient) peer, clientEngine()).shakeHands();
            for (int i = clear; i < BIG_ONES; i++) {
                assertThat(client.read(BIG)).isEqualTo(message);
            }
            assertThat(client.send("two\n").readLine()).isEqualTo("old two");
        }
        assertThat(listener.failures()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("engines")
    void whatIsQueuedWhenTheHandlerEndsComesBehindTheHandshake(StreamSetting setting, Style style) throws Exception {
        try (StreamSetting.Running running = start(setting, style);
                Peer peer = running.connect()) {
            assertThat(peer.send("leave\n").readLine()).isEqualTo("ready");
            var client = new TlsClient((TestClient) peer, clientEngine()).shakeHands();
            assertThat(client.readAll()).isEqualTo("last");
        }
    }

    @Test
    void aHandlerThatEndsWithoutAHandshakeTellsThePeer() throws Exception {
        try (var running = selecting().start(directory, config -> config.listener(listener), () ->
                new StreamRequestHandler() {
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
    void aDrainWaitsForTheHandshakeAndSaysGoodbyeEncrypted(StreamSetting setting, Style style) throws Exception {
        if (style == Style.READING) {
            return; // it says no goodbye
        }
        try (StreamSetting.Running running = start(setting, style);
                Peer peer = running.connect()) {
            TlsClient client = begin(peer);
            var drain = new FutureTask<>(() -> {
                running.server().shutdown(Duration.ofSeconds(50));
                return true;
            });
            new Thread(drain).start();
            listener.await("DRAINING", 1);
            assertThat(client.shakeHands().readAll()).isEqualTo("bye\n");
            assertThat(drain.get()).isTrue();
            assertThat(ends).containsExactly(EndReason.DRAIN);
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

    /** Twenty peers that were told to go ahead and do not, and one worker. */
    @Test
    void aPeerThatTakesItsTimeHoldsNoWorker() throws Exception {
        List<Peer> silent = new ArrayList<>();
        try (StreamSetting.Running running = start(selecting(), Style.KEPT, config -> config.pool(PoolConfig.builder()
                .minWorkers(1)
                .maxWorkers(2)
                .minSpareWorkers(0)
                .build()))) {
            for (int i = 0; i < 20; i++) {
                Peer peer = running.connect();
                silent.add(peer);
                TlsClient client = begin(peer);
                if (i % 2 == 0) {
                    client.transport().send(Arrays.copyOf(client.hello(), 50));
                }
            }
            try (Peer peer = running.connect()) {
                assertThat(begin(peer).shakeHands().send("two\n").readLine()).isEqualTo("old two");
            }
        } finally {
            for (Peer peer : silent) {
                peer.close();
            }
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
        try (StreamSetting.Running running = selecting().start(directory, config -> config, () ->
                        new StreamRequestHandler() {
                            @Override
                            protected void handle() throws Exception {
                                in().readLine(UTF_8, 100);
                                assertThatThrownBy(() -> connection().startTls(tls)).hasMessage("no certificate");
                                out().write("not now\n", UTF_8);
                                keepOpen();
                            }
                        });
                Peer peer = running.connect()) {
            assertThat(peer.send("x\n").readLine()).isEqualTo("not now");
            assertThat(peer.send("x\n").readLine()).isEqualTo("not now");
        }
    }

    /** As a protocol has it in which the server asks for TLS; and one in which an operator does. */
    @ParameterizedTest
    @MethodSource("engines")
    void itMayBeginInSetupAndInATask(StreamSetting setting, Style style) throws Exception {
        try (var running = setting.start(directory, config -> config.listener(listener), () -> new Greeter(style) {
            @Override
            protected void setup() throws Exception {
                super.setup();
                out().write("ready\n", UTF_8);
                connection().startTls(tls);
            }
        });
                Peer peer = running.connect()) {
            assertThat(peer.readLine()).isEqualTo("ready");
            var client = new TlsClient((TestClient) peer, clientEngine()).shakeHands();
            assertThat(client.send("one\n").readLine()).isEqualTo("old one");
            assertThat(client.end().readAll()).isEmpty();
        }
        connections.clear();
        try (StreamSetting.Running running = start(setting, style);
                Peer peer = running.connect()) {
            assertThat(peer.send("one\n").readLine()).isEqualTo("clear one");
            StreamConnection connection = connections.take();
            if (style != Style.READING) { // whose turn has no pause for a task
                connection.execute(() -> {
                    try {
                        connection.out().write("ready\n", UTF_8);
                        connection.startTls(tls);
                    } catch (IOException e) {
                        throw new IllegalStateException(e);
                    }
                });
                assertThat(peer.readLine()).isEqualTo("ready");
                var client = new TlsClient((TestClient) peer, clientEngine()).shakeHands();
                assertThat(client.send("two\n").readLine()).isEqualTo("old two");
            }
        }
        assertThat(listener.failures()).isEmpty();
    }
}
