package dev.socketserver.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.ConnectionGroup;
import dev.socketserver.EndReason;
import dev.socketserver.Framing;
import dev.socketserver.ServerConfig;
import dev.socketserver.StreamRequestHandler;
import dev.socketserver.TcpServer;
import dev.socketserver.peer.LineEcho;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is wanted of a connection in memory, and how that ends it, is as over sockets. */
@Timeout(60)
class InMemoryCallsTest {
    private final List<String> steps = new ArrayList<>();

    @Test
    void aConnectionThatItsHandlerClosesDropsItsTasks() {
        try (var connection = InMemoryConnection.to(() -> new LineEcho() {
            @Override
            protected void handle() {
                connection().execute(() -> steps.add("task"));
                connection().schedule(Duration.ZERO, () -> steps.add("scheduled"));
                connection().close();
                keepOpen();
            }
        })) {
            connection.send("ask\n").serve();
            assertThat(connection.endedBy()).contains(EndReason.HANDLER);
            assertThat(steps).isEmpty();
        }
    }

    @Test
    void noTaskIsTakenAndNoGroupJoinedOnceTheHandlerIsFinished() {
        var group = new ConnectionGroup();
        try (var connection = InMemoryConnection.to(() -> new LineEcho() {
            @Override
            protected void finish() {
                try {
                    connection().execute(() -> steps.add("task"));
                } catch (RejectedExecutionException expected) {
                    steps.add("rejected");
                }
                steps.add("joins " + group.join(connection()));
            }
        })) {
            connection.send("ask\n").shutdownOutput().serve();
            assertThat(steps).containsExactly("rejected", "joins false");
        }
    }

    @Test
    void aTaskThatATaskAddsBeforeTheFirstByteRunsThenToo() {
        try (var connection = InMemoryConnection.to(() -> new LineEcho() {
            @Override
            protected void setup() {
                connection().execute(() -> connection().execute(() -> steps.add("task of a task")));
            }

            @Override
            protected void handle() throws IOException {
                steps.add(in().readLine(UTF_8, 100));
            }
        })) {
            connection.send("ask\n").serve();
            assertThat(steps).containsExactly("task of a task", "ask");
        }
    }

    @Test
    void whatIsWantedBeforeTheFirstByteHappensThenThoughTheHandlerReads() {
        try (var connection = InMemoryConnection.to(() -> new LineEcho() {
            @Override
            protected void setup() {
                connection().send("sent\n", UTF_8);
                connection().execute(() -> connection().send("task\n", UTF_8));
            }
        })) {
            connection.expect("sent\ntask\n").send("ask\n").expect("ask\n").serve();
            assertThat(connection.isOpen()).isTrue();
        }
    }

    @Test
    void aPeerThatReadsNoMessageEndsItsConnectionByTheWriteTimeout() {
        try (var connection = InMemoryConnection.to(() -> new LineEcho() {
            @Override
            protected void handle() throws Exception {
                connection().send("message\n", UTF_8);
                super.handle();
            }
        })) {
            Throwable failure = connection.send("ask\n").readAtMost(4).serveToFailure();
            assertThat(failure).isInstanceOf(SocketTimeoutException.class);
            assertThat(connection.endedBy()).contains(EndReason.WRITE_TIMEOUT);
        }
    }

    @Test
    void aConversationThatHasAPartOfAMessageEndsByTheReadTimeout() {
        var server = new TcpServer(
                ServerConfig.builder().framing(Framing.lines(10)).build(), StreamRequestHandler.of((in, out) -> {
                    while (in.awaitMessage()) {
                        out.write(in.readLine(UTF_8, 10) + ";", UTF_8);
                    }
                }));
        try (var connection = InMemoryConnection.to(server)) {
            connection.send("a\nb").staySilent().serve();
            assertThat(connection.received()).isEqualTo("a;");
            assertThat(connection.endedBy()).contains(EndReason.READ_TIMEOUT);
        }
    }

    @Test
    void whatWasWrittenToAClosedConnectionFailsTheNextWait() {
        try (var connection = InMemoryConnection.to(() -> new StreamRequestHandler() {
            @Override
            protected void handle() throws IOException {
                connection().close();
                out().write(1);
                in().awaitMessage();
            }
        })) {
            assertThat(connection.serveToFailure()).isInstanceOf(ClosedChannelException.class);
            assertThat(connection.endedBy()).contains(EndReason.HANDLER);
        }
    }
}
