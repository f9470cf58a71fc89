package dev.socketserver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.peer.LineEcho;
import dev.socketserver.peer.Loopback;
import dev.socketserver.peer.Polling;
import dev.socketserver.peer.RecordingListener;
import dev.socketserver.peer.TestDatagramClient;
import dev.socketserver.pool.PoolConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Interrupts that come late, after the handler that they were meant for has returned, harm nobody. */
@Timeout(60)
@SuppressWarnings("try")
class StrayInterruptTest {
    private static final int REQUESTS = 300;
    private static final long PAUSE = 50_000;

    private final RecordingListener listener = new RecordingListener();
    private final Set<Thread> serving = ConcurrentHashMap.newKeySet();
    private final AtomicInteger interrupts = new AtomicInteger();

    static List<StreamSetting> settings() {
        return StreamSetting.concurrent().stream()
                .filter(setting -> setting.execution() != StreamSetting.Execution.THREAD_PER_REQUEST)
                .toList();
    }

    /** A user's time limit for handlers that always strikes too late: it interrupts every thread that ever served. */
    private final class LateLimit implements AutoCloseable {
        private final CountDownLatch strikes = new CountDownLatch(1);
        private final CountDownLatch stop = new CountDownLatch(1);
        private final Thread thread = new Thread(this::run);

        /** Starts to strike, and returns when each thread that has served was struck once. */
        LateLimit() throws InterruptedException {
            thread.start();
            strikes.await();
        }

        private void run() {
            while (stop.getCount() > 0) {
                for (Thread late : serving) {
                    late.interrupt();
                    interrupts.incrementAndGet();
                }
                strikes.countDown();
                LockSupport.parkNanos(PAUSE);
            }
        }

        @Override
        public void close() throws InterruptedException {
            stop.countDown();
            thread.join();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"SELECTING", "BLOCKING"})
    void aUdpServerHearsOnUnderAHailOfInterrupts(Engine engine) throws Exception {
        try (var server = new UdpServer(
                Loopback.config().engine(engine).listener(listener).build(), () -> new DatagramRequestHandler() {
                    @Override
                    protected void handle() throws Exception {
                        serving.add(Thread.currentThread());
                        in().transferTo(out());
                    }
                })) {
            server.start();
            try (var client = TestDatagramClient.to(server.address())) {
                assertThat(client.send("first").receiveText()).isEqualTo("first");
                try (var late = new LateLimit()) {
                    assertThat(late.thread.isAlive()).isTrue();
                    for (int i = 0; i < REQUESTS; i++) {
                        assertThat(client.send("d" + i).receiveText()).isEqualTo("d" + i);
                    }
                }
                assertThat(client.send("last").receiveText()).isEqualTo("last");
            }
            assertThat(server.state()).isEqualTo(ServerState.READY);
        }
        assertThat(interrupts).hasPositiveValue();
        assertThat(listener.count("acceptFailed")).isZero();
    }

    /** The thread that has lost the lead, because its handler blocked, only waits for the server's end from then on. */
    @Test
    void aUdpServerHearsOnWhenTheThreadThatAcceptedFirstIsInterruptedLate() throws Exception {
        var othersAnswer = new CountDownLatch(1);
        try (var server = new UdpServer(
                Loopback.config().engine(Engine.SELECTING).listener(listener).build(),
                () -> new DatagramRequestHandler() {
                    @Override
                    protected void handle() throws Exception {
                        serving.add(Thread.currentThread());
                        if (new String(in().readAllBytes(), UTF_8).equals("block")) {
                            othersAnswer.await();
                        }
                        out().write("answer".getBytes(UTF_8));
                    }
                })) {
            server.start();
            try (var blocked = TestDatagramClient.to(server.address());
                    var client = TestDatagramClient.to(server.address())) {
                blocked.send("block");
                assertThat(client.send("next").receiveText()).isEqualTo("answer");
                othersAnswer.countDown();
                assertThat(blocked.receiveText()).isEqualTo("answer");
                try (var late = new LateLimit()) {
                    assertThat(late.thread.isAlive()).isTrue();
                    for (int i = 0; i < REQUESTS; i++) {
                        assertThat(client.send("d" + i).receiveText()).isEqualTo("answer");
                    }
                }
                assertThat(client.send("last").receiveText()).isEqualTo("answer");
            }
            assertThat(server.state()).isEqualTo(ServerState.READY);
        }
        assertThat(interrupts).hasPositiveValue();
    }

    static List<StreamSetting> selecting() {
        return StreamSetting.selecting();
    }

    /** Since a selector returns at once while the flag is set, a leader that keeps it would spin. */
    @ParameterizedTest
    @MethodSource("selecting")
    void anInterruptOfALeaderThatWaitsIsForgottenBeforeTheNextRequest(StreamSetting setting, @TempDir Path directory)
            throws Exception {
        try (var running = setting.start(directory, config -> config, () -> new LineEcho() {
            @Override
            protected void handle() throws Exception {
                serving.add(Thread.currentThread());
                super.handle();
            }
        })) {
            try (var peer = running.connect()) {
                for (int i = 0; i < 5; i++) {
                    assertThat(peer.send("a\n").readLine()).isEqualTo("a");
                    for (Thread late : serving) {
                        late.interrupt();
                    }
                    for (Thread late : serving) {
                        assertThat(Polling.await(() -> !late.isInterrupted()))
                                .as("forgotten by " + late)
                                .isTrue();
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("settings")
    void aServerOfConnectionsServesOnWhenTheHailIsOver(StreamSetting setting, @TempDir Path directory)
            throws Exception {
        PoolConfig few = PoolConfig.builder().minWorkers(2).maxWorkers(4).build();
        try (var running =
                setting.start(directory, config -> config.pool(few).listener(listener), () -> new LineEcho() {
                    @Override
                    protected void handle() throws Exception {
                        serving.add(Thread.currentThread());
                        super.handle();
                    }
                })) {
            try (var first = running.connect()) {
                assertThat(first.send("first\n").readLine()).isEqualTo("first");
            }
            try (var late = new LateLimit()) {
                assertThat(late.thread.isAlive()).isTrue();
                for (int i = 0; i < REQUESTS / 10; i++) {
                    try (var peer = running.connect()) {
                        peer.send("hit or not\n");
                        listener.await("opened", 2 + i);
                    } catch (java.io.IOException hit) {
                        // A handler was interrupted while it read, which costs its connection.
                    }
                }
            }
            for (int i = 0; i < 10; i++) {
                try (var peer = running.connect()) {
                    for (int j = 0; j < 3; j++) {
                        assertThat(peer.send("after " + j + "\n").readLine()).isEqualTo("after " + j);
                    }
                }
            }
            assertThat(running.server().state()).isEqualTo(ServerState.READY);
        }
        assertThat(interrupts).hasPositiveValue();
        assertThat(listener.count("acceptFailed")).isZero();
        assertThat(listener.count("opened")).isEqualTo(listener.count("closed"));
    }

    @ParameterizedTest
    @MethodSource("settings")
    void anInterruptThatAHandlerLeavesBehindReachesNoOtherConnection(StreamSetting setting, @TempDir Path directory)
            throws Exception {
        PoolConfig one = PoolConfig.builder().minWorkers(1).maxWorkers(1).build();
        try (var running =
                setting.start(directory, config -> config.pool(one).listener(listener), () -> new LineEcho() {
                    @Override
                    protected void handle() throws Exception {
                        String line = in().readLine(UTF_8, 100);
                        if (line != null) {
                            String flag = Thread.interrupted() ? " interrupted" : "";
                            out().write(line + flag + "\n", UTF_8);
                            keepOpen();
                            Thread.currentThread().interrupt();
                        }
                    }
                })) {
            for (int i = 0; i < 5; i++) {
                try (var peer = running.connect()) {
                    assertThat(peer.send("a\n").readLine()).isEqualTo("a");
                    assertThat(peer.send("b\n").readLine()).isEqualTo("b");
                }
            }
        }
        assertThat(listener.count("error")).isZero();
    }
}
