package dev.socketserver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.socketserver.peer.LineEcho;
import dev.socketserver.peer.RecordingListener;
import dev.socketserver.peer.TlsClient;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** How a conversation over TLS ends: by whom, and who can tell. */
@Timeout(60)
@ParameterizedClass
@MethodSource("dev.socketserver.TlsSetup#everywhere")
class TlsEndTest {
    private static final Duration GRACE = Duration.ofSeconds(50);
    private static final int LARGE = 1_000_000;

    private final RecordingListener listener = new RecordingListener();
    private final TlsSetup setup;

    TlsEndTest(TlsSetup setup) {
        this.setup = setup;
    }

    private TcpServer server(Supplier<? extends StreamRequestHandler> handlers) throws Exception {
        return new TcpServer(setup.config().listener(listener).build(), handlers);
    }

    private static Supplier<StreamRequestHandler> handler(StreamRequestHandler.Conversation conversation) {
        return StreamRequestHandler.of(conversation);
    }

    @Test
    void theServersEndIsACloseNotify() throws Exception {
        try (TcpServer server = server(handler((in, out) -> out.write("bye", UTF_8)))) {
            server.start();
            try (TlsClient client = setup.connect(server)) {
                assertThat(client.send("x").readAll()).isEqualTo("bye");
            }
        }
    }

    @Test
    void aHandlerThatClosesSaysSo() throws Exception {
        try (TcpServer server = server(() -> new StreamRequestHandler() {
            @Override
            protected void handle() throws Exception {
                out().write("bye", UTF_8);
                out().flush();
                connection().close();
                assertThatThrownBy(() -> in().readNBytes(2)).isInstanceOf(IOException.class);
            }
        })) {
            server.start();
            try (TlsClient client = setup.connect(server)) {
                assertThat(client.send("x").readAll()).isEqualTo("bye");
            }
            listener.await("closed", 1);
            assertThat(listener.failures()).isEmpty();
        }
    }

    @Test
    void aPeersCloseNotifyIsTheEndForAHandlerThatReads() throws Exception {
        try (TcpServer server = server(handler((in, out) -> in.transferTo(out)))) {
            server.start();
            try (TlsClient client = setup.connect(server)) {
                assertThat(client.send("echo").closeNotify().readAll()).isEqualTo("echo");
            }
            listener.await("closed", 1);
        }
        assertThat(listener.failures()).isEmpty();
    }

    @Test
    void aPeersCloseNotifyEndsAnIdleConnection() throws Exception {
        try (TcpServer server = server(LineEcho::new)) {
            server.start();
            try (TlsClient client = setup.connect(server)) {
                assertThat(client.send("hello\n").readLine()).isEqualTo("hello");
                assertThat(client.closeNotify().readAll()).isEmpty();
                listener.await("closed", 1);
            }
        }
        assertThat(listener.failures()).isEmpty();
    }

    @Test
    void aCloseNotifyThatComesWithTheLastRequestIsNotForgotten() throws Exception {
        try (TcpServer server = server(LineEcho::new)) {
            server.start();
            try (TlsClient client = setup.connect(server)) {
                assertThat(client.send("hello\n").readLine()).isEqualTo("hello");
                assertThat(client.sendLast("last\n").readAll()).isEqualTo("last\n");
                listener.await("closed", 1);
            }
        }
        assertThat(listener.failures()).isEmpty();
    }

    @Test
    void requestsThatCameTogetherWithACloseNotifyAreAllAnswered() throws Exception {
        try (TcpServer server = server(LineEcho::new)) {
            server.start();
            try (TlsClient client = setup.connect(server)) {
                assertThat(client.sendLast("one\ntwo\n").readAll()).isEqualTo("one\ntwo\n");
            }
        }
        assertThat(listener.failures()).isEmpty();
    }

    @Test
    void whatAConversationAnsweredBeforeItAwaitedTheEndIsSent() throws Exception {
        try (TcpServer server = server(handler((in, out) -> {
            while (in.awaitMessage()) {
                out.write(in.readLine(UTF_8, 100) + "\n", UTF_8);
            }
        }))) {
            server.start();
            try (TlsClient client = setup.connect(server)) {
                assertThat(client.send("hello\n").readLine()).isEqualTo("hello");
                assertThat(client.sendLast("last\n").readAll()).isEqualTo("last\n");
            }
        }
        assertThat(listener.failures()).isEmpty();
    }

    @Test
    void whatAHandlerWroteBeforeItReadTheEndIsSent() throws Exception {
        try (TcpServer server = server(handler((in, out) -> {
            for (String line = in.readLine(UTF_8, 100); line != null; line = in.readLine(UTF_8, 100)) {
                out.write("answer to " + line + "\n", UTF_8);
            }
        }))) {
            server.start();
            try (TlsClient client = setup.connect(server)) {
                assertThat(client.sendLast("one\ntwo\n").readAll()).isEqualTo("answer to one\nanswer to two\n");
            }
        }
        assertThat(listener.failures()).isEmpty();
    }

    @Test
    void anEndWithoutCloseNotifyInsideAMessageIsAnErrorAndBetweenMessagesAnEnd() throws Exception {
        try (TcpServer server = server(LineEcho::new)) {
            server.start();
            try (TlsClient client = setup.connect(server)) {
                assertThat(client.send("whole\n").readLine()).isEqualTo("whole");
            }
            listener.await("closed", 1);
            assertThat(listener.failures()).isEmpty();
            try (TlsClient client = setup.connect(server)) {
                assertThat(client.send("whole\n").readLine()).isEqualTo("whole");
                client.send("cut o");
            }
            listener.await("closed", 2);
            assertThat(listener.failures()).singleElement().isInstanceOf(SSLException.class);
        }
    }

    @Test
    void aHandlerThatReadsToTheEndCanTellATruncatedStream() throws Exception {
        BlockingQueue<String> ends = new LinkedBlockingQueue<>();
        try (TcpServer server = server(handler((in, out) -> {
            try {
                ends.add(new String(in.readAllBytes(), UTF_8));
            } catch (SSLException e) {
                ends.add("truncated");
            }
            assertThatThrownBy(in::read).as("still").isInstanceOf(IOException.class);
        }))) {
            server.start();
            try (TlsClient client = setup.connect(server)) {
                client.send("some, not all").transport().halfClose();
                assertThat(ends.take()).isEqualTo("truncated");
            }
        }
    }

    private void assumeHalfClose() {
        assumeTrue(setup.version().equals(TlsSetup.NEWEST), "with TLS 1.2 a close_notify ends both directions");
    }

    @Test
    void aPeerThatHasSentItsEndStillHearsTheAnswer() throws Exception {
        assumeHalfClose();
        byte[] answer = new byte[LARGE];
        try (TcpServer server = server(handler((in, out) -> {
            in.readAllBytes();
            out.write(answer);
        }))) {
            server.start();
            try (TlsClient client = setup.connect(server)) {
                client.send("question").closeNotify().transport().halfClose();
                assertThat(client.readAll()).hasSize(LARGE);
            }
        }
        assertThat(listener.failures()).isEmpty();
    }

    @Test
    void aHandlerMayEndItsOutputAndReadOn() throws Exception {
        assumeHalfClose();
        BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        try (TcpServer server = server(() -> new StreamRequestHandler() {
            @Override
            protected void handle() throws Exception {
                out().write("that is all", UTF_8);
                connection().shutdownOutput();
                heard.add(new String(in().readAllBytes(), UTF_8));
                assertThatThrownBy(() -> {
                            out().write(1);
                            out().flush();
                        })
                        .isInstanceOf(IOException.class);
            }
        })) {
            server.start();
            try (TlsClient client = setup.connect(server)) {
                assertThat(client.send("say, ").readAll()).isEqualTo("that is all");
                client.send("is it?").closeNotify();
                assertThat(heard.take()).isEqualTo("say, is it?");
                listener.await("closed", 1);
            }
        }
    }

    @Test
    void aDrainLetsIdlePeersHearTheLastWordsAndTheEnd() throws Exception {
        try (TcpServer server = server(() -> new LineEcho() {
            @Override
            protected void goodbye() throws Exception {
                out().write("goodbye\n", UTF_8);
            }
        })) {
            server.start();
            List<TlsClient> clients = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                TlsClient client = setup.connect(server);
                clients.add(client);
                assertThat(client.send("hello\n").readLine()).isEqualTo("hello");
            }
            TlsClient halfway = clients.get(4);
            byte[] record = halfway.seal("half\n");
            halfway.transport().send(Arrays.copyOf(record, record.length / 2));
            DrainReport report = server.shutdown(GRACE);
            assertThat(report.idleClosed() + report.finished()).isEqualTo(5);
            assertThat(report.forced()).isEmpty();
            for (TlsClient client : clients) {
                assertThat(client.readAll()).isEqualTo("goodbye\n");
                client.close();
            }
        }
        assertThat(listener.failures()).isEmpty();
    }

    @Test
    void aHandlerInTheMiddleOfARequestIsClosedFromAnotherThread() throws Exception {
        BlockingQueue<StreamConnection> reading = new LinkedBlockingQueue<>();
        try (TcpServer server = server(() -> new StreamRequestHandler() {
            @Override
            protected void handle() throws Exception {
                reading.add(connection());
                in().readNBytes(100);
            }
        })) {
            server.start();
            try (TlsClient client = setup.connect(server)) {
                client.send("some");
                reading.take().close();
                assertThatThrownBy(client::readAll).isInstanceOf(IOException.class);
                listener.await("closed", 1);
            }
        }
        assertThat(listener.failures()).singleElement().isInstanceOf(IOException.class);
    }

    @Test
    void aReadThatTimesOutLeavesTheOutputForTheLastWords() throws Exception {
        try (TcpServer server = server(() -> new StreamRequestHandler() {
            @Override
            protected void handle() throws Exception {
                connection().readTimeout(Duration.ofMillis(100));
                assertThatThrownBy(() -> in().readNBytes(100)).isInstanceOf(SocketTimeoutException.class);
                out().write("too late", UTF_8);
            }
        })) {
            server.start();
            try (TlsClient client = setup.connect(server)) {
                assertThat(client.send("some").readAll()).isEqualTo("too late");
            }
        }
    }

    @Test
    void anIdlePeerIsClosedInTimeAlsoIfItDripsARecord() throws Exception {
        ServerConfig config =
                setup.config().listener(listener).idleTimeout(Duration.ZERO).build();
        try (var server = new TcpServer(config, () -> new LineEcho() {
            @Override
            protected void handle() throws Exception {
                super.handle();
                connection().idleTimeout(Duration.ofMillis(200)); // now that the test has asked
            }
        })) {
            server.start();
            try (TlsClient client = setup.connect(server)) {
                assertThat(client.send("hello\n").readLine()).isEqualTo("hello");
                byte[] record = client.seal(new byte[16_000]);
                int sent = 0;
                while (listener.count("closed") == 0 && sent < record.length) {
                    sent += drip(client, record[sent]);
                }
                assertThat(sent).isLessThan(record.length);
            }
            listener.await("closed", 1);
        }
        assertThat(listener.failures()).isEmpty();
    }

    /** Sends a byte every two milliseconds, to a peer that may be gone already. */
    private static int drip(TlsClient client, byte drop) {
        try {
            client.transport().send(new byte[] {drop});
        } catch (IOException expected) {
            // Closed: the listener is about to hear of it.
        }
        LockSupport.parkNanos(Duration.ofMillis(2).toNanos());
        return 1;
    }
}
