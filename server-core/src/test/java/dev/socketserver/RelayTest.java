package dev.socketserver;

import static dev.socketserver.RelayedServer.MUCH;
import static dev.socketserver.RelayedServer.random;
import static dev.socketserver.RelayedServer.read;
import static dev.socketserver.RelayedServer.readAll;
import static dev.socketserver.RelayedServer.send;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.peer.Loopback;
import dev.socketserver.peer.Peer;
import dev.socketserver.peer.Polling;
import dev.socketserver.peer.TestClient;
import dev.socketserver.pool.PoolConfig;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What passes between a peer and upstream. */
@Timeout(60)
class RelayTest {
    private static final int WINDOW = 64 * 1024;
    private static final int IDLE = 200;

    @TempDir
    Path directory;

    static List<StreamSetting> wide() {
        return StreamSetting.wide();
    }

    static List<StreamSetting> sampled() {
        return RelayedServer.sampled();
    }

    static List<StreamSetting> selecting() {
        return StreamSetting.selecting();
    }

    static List<StreamSetting> oneSelector() {
        return StreamSetting.oneSelector();
    }

    private RelayedServer start(StreamSetting setting, UnaryOperator<ServerConfig.Builder> options) throws IOException {
        return new RelayedServer(setting, directory, options);
    }

    private RelayedServer start(StreamSetting setting) throws IOException {
        return start(setting, config -> config);
    }

    /** Has fewer workers than there are relays; a given pool has, too. */
    private static ServerConfig.Builder withFewWorkers(StreamSetting setting, ServerConfig.Builder config) {
        return setting.execution() == StreamSetting.Execution.GIVEN_POOL
                ? config
                : config.pool(PoolConfig.builder().minWorkers(1).maxWorkers(3).build());
    }

    @ParameterizedTest
    @MethodSource("wide")
    void whatEitherSideSendsReachesTheOtherAndSoDoesItsEnd(StreamSetting setting) throws Exception {
        try (RelayedServer relaying = start(setting);
                Peer peer = relaying.connect();
                SocketChannel upstream = relaying.accept()) {
            peer.send("to upstream\n");
            assertThat(read(upstream, 12)).isEqualTo("to upstream\n");
            send(upstream, "to the peer\n");
            assertThat(peer.readLine()).isEqualTo("to the peer");
            peer.send("the last").end();
            assertThat(readAll(upstream)).isEqualTo("the last");
            send(upstream, "after the end\n");
            assertThat(peer.readLine()).isEqualTo("after the end");
            upstream.shutdownOutput();
            assertThat(peer.readAll()).isEmpty();
            assertThat(relaying.ends.take()).isEqualTo(EndReason.PEER);
            StreamConnection.Relay relay = relaying.relays.take();
            assertThat(relay.bytesSent()).isEqualTo(20);
            assertThat(relay.bytesReceived()).isEqualTo(26);
        }
    }

    @ParameterizedTest
    @MethodSource("sampled")
    void upstreamMayEndFirst(StreamSetting setting) throws Exception {
        try (RelayedServer relaying = start(setting);
                Peer peer = relaying.connect();
                SocketChannel upstream = relaying.accept()) {
            send(upstream, "all");
            upstream.shutdownOutput();
            assertThat(peer.readAll()).isEqualTo("all");
            peer.send("more");
            assertThat(read(upstream, 4)).isEqualTo("more");
            peer.send("the last").end();
            assertThat(readAll(upstream)).isEqualTo("the last");
            assertThat(relaying.ends.take()).isEqualTo(EndReason.PEER);
        }
    }

    @ParameterizedTest
    @MethodSource("sampled")
    void whatThePeerHasSentBeforeTheRelayBeginsIsNotLost(StreamSetting setting) throws Exception {
        byte[] sent = (RelayedServer.COMMAND + "x".repeat(20_000)).getBytes(UTF_8);
        try (RelayedServer relaying = start(setting);
                Peer peer =
                        setting.connect(relaying.server().address()).send(sent).end();
                SocketChannel upstream = relaying.accept()) {
            assertThat(readAll(upstream)).hasSize(20_000);
            upstream.shutdownOutput();
            assertThat(peer.readAll()).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("sampled")
    void megabytesPassInBothDirectionsAtOnceUnchanged(StreamSetting setting) throws Exception {
        byte[] up = random(1);
        byte[] down = random(2);
        try (RelayedServer relaying = start(setting);
                Peer peer = relaying.connect();
                SocketChannel upstream = relaying.accept()) {
            List<FutureTask<Object>> all = Stream.<Callable<Object>>of(
                            () -> peer.send(up),
                            () -> peer.read(down.length),
                            () -> {
                                OutputStream out = Channels.newOutputStream(upstream);
                                out.write(down);
                                return out;
                            },
                            () -> Channels.newInputStream(upstream).readNBytes(up.length))
                    .map(FutureTask::new)
                    .toList();
            all.forEach(task -> new Thread(task).start());
            assertThat((byte[]) all.get(1).get()).isEqualTo(down);
            assertThat((byte[]) all.get(3).get()).isEqualTo(up);
            upstream.shutdownOutput();
            assertThat(peer.end().readAll()).isEmpty();
        }
    }

    /** Messages of other threads do not get lost in what passes, nor does what passes. */
    @ParameterizedTest
    @MethodSource("sampled")
    void otherThreadsMaySendAndRunTasks(StreamSetting setting) throws Exception {
        try (RelayedServer relaying = start(setting, config -> config.outboundPolicy(OutboundPolicy.DROP_OLDEST));
                Peer peer = relaying.connect();
                SocketChannel upstream = relaying.accept()) {
            StreamConnection connection = relaying.relayed.take();
            assertThat(connection.send("from a thread\n", UTF_8)).isTrue();
            assertThat(peer.readLine()).isEqualTo("from a thread");
            var refused = new CompletableFuture<Throwable>();
            connection.execute(() -> {
                try {
                    connection.out().write("x", UTF_8);
                } catch (IOException | RuntimeException e) {
                    refused.complete(e);
                }
            });
            assertThat(refused.get()).isInstanceOf(IllegalStateException.class).hasMessageContaining("is relayed");
            send(upstream, "still here\n");
            assertThat(peer.readLine()).isEqualTo("still here");
        }
    }

    @ParameterizedTest
    @MethodSource("selecting")
    void idleRelaysHoldNoWorker(StreamSetting setting) throws Exception {
        List<Peer> peers = new ArrayList<>();
        List<SocketChannel> upstreams = new ArrayList<>();
        try (RelayedServer relaying = start(setting, config -> withFewWorkers(setting, config))) {
            for (int i = 0; i < IDLE; i++) {
                peers.add(relaying.connect());
                upstreams.add(relaying.accept());
            }
            for (int i = 0; i < IDLE; i++) {
                peers.get(i).send("x");
                assertThat(read(upstreams.get(i), 1)).isEqualTo("x");
            }
            for (int i = IDLE - 1; i >= 0; i--) {
                send(upstreams.get(i), "y");
                assertThat(peers.get(i).read(1)).containsExactly('y');
            }
            for (int i = 0; i < IDLE; i++) {
                peers.get(i).close();
                upstreams.get(i).close();
            }
        }
    }

    /** A frozen peer bounds what is read of upstream, and one worker is enough for others meanwhile. */
    @ParameterizedTest
    @MethodSource("oneSelector")
    void aFrozenSideCostsABufferAndNoWorker(StreamSetting setting) throws Exception {
        byte[] much = random(3, MUCH);
        try (RelayedServer relaying = start(setting, config -> withFewWorkers(setting, config));
                Peer frozen = setting.connectWithWindow(relaying.server().address(), WINDOW)
                        .send(RelayedServer.COMMAND);
                SocketChannel behindFrozen = relaying.accept()) {
            StreamConnection.Relay down = relaying.relays.take(); // before there is another one
            try (Peer eager = relaying.connect();
                    SocketChannel frozenUpstream = relaying.accept()) {
                StreamConnection.Relay up = relaying.relays.take();
                var downTask = new FutureTask<>(() -> {
                    Channels.newOutputStream(behindFrozen).write(much);
                    return null;
                });
                var upTask = new FutureTask<>(() -> eager.send(much));
                new Thread(downTask).start();
                new Thread(upTask).start();
                assertThat(Polling.await(() -> down.bytesReceived() > 0 && up.bytesSent() > 0))
                        .isTrue();
                exchangeThrough(relaying, 100);
                assertThat(downTask.isDone()).isFalse();
                assertThat(upTask.isDone()).isFalse();
                assertThat(frozen.read(much.length)).isEqualTo(much);
                assertThat(Channels.newInputStream(frozenUpstream).readNBytes(much.length))
                        .isEqualTo(much);
            }
        }
    }

    /** Exchanges single bytes through another relay. */
    private static void exchangeThrough(RelayedServer relaying, int count) throws IOException {
        try (Peer other = relaying.connect();
                SocketChannel behindOther = relaying.accept()) {
            for (int i = 0; i < count; i++) {
                other.send("x");
                assertThat(read(behindOther, 1)).isEqualTo("x");
                send(behindOther, "y");
                assertThat(other.read(1)).containsExactly('y');
            }
        }
    }

    @Test
    void aChannelThatCannotBeRelayedIsClosed() throws Exception {
        var failures = new CompletableFuture<List<Throwable>>();
        class Failing extends StreamRequestHandler {
            @Override
            protected void handle() throws IOException {
                List<Throwable> all = new ArrayList<>();
                SocketChannel unconnected = SocketChannel.open();
                SocketChannel closed = SocketChannel.open();
                closed.close();
                for (SocketChannel upstream : List.of(unconnected, closed)) {
                    try {
                        connection().relayTo(upstream);
                    } catch (IllegalArgumentException | ClosedChannelException e) {
                        all.add(e);
                    }
                }
                assertThat(unconnected.isOpen()).isFalse();
                failures.complete(all);
            }
        }
        try (var server = new TcpServer(Loopback.config().build(), Failing::new)) {
            server.start();
            try (TestClient peer = TestClient.to(server.address())) {
                assertThat(failures.get()).hasSize(2);
                assertThat(peer.end().readAll()).isEmpty();
            }
        }
    }

    /** The one would be reset, and the other one outlive its handler. */
    @ParameterizedTest
    @MethodSource("oneSelector")
    void neitherAConnectionWithoutOutputNorOneThatIsAboutToEndIsRelayed(StreamSetting setting) throws Exception {
        var failures = new LinkedBlockingQueue<String>();
        class Late extends StreamRequestHandler {
            @Override
            protected void handle() throws IOException {
                if ("shut down".equals(in().readLine(UTF_8, 100))) {
                    connection().shutdownOutput();
                    relay();
                } else {
                    connection().execute(this::relay);
                }
            }

            private void relay() {
                try (SocketChannel upstream = SocketChannel.open()) {
                    connection().relayTo(upstream);
                } catch (IllegalStateException e) {
                    failures.add(String.valueOf(e.getMessage()));
                } catch (IOException e) {
                    failures.add(e.toString());
                }
            }
        }
        try (var running = setting.start(directory, config -> config, Late::new)) {
            for (String how : List.of("shut down", "return")) {
                try (Peer peer = running.connect()) {
                    peer.send(how + "\n").end();
                    assertThat(failures.take())
                            .endsWith(how.equals("return") ? "is about to end" : "shut down its output");
                    assertThat(peer.readAll()).isEmpty();
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("oneSelector")
    void theOutputOfARelayedConnectionIsNotItsHandlers(StreamSetting setting) throws Exception {
        try (RelayedServer relaying = start(setting);
                Peer peer = relaying.connect();
                SocketChannel upstream = relaying.accept()) {
            StreamConnection relayed = relaying.relayed.take();
            var failure = new CompletableFuture<Throwable>();
            relayed.execute(() -> {
                try {
                    relayed.shutdownOutput();
                } catch (IllegalStateException | IOException e) {
                    failure.complete(e);
                }
            });
            assertThat(failure.get()).isInstanceOf(IllegalStateException.class).hasMessageContaining("is relayed");
            send(upstream, "goes on\n");
            assertThat(peer.readLine()).isEqualTo("goes on");
        }
    }

    @ParameterizedTest
    @MethodSource("sampled")
    void aHandlerMayHandItsPeerOnInSetupAndIsNotCalled(StreamSetting setting) throws Exception {
        try (var upstreams = ServerSocketChannel.open().bind(Loopback.anyPort())) {
            class Relaying extends StreamRequestHandler {
                @Override
                protected void setup() throws IOException {
                    connection().relayTo(SocketChannel.open(upstreams.getLocalAddress()));
                }

                @Override
                protected void handle() throws IOException {
                    throw new IOException("called though its peer was handed on");
                }
            }
            try (var running = setting.start(directory, config -> config, Relaying::new)) {
                for (int i = 0; i < 3; i++) {
                    try (Peer peer = running.connect().send("hello\n");
                            SocketChannel upstream = upstreams.accept()) {
                        assertThat(read(upstream, 6)).isEqualTo("hello\n");
                        send(upstream, "220 hello\n");
                        assertThat(peer.readLine()).isEqualTo("220 hello");
                        upstream.shutdownOutput();
                        assertThat(peer.end().readAll()).isEmpty();
                    }
                }
            }
        }
    }

    /** A handler that relays at once does not wait for its peer, so upstream may be the one that speaks first. */
    @Test
    void upstreamMaySpeakFirstFromAUnixSocket() throws Exception {
        var address = UnixDomainSocketAddress.of(directory.resolve("upstream"));
        class Relaying extends StreamRequestHandler {
            @Override
            protected void handle() throws IOException {
                connection().relayTo(SocketChannel.open(address));
            }
        }
        try (var upstreams =
                        ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(address);
                var server = new TcpServer(Loopback.config().build(), Relaying::new)) {
            server.start();
            for (int i = 0; i < 3; i++) {
                try (TestClient peer = TestClient.to(server.address());
                        SocketChannel upstream = upstreams.accept()) {
                    send(upstream, "220 hello\n");
                    assertThat(peer.readLine()).isEqualTo("220 hello");
                    InputStream in = Channels.newInputStream(upstream);
                    peer.send("QUIT\n").end();
                    assertThat(new String(in.readAllBytes(), UTF_8)).isEqualTo("QUIT\n");
                }
            }
        }
    }
}
