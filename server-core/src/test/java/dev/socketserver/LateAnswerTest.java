package dev.socketserver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.socketserver.peer.Loopback;
import dev.socketserver.peer.Polling;
import dev.socketserver.peer.RecordingListener;
import dev.socketserver.peer.TestDatagramClient;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Datagrams that are answered when their handlers have returned. */
@Timeout(60)
class LateAnswerTest {
    private final RecordingListener listener = new RecordingListener();
    private final ServerConfig.Builder config = Loopback.config().listener(listener);
    private final BlockingQueue<LateAnswer> later = new LinkedBlockingQueue<>();

    /** Leaves the answer to the test; fails after that if it is told to. */
    private final class Deferring extends DatagramRequestHandler {
        @Override
        protected void handle() throws IOException {
            later.add(datagram().answerLater());
            if (datagram().content().toString(UTF_8).equals("fail")) {
                throw new IllegalStateException("says the test");
            }
        }

        @Override
        protected void finish() throws IOException {
            out().write("soon".getBytes(UTF_8));
        }
    }

    private UdpServer server() {
        return new UdpServer(config.build(), Deferring::new);
    }

    private static ByteBuf text(String text) {
        return Unpooled.copiedBuffer(text, UTF_8);
    }

    @ParameterizedTest
    @EnumSource(Engine.class)
    void anotherThreadAnswersLaterAndTheDatagramIsOpenUntilThen(Engine engine) throws Exception {
        config.engine(engine);
        try (var server = server();
                var client = start(server)) {
            for (int i = 1; i <= 3; i++) {
                assertThat(client.send("?").receiveText())
                        .as("the handler has returned")
                        .isEqualTo("soon");
                assertThat(server.snapshot().open()).isEqualTo(1);
                try (LateAnswer answer = later.take()) {
                    assertThat(answer.remoteAddress()).isEqualTo(client.address());
                    answer.send(text("first"));
                    answer.send(text("second"));
                    assertThat(client.receiveText() + client.receiveText()).isEqualTo("firstsecond");
                    assertThat(listener.count("closed")).isEqualTo(i - 1);
                }
                assertThat(Polling.await(() -> server.snapshot().open() == 0)).isTrue();
                assertThat(listener.count("closed")).isEqualTo(i);
            }
            assertThat(server.snapshot().requests()).isEqualTo(3);
        }
    }

    private static TestDatagramClient start(UdpServer server) throws IOException {
        server.start();
        return TestDatagramClient.to(server.address());
    }

    @Test
    void oneThatIsClosedAnswersNoMoreAndClosesOnce() throws Exception {
        try (var server = server();
                var client = start(server)) {
            client.send("?").receiveText();
            LateAnswer answer = later.take();
            answer.close();
            answer.close();
            assertThatIllegalStateException()
                    .isThrownBy(() -> answer.send(text("x")))
                    .withMessageContaining("closed");
            listener.await("closed", 1); // once its turn has ended, too
            assertThat(client.send("?").receiveText()).isEqualTo("soon");
            later.take().close();
        }
        assertThat(listener.count("closed")).isEqualTo(2);
        assertThat(listener.count("error")).isZero();
    }

    @Test
    void oneThatWasClosedInTheHandlerKeepsNothingOpen() throws Exception {
        try (var server = new UdpServer(config.build(), () -> new DatagramRequestHandler() {
                    @Override
                    protected void handle() throws IOException {
                        try (LateAnswer answer = datagram().answerLater()) {
                            answer.send(text("at once"));
                        }
                    }
                });
                var client = start(server)) {
            assertThat(client.send("?").receiveText()).isEqualTo("at once");
            listener.await("closed", 1);
            assertThat(server.join(Duration.ofSeconds(50))).isTrue();
        }
    }

    @Test
    void aHandlerThatThrowsLosesItsRight() throws Exception {
        try (var server = server();
                var client = start(server)) {
            client.send("fail");
            listener.await("closed", 1);
            assertThat(server.join(Duration.ofSeconds(50))).isTrue();
            LateAnswer answer = later.take();
            assertThatThrownBy(() -> answer.send(text("x"))).isInstanceOf(ClosedChannelException.class);
            answer.close();
        }
        assertThat(listener.count("closed")).isEqualTo(1);
    }

    @Test
    void aDrainWaitsForLateAnswers() throws Exception {
        var server = server();
        try (var client = start(server)) {
            client.send("?").receiveText();
            var shutdown = new FutureTask<>(() -> server.shutdown(Duration.ofSeconds(50)));
            new Thread(shutdown).start();
            listener.await("DRAINING", 1);
            try (LateAnswer answer = later.take()) {
                answer.send(text("late"));
                assertThat(client.receiveText()).isEqualTo("late");
                assertThat(shutdown.isDone()).isFalse();
            }
            assertThat(shutdown.get()).isEqualTo(new DrainReport(1, 0, List.of(), true));
        }
    }

    @Test
    void theEndOfTheGraceClosesThoseThatAreLeft() throws Exception {
        ExecutorService one = Executors.newSingleThreadExecutor();
        var server = new UdpServer(config.executor(one).build(), Deferring::new);
        try (var client = start(server)) {
            client.send("?").receiveText();
            one.submit(() -> {}).get(); // the datagram's turn has ended
            LateAnswer answer = later.take();
            assertThat(server.shutdown(Duration.ZERO).forced()).singleElement().satisfies(left -> {
                assertThat(left.peer()).isEqualTo(client.address());
                assertThat(left.thread()).isEmpty();
            });
            assertThat(server.snapshot().open()).isZero();
            assertThatThrownBy(() -> answer.send(text("x"))).isInstanceOf(ClosedChannelException.class);
            answer.close();
        } finally {
            one.shutdown();
        }
        assertThat(listener.count("closed")).isEqualTo(1);
        assertThat(listener.count("error")).isZero();
    }

    /** The listener's thread counts as inside of the server, or it would wait for itself. */
    @Test
    void aListenerThatShutsTheServerDownWhenALateAnswerIsClosedDoesNotWaitForIt() throws Exception {
        var stopped = new CompletableFuture<DrainReport>();
        ServerListener stopping = new ServerListener() {
            @Override
            public void closed(Server server, Request request) {
                assertThat(server.shutdown(Duration.ofSeconds(50)).complete()).isFalse();
            }

            @Override
            public void stopped(Server server, DrainReport report) {
                stopped.complete(report);
            }
        };
        try (var server = new UdpServer(config.listener(stopping).build(), Deferring::new);
                var client = start(server)) {
            client.send("?").receiveText();
            later.take().close();
            assertThat(stopped.get().forced()).isEmpty();
        }
    }

    /** A thread that has served a datagram is not inside of the server for as long as that is answered late. */
    @Test
    void aThreadThatHasServedADatagramMayWaitForTheServersEnd() throws Exception {
        ExecutorService one = Executors.newSingleThreadExecutor();
        try (var server = new UdpServer(config.executor(one).build(), Deferring::new);
                var client = start(server)) {
            client.send("?").receiveText();
            LateAnswer answer = later.take();
            var shutdown = one.submit(() -> server.shutdown(Duration.ofSeconds(50)));
            listener.await("DRAINING", 1);
            answer.close();
            assertThat(shutdown.get().complete()).isTrue();
        } finally {
            one.shutdown();
        }
    }

    @Test
    void manyAreAnsweredByManyThreadsWhileTheServerStops() throws Exception {
        int many = 200;
        var server = server();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try (var client = start(server)) {
            for (int i = 0; i < many; i++) {
                client.send("?").receiveText();
            }
            listener.await("opened", many);
            var shutdown = new FutureTask<>(() -> server.shutdown(Duration.ofSeconds(50)));
            new Thread(shutdown).start();
            listener.await("DRAINING", 1);
            for (int i = 0; i < many; i++) {
                LateAnswer answer = later.take();
                threads.execute(answer::close);
                threads.execute(answer::close);
            }
            assertThat(shutdown.get()).isEqualTo(new DrainReport(many, 0, List.of(), true));
            assertThat(listener.count("closed")).isEqualTo(many);
        } finally {
            threads.shutdown();
        }
    }
}
