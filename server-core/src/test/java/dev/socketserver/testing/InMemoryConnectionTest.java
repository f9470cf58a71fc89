package dev.socketserver.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.socketserver.OutboundPolicy;
import dev.socketserver.Request;
import dev.socketserver.Server;
import dev.socketserver.ServerConfig;
import dev.socketserver.ServerListener;
import dev.socketserver.StreamConnection;
import dev.socketserver.StreamRequestHandler;
import dev.socketserver.TcpServer;
import dev.socketserver.net.Tls;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.StandardSocketOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class InMemoryConnectionTest {
    private static Supplier<StreamRequestHandler> conversation(StreamRequestHandler.Conversation conversation) {
        return StreamRequestHandler.of(conversation);
    }

    @Test
    void aHandlerThatKeepsOpenIsCalledForEachMessageAndFinishedAtTheEnd() {
        var handler = new LineRecorder();
        try (var connection = InMemoryConnection.to(() -> handler)) {
            connection.send("one\n").serve();
            assertThat(handler.calls).containsExactly("setup", "handle");
            assertThat(connection.received()).isEqualTo("one\n");
            assertThat(connection.isOpen()).isTrue();

            connection.send("two\n").send("three\n").shutdownOutput().serve();

            assertThat(handler.calls).containsExactly("setup", "handle", "handle", "handle", "finish");
            assertThat(connection.received()).isEqualTo("one\ntwo\nthree\n");
            assertThat(connection.isOpen()).isFalse();
        }
        assertThat(handler.calls).endsWith("handle", "finish");
    }

    @Test
    void closingFinishesAHandlerThatIsIdle() {
        var handler = new LineRecorder();
        try (var connection = InMemoryConnection.to(() -> handler)) {
            connection.send("one\n").serve();
        }
        assertThat(handler.calls).containsExactly("setup", "handle", "finish");
    }

    @Test
    void aConnectionThatWasNeverServedMakesNoHandler() {
        var connection = InMemoryConnection.to(() -> {
            throw new IllegalStateException("made");
        });
        connection.close();
        connection.close();

        assertThat(connection.isOpen()).isFalse();
        assertThatThrownBy(connection::serve).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void anIdleConnectionHearsGoodbyeInADrain() {
        var handler = new LineRecorder();
        try (var connection = InMemoryConnection.to(() -> handler)) {
            connection.send("one\n").expect("one\n").drain().expect("bye\n").serve();

            assertThat(handler.calls).containsExactly("setup", "handle", "goodbye", "finish");
            assertThat(connection.isOpen()).isFalse();
        }
    }

    @Test
    void aMessageThatCameIsServedBeforeADrainEnds() {
        try (var connection = InMemoryConnection.to(conversation((in, out) -> {
            String line = in.readLine(UTF_8, 10);
            out.write(line + (in.awaitMessage() ? " more" : " drained"), UTF_8);
        }))) {
            connection.send("on").drain().send("e\n").send("two\n").serve();

            assertThat(connection.received()).isEqualTo("one drained");
        }
    }

    @Test
    void anIdleConnectionEndsWhenItsPeerStaysSilent() {
        var handler = new LineRecorder();
        try (var connection = InMemoryConnection.to(() -> handler)) {
            connection.send("one\n").staySilent().send("two\n").serve();

            assertThat(handler.calls).containsExactly("setup", "handle", "finish");
            assertThat(connection.received()).isEqualTo("one\n");
        }
    }

    @Test
    void awaitMessageReturnsFalseWhenNothingComes() {
        try (var connection = InMemoryConnection.to(conversation((in, out) -> {
            while (in.awaitMessage()) {
                out.write(in.readLine(UTF_8, 10) + ";", UTF_8);
            }
            out.write("end", UTF_8);
        }))) {
            connection.send("a\nb\n").send("c\n").serve();

            assertThat(connection.received()).isEqualTo("a;b;c;end");
        }
    }

    @Test
    void notYetIsAskedAgainOnlyWhenMoreHasCome() {
        List<Integer> available = new ArrayList<>();
        try (var connection = InMemoryConnection.to(() -> new StreamRequestHandler() {
            @Override
            protected void handle() throws IOException {
                available.add(in().available());
                if (in().available() >= 4) {
                    out().write(in().readSlice(4));
                }
                keepOpen();
            }
        })) {
            connection.sendByteByByte("abcde".getBytes(UTF_8)).serve();
            assertThat(available).containsExactly(0, 1, 2, 3, 4, 1);
            connection.shutdownOutput().serve();
            assertThat(available).as("the end is shown once").containsExactly(0, 1, 2, 3, 4, 1, 1);
            assertThat(connection.received()).isEqualTo("abcd");
            assertThat(connection.isOpen()).isFalse();
        }
    }

    @Test
    void aConversationThatSaysNotYetIsToldAgainOnlyWhenMoreHasCome() {
        List<Integer> available = new ArrayList<>();
        try (var connection = InMemoryConnection.to(() -> new StreamRequestHandler() {
            @Override
            protected void handle() throws IOException {
                while (in().awaitMessage()) {
                    available.add(in().available());
                }
            }
        })) {
            connection.sendByteByByte("abc".getBytes(UTF_8)).shutdownOutput().serve();
            assertThat(available).as("the end is shown once").containsExactly(1, 2, 3, 3);
        }
    }

    @Test
    void aServerThatAwaitsTheFirstByteDoesNotCallBefore() {
        var handler = new LineRecorder();
        var config = ServerConfig.builder().awaitFirstByte(true).build();
        try (var connection = InMemoryConnection.to(new TcpServer(config, () -> handler))) {
            connection.serve();
            assertThat(handler.calls).isEmpty();
            connection.send("x\n").serve();
            assertThat(handler.calls).containsExactly("setup", "handle");
        }
    }

    @Test
    void piecesArriveOneByOne() {
        List<Integer> sizes = new ArrayList<>();
        var handlers = conversation((in, out) -> {
            for (ByteBuf piece = in.buffer(); piece.isReadable(); piece = in.buffer()) {
                sizes.add(piece.readableBytes());
                piece.skipBytes(piece.readableBytes());
            }
        });
        try (var connection = InMemoryConnection.to(handlers)) {
            connection
                    .send("abcdef", 1, 4)
                    .send("gh")
                    .sendByteByByte("ij".getBytes(UTF_8))
                    .shutdownOutput()
                    .serve();
        }
        assertThat(sizes).containsExactly(1, 3, 2, 2, 1, 1);
    }

    @Test
    void aSplitOutsideOfTheBytesIsRefused() {
        try (var connection = InMemoryConnection.to(LineRecorder::new)) {
            assertThatThrownBy(() -> connection.send("abc", 0)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> connection.send("abc", 3)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> connection.send("abc", 2, 1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("[2, 1]");
        }
    }

    @Test
    void largeWritesArriveInOrder() {
        String large = "0123456789".repeat(40_000);
        try (var connection = InMemoryConnection.to(conversation((in, out) -> {
            out.write("<", UTF_8);
            out.write(large, UTF_8);
            out.write(">", UTF_8);
        }))) {
            assertThat(connection.serve().received()).isEqualTo("<" + large + ">");
        }
    }

    @Test
    void aHalfClosedConnectionStillAnswers() {
        try (var connection = InMemoryConnection.to(conversation((in, out) -> in.transferTo(out)))) {
            connection.send("hello").shutdownOutput().serve();
            assertThat(connection.received()).isEqualTo("hello");
        }
    }

    @Test
    void theHandlerMayEndItsOutput() {
        try (var connection = InMemoryConnection.to(() -> new StreamRequestHandler() {
            @Override
            protected void handle() throws IOException {
                out().write("last", UTF_8);
                connection().shutdownOutput();
                keepOpen();
            }
        })) {
            connection.serve();
            assertThat(connection.isInputShutdown()).isTrue();
            assertThat(connection.isOpen()).isTrue();
            assertThat(connection.received()).isEqualTo("last");
        }
    }

    @Test
    void expectationsAreCheckedWhenTheHandlerWaits() {
        Supplier<StreamRequestHandler> greeter = conversation((in, out) -> {
            out.write("name?\n", UTF_8);
            out.write("hello " + in.readLine(UTF_8, 100) + "\n", UTF_8);
        });
        try (var connection = InMemoryConnection.to(greeter)) {
            connection.expect("name?\n").send("Ann\n").expect("hello Ann\n").serve();
        }
        try (var connection = InMemoryConnection.to(greeter)) {
            connection.expect("name?\n").send("Ann\n").expect("hello Bob\n");
            assertThatThrownBy(connection::serve)
                    .isInstanceOf(AssertionError.class)
                    .hasMessage("expected \"hello Bob\\u000a\" but the handler sent \"hello Ann\\u000a\","
                            + " and the connection is closed");
        }
    }

    @Test
    void theHandlerSeesWhatTheTestHasSet() {
        List<Object> seen = new ArrayList<>();
        var peer = new InetSocketAddress("192.0.2.1", 1234);
        var here = new InetSocketAddress("192.0.2.2", 7007);
        var proxy = new InetSocketAddress("192.0.2.3", 4321);
        SSLSession session = tlsSession();
        try (var connection = InMemoryConnection.to(() -> new StreamRequestHandler() {
                    @Override
                    protected void handle() {
                        StreamConnection mine = connection();
                        seen.addAll(List.of(
                                mine.remoteAddress(),
                                mine.localAddress(),
                                mine.proxyAddress().orElseThrow(),
                                mine.tlsSession().orElseThrow(),
                                mine.applicationProtocol().orElseThrow()));
                    }
                })
                .remoteAddress(peer)
                .localAddress(here)
                .proxyAddress(proxy)
                .tlsSession(session)
                .applicationProtocol("mine/1")) {
            connection.serve();
        }
        assertThat(seen).containsExactly(peer, here, proxy, session, "mine/1");
    }

    /** Begins TLS on "tls"; says of any other line whether it is encrypted. */
    private static final class Starting extends StreamRequestHandler {
        @Override
        protected void handle() throws Exception {
            String line = in().readLine(UTF_8, 100);
            if (line != null && line.equals("tls")) {
                out().write("go ahead\n", UTF_8);
                connection().startTls(Tls.of(SSLContext.getDefault()));
                keepOpen();
            } else if (line != null) {
                out().write(line + " " + connection().tlsSession().isPresent() + "\n", UTF_8);
                keepOpen();
            }
        }
    }

    @Test
    void afterStartTlsTheConversationGoesOnInClearText() {
        try (var connection = InMemoryConnection.to(Starting::new)) {
            connection.send("a\n").expect("a false\n").serve();
            assertThat(connection.isTlsStarted()).isFalse();
            connection
                    .send("tls\n")
                    .expect("go ahead\n")
                    .send("b\n")
                    .expect("b true\n")
                    .serve();
            assertThat(connection.isTlsStarted()).isTrue();
            connection.send("tls\n");
            assertThat(connection.serveToFailure())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageEndingWith(" has TLS already");
        }
    }

    @Test
    void whatIsPipelinedBehindTheCommandIsRefusedAsByAServer() {
        try (var connection = InMemoryConnection.to(Starting::new)) {
            connection.send("tls\nb\n");
            assertThat(connection.serveToFailure())
                    .isInstanceOf(ProtocolException.class)
                    .hasMessageContaining("2 bytes", "CVE-2011-0411");
            assertThat(connection.isTlsStarted()).isFalse();
            assertThat(connection.received()).doesNotContain("b");
        }
    }

    private static SSLSession tlsSession() {
        try {
            return SSLContext.getDefault().createSSLEngine().getSession();
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has it", e);
        }
    }

    @Test
    void theTestSeesWhatTheHandlerHasSet() {
        try (var connection = InMemoryConnection.to(() -> new StreamRequestHandler() {
            @Override
            protected void handle() throws IOException {
                connection().readTimeout(Duration.ofSeconds(3));
                connection().writeTimeout(Duration.ofSeconds(4));
                connection().option(StandardSocketOptions.SO_KEEPALIVE, true);
                in().read();
            }
        })) {
            assertThat(connection.serveToFailure()).hasMessage("no data received for PT3S");
            assertThat(connection.readTimeout()).isEqualTo(Duration.ofSeconds(3));
            assertThat(connection.writeTimeout()).isEqualTo(Duration.ofSeconds(4));
            assertThat(connection.options()).isEqualTo(Map.of(StandardSocketOptions.SO_KEEPALIVE, true));
        }
    }

    @Test
    void aHandlerMayCloseItsConnection() {
        try (var connection = InMemoryConnection.to(() -> new LineRecorder() {
            @Override
            protected void handle() throws Exception {
                connection().close();
                keepOpen();
            }
        })) {
            assertThat(connection.serve().isOpen()).isFalse();
        }
    }

    @Test
    void anotherThreadMayNotUseTheConnectionButClosesIt() throws Exception {
        List<StreamConnection> used = new ArrayList<>();
        var handler = new LineRecorder() {
            @Override
            protected void setup() throws Exception {
                super.setup();
                used.add(connection());
            }
        };
        try (var connection = InMemoryConnection.to(() -> handler)) {
            connection.send("a\n").serve();
            var thrown = new AtomicReference<Throwable>();
            var other = new Thread(() -> {
                try {
                    used.get(0).out().write(1);
                } catch (Throwable e) {
                    thrown.set(e);
                }
                used.get(0).close();
            });
            other.start();
            other.join();

            assertThat(thrown.get()).isInstanceOf(IllegalStateException.class);
            connection.serve();
            assertThat(handler.calls).containsExactly("setup", "handle", "finish");
        }
    }

    @Test
    void theHooksAndTheListenerOfAGivenServerAreCalled() {
        List<String> events = new ArrayList<>();
        var listener = new ServerListener() {
            @Override
            public void opened(Server server, Request request) {
                events.add("opened");
            }

            @Override
            public void closed(Server server, Request request) {
                events.add("closed");
            }
        };
        var config = ServerConfig.builder().listener(listener).build();
        var server =
                new TcpServer(config, conversation((in, out) -> {
                    throw new IOException("on purpose");
                })) {
                    @Override
                    protected boolean verifyRequest(StreamConnection connection) {
                        events.add("verify");
                        return !connection.proxyAddress().isPresent();
                    }

                    @Override
                    protected void handleError(StreamConnection connection, Throwable failure) {
                        events.add("error " + failure.getMessage());
                    }
                };
        try (var connection = InMemoryConnection.to(server)) {
            connection.serveToFailure();
        }
        try (var connection = InMemoryConnection.to(server).proxyAddress(new InetSocketAddress(1))) {
            assertThat(connection.serve().isOpen()).isFalse();
        }
        assertThat(events)
                .containsExactly("opened", "verify", "error on purpose", "closed", "opened", "verify", "closed");
    }

    @Test
    void aMessageIsSentBeforeTheEndOfTheOutputAndNoneBehindIt() {
        Supplier<StreamRequestHandler> handlers = () -> new StreamRequestHandler() {
            @Override
            protected void handle() throws IOException {
                out().write("written, ", UTF_8);
                assertThat(connection().send("queued", UTF_8)).isTrue();
                connection().shutdownOutput();
                assertThat(connection().send("late", UTF_8)).isFalse();
            }
        };
        try (var connection = InMemoryConnection.to(handlers)) {
            assertThat(connection.serve().received()).isEqualTo("written, queued");
        }
    }

    @ParameterizedTest
    @CsvSource({"CLOSE, 1", "DROP_NEWEST, 2", "DROP_OLDEST, 2"})
    void theListenerIsToldOfMessagesThatAreDropped(OutboundPolicy policy, int expected) {
        var dropped = new AtomicInteger();
        var listener = new ServerListener() {
            @Override
            public void dropped(Server server, StreamConnection connection, int messages) {
                dropped.addAndGet(messages);
            }
        };
        var config = ServerConfig.builder()
                .outboundLimit(100)
                .outboundPolicy(policy)
                .listener(listener)
                .build();
        Supplier<StreamRequestHandler> handlers = () -> new StreamRequestHandler() {
            @Override
            protected void handle() {
                for (int i = 0; i < 3; i++) {
                    connection().send(new byte[100]);
                }
            }
        };
        try (var connection = InMemoryConnection.to(new TcpServer(config, handlers))) {
            connection.serve();
        }
        assertThat(dropped).hasValue(expected);
    }
}
