package dev.socketserver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.buffer.ByteInput;
import dev.socketserver.buffer.ByteOutput;
import dev.socketserver.peer.LineEcho;
import dev.socketserver.peer.Loopback;
import dev.socketserver.peer.RecordingListener;
import dev.socketserver.peer.TestClient;
import dev.socketserver.pool.PoolConfig;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What a shutdown lets end, what it ends, and what it reports. */
@Timeout(60)
@ParameterizedClass
@EnumSource(names = {"AUTO", "BLOCKING"})
class DrainTest {
    private static final Duration GRACE = Duration.ofSeconds(50);

    private final RecordingListener listener = new RecordingListener();
    private final CountDownLatch handling = new CountDownLatch(1);
    private final CountDownLatch finish = new CountDownLatch(1);
    private final Engine engine;

    DrainTest(Engine engine) {
        this.engine = engine;
    }

    private ServerConfig.Builder config() {
        return Loopback.config().engine(engine).listener(listener);
    }

    private FutureTask<DrainReport> shutdownInBackground(BaseServer<?> server) throws InterruptedException {
        var shutdown = new FutureTask<>(() -> server.shutdown(GRACE));
        new Thread(shutdown).start();
        listener.await("DRAINING", 1);
        return shutdown;
    }

    @Test
    void runningRequestsEndWithinTheGrace() throws Exception {
        try (var server = new TcpServer(config().build(), StreamRequestHandler.of((in, out) -> {
            handling.countDown();
            finish.await();
            out.write(in.readLine(UTF_8, 100) + "\n", UTF_8);
        }))) {
            server.start();
            try (TestClient client = TestClient.to(server.address())) {
                handling.await();
                FutureTask<DrainReport> shutdown = shutdownInBackground(server);
                finish.countDown();
                assertThat(client.send("late\n").readAll()).isEqualTo("late\n");
                assertThat(shutdown.get()).isEqualTo(new DrainReport(1, 0, List.of(), true));
            }
        }
    }

    @Test
    void idleConnectionsAreClosedAtOnceAndWithoutAFault() throws Exception {
        try (var server = new TcpServer(config().build(), LineEcho::new)) {
            server.start();
            List<TestClient> clients = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                TestClient client = TestClient.to(server.address());
                clients.add(client);
                assertThat(client.send("hello\n").readLine()).isEqualTo("hello");
            }
            // A reply may be read before its handler has returned, so some may not be idle yet.
            DrainReport report = server.shutdown(GRACE);
            assertThat(report.idleClosed() + report.finished()).isEqualTo(5);
            assertThat(report.forced()).isEmpty();
            for (TestClient client : clients) {
                assertThat(client.readAll()).isEmpty();
                client.close();
            }
        }
        assertThat(listener.count("error")).isZero();
    }

    /** Echoes lines, each in a call of its own, and takes leave. */
    private static final class TakesLeave extends StreamRequestHandler {
        @Override
        protected void handle() throws IOException {
            String line = in().readLine(UTF_8, 100);
            if (line != null) {
                out().write(line + "\n", UTF_8);
                keepOpen();
            }
        }

        @Override
        protected void goodbye() throws IOException {
            out().write("bye\n", UTF_8);
        }
    }

    private static void converse(ByteInput in, ByteOutput out) throws IOException {
        while (in.awaitMessage()) {
            out.write(in.readLine(UTF_8, 100) + "\n", UTF_8);
        }
        out.write("bye\n", UTF_8);
    }

    /** Shuts a server down while a peer goes on to send lines; returns the peer's last one. */
    private String lastLineOfAPeerThatNeverPauses(BaseServer<?> server) throws Exception {
        server.start();
        try (var socket = new Socket()) {
            socket.connect(server.address());
            var sender = new Thread(() -> {
                try {
                    byte[] lines = "hello\n".repeat(100).getBytes(UTF_8);
                    while (true) {
                        socket.getOutputStream().write(lines);
                    }
                } catch (IOException e) {
                    // the server has closed the connection
                }
            });
            sender.start();
            var answers = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
            assertThat(answers.readLine()).isEqualTo("hello");
            var shutdown = new FutureTask<>(() -> server.shutdown(Duration.ofSeconds(20)));
            new Thread(shutdown).start();
            String last = "";
            for (String line = answers.readLine(); line != null; line = answers.readLine()) {
                last = line;
            }
            assertThat(shutdown.get().forced()).isEmpty();
            sender.join();
            return last;
        }
    }

    @Test
    void aPeerThatNeverPausesIsToldGoodbye() throws Exception {
        try (var server = new TcpServer(config().build(), TakesLeave::new)) {
            assertThat(lastLineOfAPeerThatNeverPauses(server)).isEqualTo("bye");
        }
    }

    @Test
    void aPeerThatNeverPausesIsToldGoodbyeWithAFraming() throws Exception {
        try (var server = new TcpServer(config().framing(Framing.lines(100)).build(), TakesLeave::new)) {
            assertThat(lastLineOfAPeerThatNeverPauses(server)).isEqualTo("bye");
        }
    }

    @Test
    void aConversationWithAPeerThatNeverPausesEnds() throws Exception {
        try (var server = new TcpServer(config().build(), StreamRequestHandler.of(DrainTest::converse))) {
            assertThat(lastLineOfAPeerThatNeverPauses(server)).isEqualTo("bye");
        }
    }

    @Test
    void duringTheDrainDelayItStillAcceptsAndServesAndIsNotReady() throws Exception {
        try (var server = new TcpServer(config().drainDelay(Duration.ofHours(1)).build(), LineEcho::new)) {
            server.start();
            var shutdown = new FutureTask<>(() -> server.shutdown(GRACE));
            var stopper = new Thread(shutdown);
            stopper.start();
            listener.await("DRAINING", 1);
            assertThat(server.state()).isEqualTo(ServerState.DRAINING);
            try (TestClient client = TestClient.to(server.address())) {
                assertThat(client.send("one\n").readLine()).isEqualTo("one");
                assertThat(client.send("two\n").readLine()).isEqualTo("two");
                stopper.interrupt(); // cuts delay and grace short
                client.awaitEnd();
            }
            assertThat(shutdown.get().complete()).isTrue();
        }
    }

    @Test
    void aServerThatServesNotYetDrainsWithoutDelay() throws Exception {
        try (var server = new TcpServer(config().drainDelay(Duration.ofHours(1)).build(), LineEcho::new)) {
            server.bind();
            assertThat(server.shutdown(GRACE)).isEqualTo(DrainReport.NOTHING);
        }
    }

    @Test
    void aRequestThatHasPartlyComeWhenTheDrainBeginsIsServedWhole() throws Exception {
        try (var server = new TcpServer(config().build(), () -> new LineEcho() {
            @Override
            protected void handle() throws Exception {
                super.handle();
                handling.countDown();
                finish.await();
            }
        })) {
            server.start();
            try (TestClient client = TestClient.to(server.address())) {
                client.send("one\nTRANSFER 100");
                handling.await();
                FutureTask<DrainReport> shutdown = shutdownInBackground(server);
                finish.countDown();
                assertThat(client.readLine()).isEqualTo("one");
                assertThat(client.send("0\n").readAll()).isEqualTo("TRANSFER 1000\n");
                assertThat(shutdown.get().forced()).isEmpty();
            }
        }
    }

    @Test
    void whatStillRunsAtTheEndOfTheGraceFailsAndNeverTakesTheCutForAnEnd() throws Exception {
        var cutTakenForAnEnd = new AtomicBoolean();
        try (var server = new TcpServer(config().build(), StreamRequestHandler.of((in, out) -> {
            handling.countDown();
            in.transferTo(out);
            cutTakenForAnEnd.set(true);
        }))) {
            server.start();
            try (TestClient client = TestClient.to(server.address())) {
                handling.await();
                DrainReport report = server.shutdown(Duration.ZERO);
                assertThat(report.finished()).isZero();
                assertThat(report.idleClosed()).isZero();
                assertThat(report.forced()).singleElement().satisfies(forced -> {
                    assertThat(forced.peer()).isEqualTo(client.address());
                    assertThat(forced.thread())
                            .hasValueSatisfying(name -> assertThat(name).startsWith("worker-"));
                    assertThat(forced.age()).isPositive();
                    assertThat(forced.stack())
                            .anyMatch(call -> call.getMethodName().equals("handle"));
                    assertThat(forced).asString().contains(client.address().toString(), " in worker-");
                });
                client.awaitEnd();
            }
        }
        assertThat(cutTakenForAnEnd).isFalse();
        assertThat(listener.failures()).singleElement().isInstanceOf(IOException.class);
        assertThat(listener.count("closed")).isEqualTo(1);
    }

    @Test
    void aHandlerThatWaitsElsewhereIsInterruptedAtTheEndOfTheGrace() throws Exception {
        try (var server = new TcpServer(config().build(), StreamRequestHandler.of((in, out) -> {
            handling.countDown();
            new CountDownLatch(1).await();
        }))) {
            server.start();
            try (TestClient client = TestClient.to(server.address())) {
                handling.await();
                assertThat(server.shutdown(Duration.ZERO).forced()).hasSize(1);
                client.awaitEnd();
            }
        }
        assertThat(listener.failures()).singleElement().isInstanceOf(InterruptedException.class);
    }

    @Test
    void aSynchronousServerIsForcedToo() throws Exception {
        try (var server = new TcpServer(
                config().executor(RequestExecutors.synchronous()).build(), StreamRequestHandler.of((in, out) -> {
                    handling.countDown();
                    in.transferTo(out);
                }))) {
            server.start();
            try (TestClient client = TestClient.to(server.address())) {
                handling.await();
                assertThat(server.shutdown(Duration.ZERO).forced()).hasSize(1);
                client.awaitEnd();
            }
        }
    }

    @Test
    void whatIsQueuedIsServedWithinTheGrace() throws Exception {
        PoolConfig oneWorker = PoolConfig.builder()
                .minWorkers(1)
                .maxWorkers(1)
                .queueCapacity(1)
                .build();
        try (var server = new TcpServer(config().pool(oneWorker).build(), new WaitingEcho())) {
            server.start();
            List<TestClient> clients = overload(server);
            FutureTask<DrainReport> shutdown = shutdownInBackground(server);
            finish.countDown();
            int served = 0;
            for (TestClient client : clients) {
                served += client.readAll().length();
                client.close();
            }
            assertThat(shutdown.get().forced()).isEmpty();
            assertThat(served).isEqualTo(listener.count("closed")).isGreaterThanOrEqualTo(3);
        }
    }

    @Test
    void whatIsQueuedOrHeldByTheAcceptorIsClosedAtTheEndOfTheGrace() throws Exception {
        PoolConfig oneWorker = PoolConfig.builder()
                .minWorkers(1)
                .maxWorkers(1)
                .queueCapacity(1)
                .build();
        try (var server = new TcpServer(config().pool(oneWorker).build(), new WaitingEcho())) {
            server.start();
            List<TestClient> clients = overload(server);
            List<DrainReport.Forced> forced = server.shutdown(Duration.ZERO).forced();
            assertThat(forced).hasSize(3);
            assertThat(forced)
                    .filteredOn(left -> left.thread().isEmpty())
                    .hasSize(2)
                    .allSatisfy(left -> {
                        assertThat(left.stack()).isEmpty();
                        assertThat(left).asString().contains("in no thread");
                    });
            for (TestClient client : clients) {
                client.awaitEnd();
                client.close();
            }
        }
        assertThat(listener.count("opened")).isEqualTo(3);
        assertThat(listener.count("closed")).isEqualTo(3);
    }

    /** One connection running, one queued, one held by the blocked acceptor. */
    private List<TestClient> overload(BaseServer<?> server) throws Exception {
        List<TestClient> clients = new ArrayList<>();
        clients.add(TestClient.to(server.address()));
        handling.await();
        for (int i = 0; i < 2; i++) {
            clients.add(TestClient.to(server.address()));
        }
        listener.await("opened", 3);
        return clients;
    }

    @Test
    void anExecutorThatBlocksTheAcceptorForEverIsInterruptedAtTheEndOfTheGrace() throws Exception {
        try (var server = new TcpServer(
                config().executor(task -> {
                            handling.countDown();
                            try {
                                new CountDownLatch(1).await();
                            } catch (InterruptedException e) {
                                throw new RejectedExecutionException(e);
                            }
                        })
                        .build(),
                LineEcho::new)) {
            server.start();
            try (TestClient client = TestClient.to(server.address())) {
                handling.await();
                assertThat(server.shutdown(Duration.ZERO).forced()).hasSize(1);
                client.awaitEnd();
            }
        }
        assertThat(listener.count("closed")).isEqualTo(1);
    }

    @Test
    void joinWaitsForOpenRequestsOnly() throws Exception {
        try (var server = new TcpServer(config().build(), new WaitingEcho())) {
            assertThat(server.join(Duration.ZERO)).isTrue();
            server.start();
            assertThat(server.join(Duration.ZERO)).isTrue();
            try (TestClient client = TestClient.to(server.address())) {
                handling.await();
                assertThat(server.join(Duration.ofMillis(1))).isFalse();
                finish.countDown();
                assertThat(server.join(GRACE)).isTrue();
                assertThat(client.readAll()).isEqualTo("!");
            }
            assertThat(server.state()).isEqualTo(ServerState.READY);
        }
    }

    /** Makes handlers that wait for the test and then say one byte. */
    private final class WaitingEcho implements Supplier<StreamRequestHandler> {
        @Override
        public StreamRequestHandler get() {
            return new StreamRequestHandler() {
                @Override
                protected void handle() throws Exception {
                    handling.countDown();
                    finish.await();
                    out().write('!');
                }
            };
        }
    }

    @Test
    void aGoodbyeWaitsForHalfASecondAtMostWhateverItsHandlerSets() throws Exception {
        List<String> failures = new ArrayList<>(); // of the turn, until the server has stopped
        try (var server = new TcpServer(config().build(), () -> new LineEcho() {
            @Override
            protected void goodbye() throws IOException {
                connection().readTimeout(Duration.ofHours(1));
                try {
                    in().read();
                } catch (SocketTimeoutException e) {
                    failures.add(e.getMessage());
                }
            }
        })) {
            server.start();
            try (TestClient client = TestClient.to(server.address())) {
                assertThat(client.send("ask\n").readLine()).isEqualTo("ask");
                server.shutdown(GRACE);
                assertThat(failures).containsExactly("no data received for PT0.5S");
            }
        }
    }
}
