package dev.socketserver;

import static dev.socketserver.RelayedServer.MEGABYTE;
import static dev.socketserver.RelayedServer.MUCH;
import static dev.socketserver.RelayedServer.random;
import static dev.socketserver.RelayedServer.read;
import static dev.socketserver.RelayedServer.readAll;
import static dev.socketserver.RelayedServer.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.socketserver.peer.ChoosesEngine;
import dev.socketserver.peer.Peer;
import dev.socketserver.peer.TestClient;
import dev.socketserver.peer.TlsClient;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** How a relay ends: by silence, by a side that takes nothing or fails, by another thread, by a drain. */
@ChoosesEngine
@Timeout(60)
class RelayEndTest {
    private static final int WINDOW = 64 * 1024;
    private static final Duration SOON = Duration.ofMillis(200);

    @TempDir
    Path directory;

    static List<StreamSetting> sampled() {
        return RelayedServer.sampled();
    }

    private RelayedServer start(StreamSetting setting, UnaryOperator<ServerConfig.Builder> options) throws IOException {
        return new RelayedServer(setting, directory, options);
    }

    private RelayedServer start(StreamSetting setting) throws IOException {
        return start(setting, config -> config);
    }

    @ParameterizedTest
    @MethodSource("sampled")
    void aPeerThatTakesNothingForTooLongEndsTheRelay(StreamSetting setting) throws Exception {
        try (RelayedServer relaying = start(setting, config -> config.writeTimeout(SOON));
                Peer peer = setting.connectWithSmallWindow(relaying.server().address())
                        .send(RelayedServer.COMMAND);
                SocketChannel upstream = relaying.accept()) {
            OutputStream out = Channels.newOutputStream(upstream);
            assertThatThrownBy(() -> {
                        while (true) {
                            out.write(new byte[MEGABYTE]);
                        }
                    })
                    .isInstanceOf(IOException.class);
            assertThat(relaying.ends.take()).isEqualTo(EndReason.WRITE_TIMEOUT);
            assertThat(peer).isNotNull();
        }
    }

    @ParameterizedTest
    @MethodSource("sampled")
    void anUpstreamThatTakesNothingForTooLongEndsTheRelay(StreamSetting setting) throws Exception {
        try (RelayedServer relaying = start(setting, config -> config.writeTimeout(SOON));
                Peer peer = relaying.connect();
                SocketChannel upstream = relaying.accept()) {
            assertThatThrownBy(() -> {
                        while (true) {
                            peer.send(new byte[MEGABYTE]);
                        }
                    })
                    .isInstanceOf(IOException.class);
            assertThat(relaying.ends.take()).isEqualTo(EndReason.WRITE_TIMEOUT);
            assertThat(upstream.isOpen()).isTrue();
        }
    }

    /** The whole takes longer than any of the timeouts. */
    @ParameterizedTest
    @MethodSource("sampled")
    void aSlowSideIsNotIdle(StreamSetting setting) throws Exception {
        byte[] much = random(4, MUCH);
        Duration each = Duration.ofSeconds(1);
        try (RelayedServer relaying =
                        start(setting, config -> config.idleTimeout(each).writeTimeout(Duration.ofSeconds(20)));
                Peer peer = setting.connectWithWindow(relaying.server().address(), WINDOW)
                        .send(RelayedServer.COMMAND);
                SocketChannel upstream = relaying.accept()) {
            var task = new FutureTask<>(() -> {
                Channels.newOutputStream(upstream).write(much);
                upstream.shutdownOutput();
                return null;
            });
            new Thread(task).start();
            var paused = new CountDownLatch(1);
            peer.read(MEGABYTE);
            assertThat(paused.await(2 * each.toMillis(), TimeUnit.MILLISECONDS)).isFalse();
            assertThat(peer.read(much.length - MEGABYTE)).isEqualTo(Arrays.copyOfRange(much, MEGABYTE, much.length));
            assertThat(peer.end().readAll()).isEmpty();
            assertThat(relaying.ends.take()).isEqualTo(EndReason.PEER);
        }
    }

    @ParameterizedTest
    @MethodSource("sampled")
    void silenceOnBothSidesEndsTheRelay(StreamSetting setting) throws Exception {
        try (RelayedServer relaying = start(
                        setting, config -> config.idleTimeout(Duration.ZERO).idleAfter(SOON.dividedBy(4)));
                Peer peer = relaying.connect();
                SocketChannel upstream = relaying.accept()) {
            send(upstream, "x");
            assertThat(peer.read(1)).containsExactly('x');
            StreamConnection relayed = relaying.relayed.take();
            relayed.execute(() -> relayed.idleTimeout(SOON)); // and not before both sides have come
            assertThat(peer.readAll()).isEmpty();
            assertThat(readAll(upstream)).isEmpty();
            assertThat(relaying.ends.take()).isEqualTo(EndReason.IDLE_TIMEOUT);
        }
    }

    /** So it is behind the end of one side, too. */
    @ParameterizedTest
    @MethodSource("sampled")
    void aSideThatNeverEndsIsClosedForItsSilence(StreamSetting setting) throws Exception {
        try (RelayedServer relaying = start(setting, config -> config.idleTimeout(SOON));
                Peer peer = relaying.connect();
                SocketChannel upstream = relaying.accept()) {
            assertThat(peer.end().readAll()).isEmpty();
            assertThat(readAll(upstream)).isEmpty();
            assertThat(relaying.ends.take()).isEqualTo(EndReason.IDLE_TIMEOUT);
        }
    }

    @ParameterizedTest
    @MethodSource("sampled")
    void aResetOfUpstreamResetsThePeer(StreamSetting setting) throws Exception {
        try (RelayedServer relaying = start(setting);
                Peer peer = relaying.connect();
                SocketChannel upstream = relaying.accept()) {
            send(upstream, "x");
            assertThat(peer.read(1)).containsExactly('x');
            RelayedServer.reset(upstream);
            assertThatItIsReset(peer, setting);
            assertThat(relaying.ends.take()).isEqualTo(EndReason.RESET);
        }
    }

    /** It does not take what it has received for all. */
    private static void assertThatItIsReset(Peer peer, StreamSetting setting) throws IOException {
        if (setting.transport() == Transport.UNIX) {
            assertThat(peer.readAll()).isEmpty(); // a Unix socket knows no reset
        } else {
            assertThatThrownBy(peer::readAll).isInstanceOf(IOException.class);
        }
    }

    @ParameterizedTest
    @MethodSource("sampled")
    void aTaskThatClosesItOrThrowsResetsBothSides(StreamSetting setting) throws Exception {
        for (EndReason reason : List.of(EndReason.HANDLER, EndReason.ERROR)) {
            try (RelayedServer relaying = start(setting, config -> config.listener(ServerListener.NONE));
                    Peer peer = relaying.connect();
                    SocketChannel upstream = relaying.accept()) {
                send(upstream, "x");
                assertThat(peer.read(1)).containsExactly('x');
                StreamConnection relayed = relaying.relayed.take();
                relayed.execute(() -> {
                    if (reason == EndReason.ERROR) {
                        throw new IllegalArgumentException("on purpose");
                    }
                    relayed.close();
                });
                assertThatItIsReset(peer, setting);
                assertThatThrownBy(() -> readAll(upstream)).isInstanceOf(IOException.class);
                assertThat(relaying.ends.take()).isEqualTo(reason);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("sampled")
    void aResetOfThePeerResetsUpstream(StreamSetting setting) throws Exception {
        if (setting.transport() == Transport.UNIX) {
            return; // a Unix socket knows no reset
        }
        try (RelayedServer relaying = start(setting);
                Peer peer = relaying.connect();
                SocketChannel upstream = relaying.accept()) {
            peer.send("x");
            assertThat(read(upstream, 1)).isEqualTo("x");
            TestClient transport = peer instanceof TlsClient tls ? tls.transport() : (TestClient) peer;
            transport.reset();
            assertThatThrownBy(() -> readAll(upstream)).isInstanceOf(IOException.class);
            assertThat(relaying.ends.take()).isEqualTo(EndReason.RESET);
        }
    }

    @ParameterizedTest
    @MethodSource("sampled")
    void anotherThreadMayCloseIt(StreamSetting setting) throws Exception {
        try (RelayedServer relaying = start(setting);
                Peer peer = relaying.connect();
                SocketChannel upstream = relaying.accept()) {
            send(upstream, "x");
            assertThat(peer.read(1)).containsExactly('x');
            relaying.relayed.take().close();
            assertThatItIsReset(peer, setting);
            assertThatThrownBy(() -> readAll(upstream)).isInstanceOf(IOException.class);
            assertThat(relaying.ends.take()).isEqualTo(EndReason.SERVER);
            relaying.listener.await("closed", 1);
        }
    }

    @ParameterizedTest
    @MethodSource("sampled")
    void aDrainLetsItGoOnUntilItEnds(StreamSetting setting) throws Exception {
        try (RelayedServer relaying = start(setting);
                Peer peer = relaying.connect();
                SocketChannel upstream = relaying.accept()) {
            send(upstream, "x");
            assertThat(peer.read(1)).containsExactly('x');
            var stop = new FutureTask<>(() -> relaying.server().shutdown(Duration.ofSeconds(50)));
            new Thread(stop).start();
            relaying.listener.await("DRAINING", 1);
            peer.send("y");
            assertThat(read(upstream, 1)).isEqualTo("y");
            upstream.shutdownOutput();
            assertThat(peer.end().readAll()).isEmpty();
            assertThat(stop.get().forced()).isEmpty();
            assertThat(relaying.ends.take()).isEqualTo(EndReason.PEER);
        }
    }

    @ParameterizedTest
    @MethodSource("sampled")
    void theEndOfTheGracePeriodClosesBothSides(StreamSetting setting) throws Exception {
        try (RelayedServer relaying = start(setting);
                Peer peer = relaying.connect();
                SocketChannel upstream = relaying.accept()) {
            send(upstream, "x");
            assertThat(peer.read(1)).containsExactly('x');
            DrainReport report = relaying.server().shutdown(SOON);
            assertThat(report.forced()).hasSize(1);
            assertThatItIsReset(peer, setting);
            assertThatThrownBy(() -> readAll(upstream)).isInstanceOf(IOException.class);
            assertThat(relaying.ends.take()).isEqualTo(EndReason.DRAIN);
        }
    }
}
