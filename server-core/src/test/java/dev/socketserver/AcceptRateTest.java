package dev.socketserver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.socketserver.limit.AtLimit;
import dev.socketserver.limit.LimitExceededException;
import dev.socketserver.limit.RateLimit;
import dev.socketserver.peer.LineEcho;
import dev.socketserver.peer.Peer;
import dev.socketserver.peer.RecordingListener;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** How often a server takes a connection, whoever comes. */
@Timeout(60)
class AcceptRateTest {
    private static final int BURST = 3;

    /** So slow that nobody is taken behind a burst. */
    private static final RateLimit SLOW = new RateLimit(1, Duration.ofHours(1), BURST);

    private final RecordingListener listener = new RecordingListener();

    @TempDir
    Path directory;

    static List<StreamSetting> settings() {
        return StreamSetting.engines().stream()
                .filter(setting -> setting.transport() != Transport.TLS)
                .toList();
    }

    @ParameterizedTest
    @MethodSource("settings")
    void thoseWhoComeTooSoonAreToldSoIfTheyAreToBeRefused(StreamSetting setting) throws Exception {
        try (var running = setting.start(
                directory,
                config -> config.acceptRate(SLOW).atLimit(AtLimit.REFUSE).listener(listener),
                config -> new Refusing(setting).of(config))) {
            List<Peer> taken = new ArrayList<>();
            for (int i = 0; i < BURST; i++) {
                Peer peer = running.connect().send("me\n");
                taken.add(peer);
                assertThat(peer.readLine()).isEqualTo("me");
            }
            for (int i = 1; i <= 2; i++) {
                try (Peer refused = running.connect()) {
                    assertThat(refused.readAll()).isEqualTo("busy\n");
                }
                listener.await("rejected", i);
            }
            assertThat(listener.failures())
                    .hasSize(2)
                    .allSatisfy(why -> assertThat(why)
                            .isInstanceOf(LimitExceededException.class)
                            .hasMessageContaining("permits=1"));
            assertThat(running.server().snapshot().rejectionsByReason()).containsEntry(Rejection.RATE, 2L);
            for (Peer peer : taken) {
                assertThat(peer.send("again\n").readLine()).isEqualTo("again");
                peer.close();
            }
        }
    }

    /** Servers that say that they are busy. */
    private record Refusing(StreamSetting setting) {
        StreamServer of(ServerConfig config) {
            return setting.transport() == Transport.UNIX
                    ? new UnixServer(config, LineEcho::new) {
                        @Override
                        protected void handleOverload(StreamConnection connection) throws Exception {
                            connection.out().write("busy\n", UTF_8);
                        }
                    }
                    : new TcpServer(config, LineEcho::new) {
                        @Override
                        protected void handleOverload(StreamConnection connection) throws Exception {
                            connection.out().write("busy\n", UTF_8);
                        }
                    };
        }
    }

    @ParameterizedTest
    @MethodSource("settings")
    void thoseWhoComeTooSoonWaitAndAreServedAtTheRateOrWhenTheServerStops(StreamSetting setting) throws Exception {
        try (var running =
                setting.start(directory, config -> config.acceptRate(SLOW).listener(listener), LineEcho::new)) {
            List<Peer> peers = new ArrayList<>();
            for (int i = 0; i < BURST + 2; i++) {
                peers.add(running.connect().send("me\n"));
            }
            for (Peer peer : peers.subList(0, BURST)) {
                assertThat(peer.readLine()).isEqualTo("me");
                peer.close();
            }
            listener.await("closed", BURST);
            assertThat(running.server().snapshot().accepted()).isEqualTo(BURST);
            running.server().shutdown(Duration.ofSeconds(30));
            for (Peer peer : peers.subList(BURST, peers.size())) {
                assertThat(peer.readLine()).isEqualTo("me");
                peer.close();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("settings")
    void allAreServedInTheEndIfTheRateAllowsIt(StreamSetting setting) throws Exception {
        RateLimit quick = new RateLimit(1, Duration.ofMillis(20), 1);
        try (var running =
                setting.start(directory, config -> config.acceptRate(quick).listener(listener), LineEcho::new)) {
            for (int i = 0; i < 10; i++) {
                try (Peer peer = running.connect()) {
                    assertThat(peer.send("me\n").readLine()).isEqualTo("me");
                }
            }
        }
    }

    @Test
    void datagramsHaveNoAccept() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new UdpServer(
                        ServerConfig.builder().acceptRate(SLOW).build(), () -> new DatagramRequestHandler() {
                            @Override
                            protected void handle() {}
                        }))
                .withMessageContaining("acceptRate");
    }
}
