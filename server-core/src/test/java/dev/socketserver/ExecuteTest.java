package dev.socketserver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.socketserver.peer.ChoosesEngine;
import dev.socketserver.peer.LineEcho;
import dev.socketserver.peer.Loopback;
import dev.socketserver.peer.OpenedConnections;
import dev.socketserver.peer.Peer;
import dev.socketserver.peer.Polling;
import dev.socketserver.peer.RecordingListener;
import dev.socketserver.peer.TestClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What other threads want of a connection happens in its turn. */
@ChoosesEngine
@Timeout(60)
class ExecuteTest {
    private final OpenedConnections opened = new OpenedConnections();
    private final RecordingListener events = new RecordingListener();

    @TempDir
    Path directory;

    static List<StreamSetting> settings() {
        return StreamSetting.wide();
    }

    /** Keeps its connection, and says what it is asked from outside. */
    private static final class Speaker extends LineEcho {
        String greeting = "not set up";

        @Override
        protected void setup() throws Exception {
            greeting = "set up";
        }
    }

    /** Holds one conversation in one call of {@code handle()}. */
    private static final class Conversation extends StreamRequestHandler {
        @Override
        protected void handle() throws IOException {
            while (in().awaitMessage()) {
                out().write(in().readLine(UTF_8, 100) + "\n", UTF_8);
            }
            out().write("bye\n", UTF_8);
        }
    }

    private static void say(StreamConnection connection, String line) {
        try {
            connection.out().write(line + "\n", UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private StreamSetting.Running server(StreamSetting setting, Supplier<StreamRequestHandler> handlers)
            throws IOException {
        return setting.start(directory, config -> config.listener(opened), handlers);
    }

    @ParameterizedTest
    @MethodSource("settings")
    void aTaskRunsBeforeTheFirstByteAndBetweenMessages(StreamSetting setting) throws Exception {
        List<Speaker> handlers = new ArrayList<>();
        try (StreamSetting.Running running = server(setting, () -> {
                    var made = new Speaker();
                    handlers.add(made);
                    return made;
                });
                Peer peer = running.connect()) {
            StreamConnection connection = opened.take();
            connection.execute(() -> say(connection, handlers.get(0).greeting));
            assertThat(peer.readLine()).isEqualTo("set up");
            for (int i = 0; i < 3; i++) {
                peer.send("ask\n");
                assertThat(peer.readLine()).isEqualTo("ask");
                connection.execute(() -> say(connection, "one"));
                connection.execute(() -> say(connection, "two"));
                assertThat(peer.readLine()).isEqualTo("one");
                assertThat(peer.readLine()).isEqualTo("two");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("settings")
    void aTaskRunsWhileAConversationAwaitsAMessage(StreamSetting setting) throws Exception {
        try (StreamSetting.Running running = server(setting, Conversation::new);
                Peer peer = running.connect()) {
            StreamConnection connection = opened.take();
            for (int i = 0; i < 3; i++) {
                connection.execute(() -> say(connection, "from outside"));
                assertThat(peer.readLine()).isEqualTo("from outside");
                peer.send("ask\n");
                assertThat(peer.readLine()).isEqualTo("ask");
            }
            connection.execute(() -> say(connection, "the last"));
            running.server().shutdown(Duration.ofSeconds(30));
            assertThat(peer.readAll()).isEqualTo("the last\nbye\n");
        }
    }

    @ParameterizedTest
    @MethodSource("settings")
    void tasksRunInTheirOrderAndNeverBesideAHandlerOrEachOther(StreamSetting setting) throws Exception {
        var inside = new AtomicInteger();
        List<Integer> order = new ArrayList<>(); // of the turn
        Queue<String> faults = new ConcurrentLinkedQueue<>();
        Runnable alone = () -> {
            if (inside.incrementAndGet() != 1) {
                faults.add("two at a time");
            }
            Thread.onSpinWait();
            inside.decrementAndGet();
        };
        try (StreamSetting.Running running = server(setting, () -> new LineEcho() {
                    @Override
                    protected void handle() throws Exception {
                        alone.run();
                        super.handle();
                    }
                });
                Peer peer = running.connect()) {
            StreamConnection connection = opened.take();
            var done = new CountDownLatch(1);
            var adding = new FutureTask<>(() -> {
                for (int i = 0; i < 2_000; ) {
                    int number = i;
                    try {
                        connection.execute(() -> {
                            alone.run();
                            order.add(number);
                        });
                        i++;
                    } catch (RejectedExecutionException full) {
                        Thread.onSpinWait();
                    }
                }
                done.countDown();
                return 0;
            });
            new Thread(adding).start();
            while (done.getCount() > 0) {
                peer.send("ask\n");
                assertThat(peer.readLine()).isEqualTo("ask");
            }
            adding.get();
            var sum = new FutureTask<>(() -> List.copyOf(order));
            connection.execute(sum);
            assertThat(sum.get()).hasSize(2_000).isSorted();
            assertThat(faults).isEmpty();
        }
    }

    /** Lets each task of the connection queue the next one. */
    private static void forEver(StreamConnection connection) {
        try {
            connection.execute(() -> forEver(connection));
        } catch (RejectedExecutionException e) {
            assertThat(connection.endedBy()).isPresent();
        }
    }

    @ParameterizedTest
    @MethodSource("settings")
    void tasksWithoutEndKeepThePeerNeitherFromItsAnswersNorFromTheIdleTimeout(StreamSetting setting) throws Exception {
        for (Supplier<StreamRequestHandler> handlers :
                List.<Supplier<StreamRequestHandler>>of(Speaker::new, Conversation::new)) {
            try (StreamSetting.Running running = setting.start(
                            directory, config -> config.listener(opened).idleTimeout(Duration.ZERO), handlers);
                    Peer peer = running.connect()) {
                StreamConnection connection = opened.take();
                forEver(connection);
                for (int i = 0; i < 3; i++) {
                    peer.send("ask " + i + "\n");
                    assertThat(peer.readLine()).isEqualTo("ask " + i);
                }
                connection.execute(() -> connection.idleTimeout(Duration.ofMillis(300)));
                assertThat(peer.readAll()).isIn("", "bye\n");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("settings")
    void aTaskWaitsForARunningHandlerAndRunsBeforeItFinishes(StreamSetting setting) throws Exception {
        var handling = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        try (StreamSetting.Running running = server(setting, () -> new StreamRequestHandler() {
                    @Override
                    protected void handle() throws Exception {
                        in().readLine(UTF_8, 100);
                        handling.countDown();
                        goOn.await();
                        out().write("handled\n", UTF_8);
                    }

                    @Override
                    protected void finish() throws Exception {
                        out().write("finished\n", UTF_8);
                    }
                });
                Peer peer = running.connect().send("ask\n")) {
            StreamConnection connection = opened.take();
            handling.await();
            connection.execute(() -> say(connection, "task"));
            goOn.countDown();
            assertThat(peer.readAll()).isEqualTo("handled\ntask\nfinished\n");
            assertThat(Polling.await(() -> isRejected(connection))).isTrue();
        }
    }

    /** Ends by its handler's return, or by the drain after {@code keepOpen()}; nobody wanted anything of it before. */
    @ParameterizedTest
    @MethodSource("settings")
    void noTaskIsTakenOnceTheHandlerSaysItsLastWords(StreamSetting setting) throws Exception {
        for (boolean kept : new boolean[] {false, true}) {
            Queue<String> steps = new ConcurrentLinkedQueue<>();
            try (StreamSetting.Running running = server(setting, () -> new LineEcho() {
                        @Override
                        protected void handle() throws Exception {
                            out().write(in().readLine(UTF_8, 100) + "\n", UTF_8);
                            if (kept) {
                                keepOpen();
                            }
                        }

                        @Override
                        protected void goodbye() {
                            steps.add("goodbye: rejects " + isRejected(connection()));
                        }

                        @Override
                        protected void finish() {
                            steps.add("finish: rejects " + isRejected(connection()));
                            connection().send("sent\n", UTF_8);
                        }
                    });
                    Peer peer = running.connect().send("ask\n")) {
                assertThat(peer.readLine()).isEqualTo("ask");
                if (kept) {
                    running.server().shutdown(Duration.ofSeconds(30));
                }
                assertThat(peer.readAll()).isEqualTo("sent\n");
                assertThat(steps)
                        .containsExactlyElementsOf(
                                kept
                                        ? List.of("goodbye: rejects true", "finish: rejects true")
                                        : List.of("finish: rejects true"));
            }
        }
    }

    private static boolean isRejected(StreamConnection connection) {
        try {
            connection.execute(() -> {});
            return false;
        } catch (RejectedExecutionException expected) {
            return true;
        }
    }

    @ParameterizedTest
    @MethodSource("settings")
    void aFailureOfATaskIsTheHandlers(StreamSetting setting) throws Exception {
        var thrown = new IllegalStateException("a task's");
        var finished = new CountDownLatch(1);
        Supplier<StreamRequestHandler> handlers = () -> new LineEcho() {
            @Override
            protected void setup() {
                opened.opened(server(), connection());
            }

            @Override
            protected void finish() {
                finished.countDown();
            }
        };
        try (StreamSetting.Running running = setting.start(directory, config -> config.listener(events), handlers)) {
            try (Peer peer = running.connect().send("ask\n")) {
                assertThat(peer.readLine()).isEqualTo("ask");
                opened.take().execute(() -> {
                    throw thrown;
                });
                assertThat(peer.readAll()).isEmpty();
                finished.await();
            }
            assertThat(running.server().join(Duration.ofSeconds(20))).isTrue();
            assertThat(running.server().snapshot().failed()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @MethodSource("settings")
    void aClosedConnectionRejectsAndDropsTasks(StreamSetting setting) throws Exception {
        var begun = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        var dropped = new AtomicInteger();
        try (StreamSetting.Running running = server(setting, LineEcho::new);
                Peer peer = running.connect()) {
            StreamConnection connection = opened.take();
            connection.execute(() -> {
                begun.countDown();
                try {
                    goOn.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            begun.await();
            for (int i = 0; i < StreamConnection.MOST_TASKS; i++) {
                connection.execute(dropped::incrementAndGet);
            }
            assertThatExceptionOfType(RejectedExecutionException.class)
                    .isThrownBy(() -> connection.execute(() -> {}))
                    .withMessageContaining("wait already");
            connection.close();
            assertThatExceptionOfType(RejectedExecutionException.class)
                    .isThrownBy(() -> connection.execute(() -> {}))
                    .withMessageContaining("closed");
            goOn.countDown();
            assertThat(running.server().join(Duration.ofSeconds(20))).isTrue();
            assertThatExceptionOfType(IOException.class).isThrownBy(peer::readLine);
            assertThat(dropped).hasValueLessThanOrEqualTo(StreamConnection.MOST_TASKS);
        }
    }

    @Test
    void noTaskIsLostWhileAConnectionParks() throws Exception {
        var setting = new StreamSetting(Transport.TCP, StreamSetting.Execution.SELECTING);
        try (StreamSetting.Running running = server(setting, LineEcho::new);
                Peer peer = running.connect()) {
            StreamConnection connection = opened.take();
            for (int i = 0; i < 2_000; i++) {
                peer.send("ask\n"); // whose handler returns, and parks the connection, about now
                var task = new FutureTask<>(() -> "done");
                connection.execute(task);
                assertThat(task.get()).isEqualTo("done");
                assertThat(peer.readLine()).isEqualTo("ask");
            }
        }
    }

    /** A framing that has a task run when the server drains, during its last look at what has come. */
    private static Framing executing(StreamConnection[] connection, CountDownLatch draining, Runnable task) {
        return (received, known) -> {
            try {
                draining.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            connection[0].execute(task);
            return false;
        };
    }

    @ParameterizedTest
    @MethodSource("settings")
    void aTaskAcceptedWhenTheConnectionEndsRunsThoughThereIsNoHandlerYet(StreamSetting setting) throws Exception {
        var draining = new CountDownLatch(1);
        var connection = new StreamConnection[1];
        var steps = new ConcurrentLinkedQueue<String>();
        var listener = new OpenedConnections() {
            @Override
            public void opened(Server server, Request request) {
                connection[0] = (StreamConnection) request;
                super.opened(server, request);
            }

            @Override
            public void stateChanged(Server server, ServerState state) {
                if (state == ServerState.DRAINING) {
                    draining.countDown();
                }
            }
        };
        Framing framing = executing(connection, draining, () -> steps.add("task"));
        try (StreamSetting.Running running = setting.start(
                        directory,
                        config -> config.listener(listener).framing(framing).awaitFirstByte(true),
                        () -> new LineEcho() {
                            @Override
                            protected void setup() {
                                steps.add("setup");
                            }

                            @Override
                            protected void finish() {
                                steps.add("finish");
                            }
                        });
                Peer peer = running.connect().send("a")) {
            listener.take();
            running.server().shutdown(Duration.ofSeconds(30));
            assertThat(peer.readAll()).isEmpty();
            assertThat(steps).containsExactly("setup", "task", "finish");
        }
    }

    @Test
    void aConnectionThatHasEndedWithoutAHandlerTakesNoTask() throws Exception {
        var taken = new LinkedBlockingQueue<String>();
        try (var server = new TcpServer(Loopback.config().awaitFirstByte(true).build(), LineEcho::new) {
            @Override
            protected void shutdownRequest(StreamConnection connection) throws Exception {
                try {
                    connection.execute(() -> taken.add("ran"));
                    taken.add("accepted");
                } catch (RejectedExecutionException expected) {
                    taken.add("rejected");
                }
                super.shutdownRequest(connection);
            }
        }) {
            server.start();
            TestClient.to(server.address()).close();
            assertThat(taken.take()).isEqualTo("rejected");
        }
    }

    @ParameterizedTest
    @MethodSource("settings")
    void noTaskIsTakenInFinishAfterAFailure(StreamSetting setting) throws Exception {
        var taken = new LinkedBlockingQueue<String>();
        try (StreamSetting.Running running = server(setting, () -> new LineEcho() {
                    @Override
                    protected void handle() throws Exception {
                        super.handle();
                        throw new IllegalStateException("expected by the test");
                    }

                    @Override
                    protected void finish() {
                        try {
                            connection().execute(() -> taken.add("ran"));
                            taken.add("accepted");
                        } catch (RejectedExecutionException expected) {
                            taken.add("rejected");
                        }
                    }
                });
                Peer peer = running.connect().send("ask\n")) {
            peer.readAll();
            assertThat(taken.take()).isEqualTo("rejected");
        }
    }
}
