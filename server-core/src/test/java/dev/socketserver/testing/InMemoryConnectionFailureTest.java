package dev.socketserver.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.socketserver.ServerConfig;
import dev.socketserver.StreamConnection;
import dev.socketserver.StreamRequestHandler;
import dev.socketserver.TcpServer;
import dev.socketserver.UnixServer;
import dev.socketserver.buffer.MessageTooLongException;
import dev.socketserver.net.Tls;
import io.netty.buffer.ByteBuf;
import io.netty.util.IllegalReferenceCountException;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What fails, in the handler or in the test. */
@Timeout(60)
class InMemoryConnectionFailureTest {
    private static Supplier<StreamRequestHandler> conversation(StreamRequestHandler.Conversation conversation) {
        return StreamRequestHandler.of(conversation);
    }

    /** Reads what there is, up to the end or a failure, and writes that down. */
    private static Supplier<StreamRequestHandler> reader(List<Object> seen) {
        return conversation((in, out) -> {
            for (int read = in.read(); read >= 0; read = in.read()) {
                seen.add((char) read);
            }
            seen.add("end");
        });
    }

    @Test
    void aReadTimesOutAtOnceWhenNothingComes() {
        List<Object> seen = new ArrayList<>();
        try (var connection = InMemoryConnection.to(reader(seen))) {
            assertThat(connection.send("ab").serveToFailure())
                    .isInstanceOf(SocketTimeoutException.class)
                    .hasMessage("no data received for PT30S");
            assertThat(seen).containsExactly('a', 'b');
        }
    }

    @Test
    void aReadWithoutATimeLimitFailsTheTestInPlaceOfWaitingForEver() {
        var config = ServerConfig.builder().readTimeout(Duration.ZERO).build();
        try (var connection = InMemoryConnection.to(new TcpServer(config, reader(new ArrayList<>())))) {
            assertThat(connection.serveToFailure())
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("readTimeout is zero");
        }
    }

    @Test
    void afterOneReadHasTimedOutTheNextDoesNotWait() {
        List<String> seen = new ArrayList<>();
        try (var connection = InMemoryConnection.to(conversation((in, out) -> {
            for (int i = 0; i < 2; i++) {
                try {
                    seen.add("" + in.read());
                } catch (SocketTimeoutException e) {
                    seen.add("timed out");
                }
            }
        }))) {
            connection.staySilent().send("a").serve();
        }
        assertThat(seen).containsExactly("timed out", "timed out");
    }

    @Test
    void aResetFailsReadingAndWriting() {
        List<Object> seen = new ArrayList<>();
        try (var connection = InMemoryConnection.to(conversation((in, out) -> {
            try {
                in.readLine(UTF_8, 100);
            } catch (IOException e) {
                seen.add(e.getMessage());
            }
            out.write("x", UTF_8);
            out.flush();
        }))) {
            assertThat(connection.send("ab").reset().serveToFailure()).hasMessage("Broken pipe");
            assertThat(seen).containsExactly("Connection reset");
        }
    }

    @Test
    void anIdleConnectionThatIsResetEndsWithoutAFailure() {
        var handler = new LineRecorder();
        try (var connection = InMemoryConnection.to(() -> handler)) {
            connection.send("one\n").reset().serve();
            assertThat(handler.calls).containsExactly("setup", "handle", "finish");
        }
    }

    @Test
    void aPeerThatReadsNoMoreTimesOutAWrite() {
        try (var connection = InMemoryConnection.to(
                conversation((in, out) -> out.write("x".repeat(100_000), StandardCharsets.US_ASCII)))) {
            assertThat(connection.readAtMost(70_000).serveToFailure())
                    .isInstanceOf(SocketTimeoutException.class)
                    .hasMessage("the peer accepted no data for PT1M");
            assertThat(connection.receivedBytes()).hasSize(70_000);
            assertThat(connection.isOpen()).isFalse();
        }
    }

    @Test
    void whatTheHandlerThrewIsTheCause() {
        var failure = new IllegalStateException("broken");
        try (var connection = InMemoryConnection.to(conversation((in, out) -> {
            out.write("half", UTF_8);
            throw failure;
        }))) {
            assertThatThrownBy(connection::serve)
                    .isInstanceOf(AssertionError.class)
                    .hasCause(failure)
                    .hasMessageContaining("broken");
            assertThat(connection.received()).as("as a server sends it").isEqualTo("half");
            assertThat(connection.isOpen()).isFalse();
        }
    }

    @Test
    void aHandlerThatWasToThrowAndDidNotFailsTheTest() {
        try (var connection = InMemoryConnection.to(LineRecorder::new)) {
            connection.send("a\n").shutdownOutput();
            assertThatThrownBy(connection::serveToFailure)
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("threw nothing");
        }
    }

    @Test
    void aFailureOfFinishIsNotLost() {
        var connection = InMemoryConnection.to(() -> new LineRecorder() {
            @Override
            protected void finish() {
                throw new IllegalStateException("unfinished");
            }
        });
        connection.send("a\n").serve();
        assertThatThrownBy(connection::close).isInstanceOf(AssertionError.class).hasMessageContaining("unfinished");
    }

    @Test
    void aHandlerWhoseSetupThrowsIsNotFinished() {
        var handler = new LineRecorder() {
            @Override
            protected void setup() throws Exception {
                throw new IOException("no setup");
            }
        };
        try (var connection = InMemoryConnection.to(() -> handler)) {
            assertThat(connection.serveToFailure()).hasMessage("no setup");
            assertThat(handler.calls).isEmpty();
        }
    }

    @Test
    void theLimitsOfMessagesAreTheServers() {
        try (var connection =
                InMemoryConnection.to(conversation((in, out) -> out.write(in.readLine(UTF_8, 3) + "", UTF_8)))) {
            assertThat(connection.send("abcd\n").serveToFailure()).isInstanceOf(MessageTooLongException.class);
        }
        try (var connection = InMemoryConnection.to(conversation((in, out) -> out.write(in.readSlice(5))))) {
            assertThat(connection.send("abcd").shutdownOutput().serveToFailure())
                    .isInstanceOf(EOFException.class);
        }
    }

    @Test
    void aViewThatIsUsedPastItsTimeIsDetected() {
        try (var connection = InMemoryConnection.to(conversation((in, out) -> {
            ByteBuf first = in.readSlice(2);
            ByteBuf second = in.readSlice(2);
            out.write(second);
            out.write(first);
        }))) {
            assertThat(connection.send("abcd").serveToFailure()).isInstanceOf(IllegalReferenceCountException.class);
        }
    }

    @Test
    void aViewThatIsRetainedAndNotReleasedFailsTheTest() {
        List<ByteBuf> kept = new ArrayList<>();
        var connection = InMemoryConnection.to(
                conversation((in, out) -> kept.add(in.readSlice(2).retain())));
        connection.send("ab").serve();

        assertThatThrownBy(connection::close).isInstanceOf(AssertionError.class).hasMessageContaining("not released");
        kept.get(0).release();
    }

    /** Returns what the handler of a connection throws that does so in the end. */
    private static Throwable failureOf(Conversation body) {
        try (var connection = InMemoryConnection.to(() -> new StreamRequestHandler() {
            @Override
            protected void handle() throws Exception {
                body.hold(connection());
            }
        })) {
            return connection.serveToFailure();
        }
    }

    private interface Conversation {
        void hold(StreamConnection connection) throws Exception;
    }

    @Test
    @SuppressWarnings("NullAway") // on purpose
    void aSocketOptionNeedsANameAndAValue() {
        assertThat(failureOf(connection -> connection.option(null, true)))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("name");
        assertThat(failureOf(connection -> connection.option(StandardSocketOptions.SO_KEEPALIVE, null)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the value of SO_KEEPALIVE is null");
    }

    @Test
    void aSocketOptionMustBeOneOfSuchASocket() {
        assertThat(failureOf(connection -> connection.option(StandardSocketOptions.IP_MULTICAST_TTL, 1)))
                .isInstanceOf(UnsupportedOperationException.class);
        assertThat(failureOf(connection -> connection.option(StandardSocketOptions.SO_SNDBUF, -1)))
                .isInstanceOf(IllegalArgumentException.class);
        var unix = new UnixServer(
                ServerConfig.builder()
                        .address(UnixDomainSocketAddress.of("socket"))
                        .build(),
                () -> new StreamRequestHandler() {
                    @Override
                    protected void handle() throws IOException {
                        connection().option(StandardSocketOptions.SO_SNDBUF, 10_000);
                        connection().option(StandardSocketOptions.TCP_NODELAY, true);
                    }
                });
        try (var connection = InMemoryConnection.to(unix)) {
            assertThat(connection.serveToFailure()).isInstanceOf(UnsupportedOperationException.class);
            assertThat(connection.options()).containsOnlyKeys(StandardSocketOptions.SO_SNDBUF);
        }
    }

    @Test
    void tlsBeginsNeitherWithoutOutputNorAtTheEnd() {
        Tls tls = Tls.of(() -> {
            throw new AssertionError("no engine is needed");
        });
        assertThat(failureOf(connection -> {
                    connection.shutdownOutput();
                    connection.startTls(tls);
                }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("has shut down its output");
        try (var connection = InMemoryConnection.to(() -> new StreamRequestHandler() {
            @Override
            protected void handle() {}

            @Override
            protected void finish() throws IOException {
                connection().startTls(tls);
            }
        })) {
            assertThat(connection.serveToFailure())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("is about to end");
        }
    }
}
