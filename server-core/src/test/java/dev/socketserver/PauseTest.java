package dev.socketserver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.net.ProxyProtocol;
import dev.socketserver.peer.Acceptors;
import dev.socketserver.peer.LineEcho;
import dev.socketserver.peer.Loopback;
import dev.socketserver.peer.Peer;
import dev.socketserver.peer.RecordingListener;
import dev.socketserver.peer.TestClient;
import dev.socketserver.peer.TestDatagramClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A server that is paused keeps its address and its connections, and accepts nothing. */
@Timeout(60)
@SuppressWarnings("try")
class PauseTest {
    private static final Duration GRACE = Duration.ofSeconds(50);

    @TempDir
    Path directory;

    private final RecordingListener listener = new RecordingListener();
    private final Queue<ServerState> acceptedWhen = new ConcurrentLinkedQueue<>();

    static Stream<StreamSetting> settings() {
        return StreamSetting.sampled().stream().filter(setting -> setting.transport() != Transport.TLS);
    }

    /** Starts an echo server that notes in which state it accepts. */
    private StreamSetting.Running start(StreamSetting setting) throws Exception {
        return setting.start(
                directory,
                config -> config.listener(listener).drainDelay(Duration.ofHours(1)),
                config -> config.tls() == null && setting.transport() == Transport.UNIX
                        ? new UnixServer(config, LineEcho::new) {
                            @Override
                            protected boolean verifyRequest(StreamConnection request) {
                                return acceptedWhen.add(state());
                            }
                        }
                        : new TcpServer(config, LineEcho::new) {
                            @Override
                            protected boolean verifyRequest(StreamConnection request) {
                                return acceptedWhen.add(state());
                            }
                        });
    }

    /** Pauses a server; what comes after that is not accepted, not even by a thread that was about to. */
    private static void pause(Server server) throws Exception {
        assertThat(server.pause()).isTrue();
        Acceptors.awaitPause();
    }

    private static void stop(StreamServer server) {
        server.pause(); // so that there is no delay
        server.shutdown(GRACE);
    }

    @ParameterizedTest
    @MethodSource("settings")
    void openConnectionsGoOnAndNewcomersWaitUntilItIsResumed(StreamSetting setting) throws Exception {
        boolean oneAtATime = setting.execution() == StreamSetting.Execution.SYNCHRONOUS;
        try (var running = start(setting)) {
            StreamServer server = running.server();
            try (Peer first = running.connect()) {
                assertThat(first.send("first\n").readLine()).isEqualTo("first");
                pause(server);
                assertThat(server.state()).isEqualTo(ServerState.PAUSED);
                assertThat(server.snapshot().state()).isEqualTo(ServerState.PAUSED);
                try (Peer next = running.connect().send("next\n")) {
                    for (int i = 0; i < 100; i++) {
                        assertThat(first.send("again\n").readLine()).isEqualTo("again");
                    }
                    assertThat(server.snapshot().accepted()).isEqualTo(1);
                    assertThat(server.resume()).isTrue();
                    assertThat(server.state()).isEqualTo(ServerState.READY);
                    if (oneAtATime) {
                        first.close();
                    }
                    assertThat(next.readLine()).isEqualTo("next");
                }
            }
            stop(server);
        }
        assertThat(acceptedWhen).containsOnly(ServerState.READY);
        assertThat(listener.events())
                .filteredOn(event -> Stream.of(ServerState.values()).anyMatch(state -> event.equals(state.name())))
                .containsExactly("STARTING", "READY", "PAUSED", "READY", "PAUSED", "DRAINING", "STOPPED");
    }

    @ParameterizedTest
    @MethodSource("settings")
    void aDrainTakesWhatTheSystemHasQueuedMeanwhile(StreamSetting setting) throws Exception {
        try (var running = start(setting)) {
            StreamServer server = running.server();
            pause(server);
            try (Peer queued = running.connect().send("queued\n")) {
                var drain = new FutureTask<>(() -> server.shutdown(GRACE));
                new Thread(drain).start();
                assertThat(queued.readAll()).isEqualTo("queued\n");
                assertThat(drain.get().forced()).isEmpty();
            }
            assertThat(server.resume()).isFalse();
            assertThat(server.state()).isEqualTo(ServerState.STOPPED);
        }
        assertThat(acceptedWhen).containsExactly(ServerState.DRAINING);
    }

    @ParameterizedTest
    @MethodSource("settings")
    void whoeverComesWhileItIsPausedAndResumedAllTheTimeIsServed(StreamSetting setting) throws Exception {
        try (var running = start(setting)) {
            StreamServer server = running.server();
            var toggling = new FutureTask<>(
                    () -> {
                        while (!Thread.currentThread().isInterrupted()) {
                            server.pause();
                            server.resume();
                        }
                    },
                    null);
            var thread = new Thread(toggling);
            thread.start();
            for (int i = 0; i < 50; i++) {
                try (Peer peer = running.connect()) {
                    assertThat(peer.send("one\n").readLine()).isEqualTo("one");
                }
            }
            thread.interrupt();
            toggling.get();
            assertThat(server.state()).isEqualTo(ServerState.READY);
            stop(server);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"SELECTING", "BLOCKING"})
    void whoseProxyHeaderIsAwaitedIsStillServed(Engine engine) throws Exception {
        ServerConfig config = Loopback.config()
                .engine(engine)
                .proxyProtocol(ProxyProtocol.trusting("127.0.0.0/8", "::1"))
                .build();
        try (var server = new TcpServer(config, LineEcho::new)) {
            server.start();
            try (TestClient before = TestClient.to(server.address()).send("PROXY ");
                    TestClient behind = TestClient.to(server.address()).send("PROXY UNKNOWN\r\nme\n")) {
                assertThat(behind.readLine()).isEqualTo("me");
                assertThat(server.pause()).isTrue();
                assertThat(before.send("UNKNOWN\r\nme too\n").readLine()).isEqualTo("me too");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"SELECTING", "BLOCKING"})
    void datagramsWaitToo(Engine engine) throws Exception {
        var config = Loopback.config().engine(engine).listener(listener).build();
        var handler = DatagramRequestHandler.of((in, out) -> out.write(in.readAllBytes()));
        try (var server = new UdpServer(config, handler) {
            @Override
            protected boolean verifyRequest(Datagram request) {
                return acceptedWhen.add(state());
            }
        }) {
            server.start();
            try (var client = TestDatagramClient.to(server.address())) {
                for (int i = 0; i < 3; i++) {
                    pause(server);
                    client.send("waits");
                    assertThat(server.resume()).isTrue();
                    assertThat(client.receiveText()).isEqualTo("waits");
                }
                pause(server);
                client.send("last");
                server.shutdown(GRACE);
                assertThat(client.receiveText()).isEqualTo("last");
            }
        }
        assertThat(acceptedWhen)
                .containsExactly(ServerState.READY, ServerState.READY, ServerState.READY, ServerState.DRAINING);
    }

    @Test
    void onlyAServerThatServesIsPaused() throws Exception {
        var server = new TcpServer(Loopback.config().listener(listener).build(), LineEcho::new);
        try (server) {
            assertThat(List.of(server.pause(), server.resume())).containsOnly(false);
            server.bind();
            assertThat(List.of(server.pause(), server.resume())).containsOnly(false);
            server.start();
            assertThat(server.resume()).isTrue(); // it is
            assertThat(List.of(server.pause(), server.pause())).containsOnly(true);
            assertThat(List.of(server.resume(), server.resume())).containsOnly(true);
            assertThat(listener.count("PAUSED")).isEqualTo(1);
            assertThat(listener.count("READY")).isEqualTo(2);
            assertThat(server.pause()).isTrue();
            server.shutdown(GRACE);
            assertThat(List.of(server.pause(), server.resume())).containsOnly(false);
            server.start();
            assertThat(server.state()).isEqualTo(ServerState.READY);
        }
        assertThat(List.of(server.pause(), server.resume())).containsOnly(false);
    }

    @Test
    void aHandlerMayPauseItsServer() throws Exception {
        try (var server = new TcpServer(Loopback.config().build(), () -> new StreamRequestHandler() {
            @Override
            protected void handle() throws Exception {
                out().write(server().pause() + " " + server().state() + " " + server().resume(), UTF_8);
            }
        })) {
            server.start();
            try (TestClient client = TestClient.to(server.address())) {
                assertThat(client.send("now").readAll()).isEqualTo("true PAUSED true");
            }
        }
    }
}
