package dev.socketserver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.socketserver.peer.LineEcho;
import dev.socketserver.peer.Peer;
import dev.socketserver.peer.Polling;
import dev.socketserver.peer.TestClient;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A server shows the connections that it has. */
@Timeout(60)
class ConnectionsTest {
    @TempDir
    Path directory;

    static List<StreamSetting> settings() {
        return StreamSetting.wide();
    }

    /** Tells its peer of its number, and how many lines it has answered. */
    private static final class Counter extends LineEcho {
        private int answered; // of the turn

        @Override
        protected void setup() throws IOException {
            out().write(connection().id() + "\n", UTF_8);
        }

        @Override
        protected void handle() throws Exception {
            super.handle();
            answered++;
        }

        /** Thread-safe. */
        void report() {
            connection().execute(() -> {
                try {
                    out().write(answered + " answered\n", UTF_8);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }

    @ParameterizedTest
    @MethodSource("settings")
    void aConnectionIsFoundByItsNumberUntilItIsClosed(StreamSetting setting) throws Exception {
        try (StreamSetting.Running running = setting.start(directory, config -> config, Counter::new)) {
            Connections connections = running.server().connections();
            assertThat(connections.size()).isZero();
            Set<Long> ids = new HashSet<>();
            List<Peer> peers = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                Peer peer = running.connect().send("ask\n");
                peers.add(peer);
                long id = Long.parseLong(peer.readLine());
                assertThat(peer.readLine()).isEqualTo("ask");
                ids.add(id);
                assertThat(connections.find(id)).hasValueSatisfying(connection -> {
                    assertThat(connection.id()).isEqualTo(id);
                    assertThat(connection)
                            .hasToString("StreamConnection[#" + id + " " + connection.remoteAddress() + "]");
                });
            }
            assertThat(connections.size()).isEqualTo(3);
            Set<Long> met = new HashSet<>();
            connections.forEach(connection -> met.add(connection.id()));
            assertThat(met).isEqualTo(ids).hasSize(3);
            for (Peer peer : peers) {
                peer.close();
            }
            assertThat(running.server().join(Polling.PATIENCE)).isTrue();
            assertThat(connections.size()).isZero();
            assertThat(ids).allSatisfy(id -> assertThat(connections.find(id)).isEmpty());
        }
    }

    @ParameterizedTest
    @MethodSource("settings")
    void aMessageReachesThosePeersWhoseConnectionPassesTheFilter(StreamSetting setting) throws Exception {
        ByteBuf message = Unpooled.copiedBuffer("message\n", UTF_8);
        try (StreamSetting.Running running = setting.start(directory, config -> config, Counter::new);
                Peer first = running.connect().send("ask\n");
                Peer second = running.connect().send("ask\n")) {
            long id = Long.parseLong(first.readLine());
            second.readLine();
            assertThat(first.readLine()).isEqualTo("ask");
            assertThat(second.readLine()).isEqualTo("ask");
            Connections connections = running.server().connections();
            assertThat(connections.send(message)).isEqualTo(2);
            assertThat(connections.send(message, connection -> connection.id() == id))
                    .isEqualTo(1);
            assertThat(first.readLine()).isEqualTo("message");
            assertThat(first.readLine()).isEqualTo("message");
            assertThat(second.readLine()).isEqualTo("message");
            first.send("then\n");
            second.send("then\n");
            assertThat(first.readLine()).isEqualTo("then");
            assertThat(second.readLine()).isEqualTo("then");
        }
        assertThat(message.refCnt()).isEqualTo(1);
        message.release();
    }

    @ParameterizedTest
    @MethodSource("settings")
    void handlersCanBeCalledByOtherThreads(StreamSetting setting) throws Exception {
        try (StreamSetting.Running running = setting.start(directory, config -> config, Counter::new);
                Peer peer = running.connect().send("ask\n")) {
            peer.readLine();
            assertThat(peer.readLine()).isEqualTo("ask");
            Connections connections = running.server().connections();
            assertThat(connections.handlers(LineEcho.class)).hasSize(1);
            assertThat(connections.handlers(String.class)).isEmpty();
            connections.handlers(Counter.class).forEach(Counter::report);
            assertThat(peer.readLine()).isEqualTo("1 answered");
        }
    }

    static List<StreamSetting> selecting() {
        return StreamSetting.selecting();
    }

    @ParameterizedTest
    @MethodSource("selecting")
    void aHandlerIsShownOnceItIsSetUp(StreamSetting setting) throws Exception {
        try (StreamSetting.Running running =
                        setting.start(directory, config -> config.awaitFirstByte(true), Counter::new);
                Peer peer = running.connect()) {
            Connections connections = running.server().connections();
            assertThat(Polling.await(() -> connections.size() == 1)).isTrue();
            assertThat(connections.handlers(Counter.class)).isEmpty();
            peer.send("ask\n").readLine();
            assertThat(connections.handlers(Counter.class)).hasSize(1);
        }
    }

    @Test
    void theViewIsOfTheRunThatIs() throws Exception {
        try (var server = new TcpServer(0, Counter::new)) {
            Connections connections = server.connections();
            assertThat(connections.size()).isZero();
            assertThat(connections.find(1)).isEmpty();
            assertThat(connections.handlers(Counter.class)).isEmpty();
            for (int run = 0; run < 2; run++) {
                server.start();
                try (Peer peer = TestClient.to(server.address()).send("ask\n")) {
                    long id = Long.parseLong(peer.readLine());
                    assertThat(peer.readLine()).isEqualTo("ask");
                    assertThat(connections.find(id)).isPresent();
                    server.shutdown(Duration.ofSeconds(20));
                    assertThat(connections.find(id)).isEmpty();
                }
            }
        }
    }

    @Test
    void aConnectionThatNoServerMadeJoinsNoGroup() {
        var foreign = (StreamConnection) Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {StreamConnection.class},
                (proxy, method, arguments) -> method.getName().equals("hashCode")
                        ? 1
                        : method.getName().equals("equals") ? false : "foreign");
        var group = new ConnectionGroup();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> group.join(foreign))
                .withMessageContaining("foreign");
        assertThat(group.leave(foreign)).isFalse();
    }
}
