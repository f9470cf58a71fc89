package dev.socketserver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.socketserver.peer.Loopback;
import dev.socketserver.peer.Polling;
import dev.socketserver.peer.RecordingListener;
import dev.socketserver.peer.TestDatagramClient;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.MembershipKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a UDP server sends unasked, and what reaches it by another address than its own: broadcast and multicast. */
@Timeout(60)
class DatagramSendTest {
    private final RecordingListener listener = new RecordingListener();
    private final ServerConfig.Builder config = Loopback.config().listener(listener);

    private static UdpServer echo(ServerConfig.Builder config) {
        return new UdpServer(config.build(), DatagramRequestHandler.of((in, out) -> in.transferTo(out)));
    }

    private static ByteBuf text(String text) {
        return Unpooled.copiedBuffer(text, UTF_8);
    }

    @ParameterizedTest
    @EnumSource(Engine.class)
    void threadsSendToPeersWhileTheServerAnswersOthers(Engine engine) throws Exception {
        int threads = 4;
        int each = 25;
        try (var server = echo(config.engine(engine))) {
            server.start();
            try (var client = TestDatagramClient.to(server.address());
                    var asking = TestDatagramClient.to(server.address())) {
                ByteBuf message = text("news"); // the same one for all
                List<FutureTask<Void>> senders = new ArrayList<>();
                for (int i = 0; i < threads; i++) {
                    var sender = new FutureTask<Void>(() -> {
                        for (int n = 0; n < each; n++) {
                            server.send(message, client.address());
                        }
                        return null;
                    });
                    senders.add(sender);
                    new Thread(sender).start();
                }
                for (int n = 0; n < threads * each; n++) {
                    assertThat(client.receiveText()).isEqualTo("news");
                    assertThat(asking.send("and me?").receiveText()).isEqualTo("and me?");
                }
                for (FutureTask<Void> sender : senders) {
                    sender.get();
                }
                assertThat(message.toString(UTF_8))
                        .as("its indices are the caller's")
                        .isEqualTo("news");
                assertThat(message.refCnt()).isEqualTo(1);
            }
        }
    }

    @Test
    void aServerSendsFromWhenItIsBoundUntilItHasStopped() throws Exception {
        var server = echo(config);
        assertThatIllegalStateException().isThrownBy(() -> server.send(text("x"), Loopback.anyPort()));
        server.bind();
        try (var client = TestDatagramClient.to(server.address())) {
            server.send(text("bound"), client.address());
            assertThat(client.receiveText()).isEqualTo("bound");
            server.close();
            assertThatThrownBy(() -> server.send(text("late"), client.address()))
                    .isInstanceOf(ClosedChannelException.class);
        }
    }

    @Test
    void aDrainingServerSendsUntilItsLastRequestHasEnded() throws Exception {
        var handling = new CountDownLatch(1);
        var finish = new CountDownLatch(1);
        var server = new UdpServer(config.build(), DatagramRequestHandler.of((in, out) -> {
            handling.countDown();
            finish.await();
        }));
        server.start();
        try (var client = TestDatagramClient.to(server.address())) {
            client.send("?");
            handling.await();
            var shutdown = new FutureTask<>(() -> server.shutdown(Duration.ofSeconds(50)));
            new Thread(shutdown).start();
            listener.await("DRAINING", 1);
            server.send(text("still here"), client.address());
            assertThat(client.receiveText()).isEqualTo("still here");
            finish.countDown();
            assertThat(shutdown.get().finished()).isEqualTo(1);
        }
    }

    @Test
    void whatCannotBeSentIsRefused() throws Exception {
        try (var server = echo(config)) {
            server.bind();
            assertThatIOException()
                    .isThrownBy(() -> server.send(Unpooled.wrappedBuffer(new byte[65_508]), Loopback.anyPort()))
                    .withMessageContaining("longer than the 65507");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> server.send(text("x"), InetSocketAddress.createUnresolved("no.such.host", 7)));
        }
    }

    @Test
    void anInterruptedThreadSendsAndClosesNothing() throws Exception {
        try (var server = echo(config)) {
            server.start();
            try (var client = TestDatagramClient.to(server.address())) {
                Thread.currentThread().interrupt();
                server.send(text("interrupted"), client.address());
                assertThat(Thread.interrupted()).isTrue();
                assertThat(client.receiveText()).isEqualTo("interrupted");
                assertThat(client.send("open?").receiveText()).isEqualTo("open?");
            }
        }
    }

    private static DatagramChannel receiver() throws IOException {
        return DatagramChannel.open(StandardProtocolFamily.INET).bind(new InetSocketAddress("0.0.0.0", 0));
    }

    private static String receive(DatagramChannel socket) throws IOException {
        ByteBuffer target = ByteBuffer.allocate(100);
        socket.receive(target);
        return UTF_8.decode(target.flip()).toString();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void toABroadcastAddressTheOptionIsNeeded() throws Exception {
        try (DatagramChannel peer = receiver()) {
            var all = new InetSocketAddress("127.255.255.255", ((InetSocketAddress) peer.getLocalAddress()).getPort());
            try (var server = echo(config)) {
                server.bind();
                assertThatIOException().isThrownBy(() -> server.send(text("all"), all));
            }
            try (var server = echo(config.socketOption(StandardSocketOptions.SO_BROADCAST, true))) {
                server.bind();
                server.send(text("all"), all);
                assertThat(receive(peer)).isEqualTo("all");
            }
        }
    }

    @Test
    void aServerSendsToAGroupByTheInterfaceThatIsConfigured() throws Exception {
        NetworkInterface loopback = NetworkInterface.getByInetAddress(InetAddress.getLoopbackAddress());
        var group = InetAddress.getByName("239.255.7.7");
        try (DatagramChannel member = receiver();
                var server = echo(config.socketOption(StandardSocketOptions.IP_MULTICAST_IF, loopback)
                        .socketOption(StandardSocketOptions.IP_MULTICAST_TTL, 3))) {
            member.join(group, loopback);
            server.bind();
            assertThat(server.channel().getOption(StandardSocketOptions.IP_MULTICAST_TTL))
                    .isEqualTo(3);
            server.send(
                    text("to the group"),
                    new InetSocketAddress(group, ((InetSocketAddress) member.getLocalAddress()).getPort()));
            assertThat(receive(member)).isEqualTo("to the group");
        }
    }

    @ParameterizedTest
    @EnumSource(Engine.class)
    void aServerAnswersAGroupsSendersUntilItLeaves(Engine engine) throws Exception {
        NetworkInterface loopback = NetworkInterface.getByInetAddress(InetAddress.getLoopbackAddress());
        var group = InetAddress.getByName("239.255.7.7");
        try (var server = echo(ServerConfig.builder().port(0).engine(engine).listener(listener));
                DatagramChannel asking = receiver()) {
            assertThatIllegalStateException().isThrownBy(() -> server.join(group, loopback));
            server.start();
            asking.setOption(StandardSocketOptions.IP_MULTICAST_IF, loopback);
            var toAll = new InetSocketAddress(group, server.port());
            var toOne = new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port());

            asking.send(ByteBuffer.wrap("nobody hears".getBytes(UTF_8)), toAll);
            asking.send(ByteBuffer.wrap("here?".getBytes(UTF_8)), toOne);
            assertThat(receive(asking)).isEqualTo("here?"); // so the system has delivered what was sent before
            MembershipKey member = server.join(group, loopback);
            assertThat(server.join(group, loopback)).isSameAs(member);
            asking.send(ByteBuffer.wrap("who?".getBytes(UTF_8)), toAll);
            assertThat(receive(asking)).isEqualTo("who?");
            member.drop();
            asking.send(ByteBuffer.wrap("gone".getBytes(UTF_8)), toAll);
            asking.send(ByteBuffer.wrap("you?".getBytes(UTF_8)), toOne);
            assertThat(receive(asking)).isEqualTo("you?");
            assertThatIllegalArgumentException().isThrownBy(() -> server.join(toOne.getAddress(), loopback));

            MembershipKey last = server.join(group, loopback);
            server.shutdown(Duration.ofSeconds(50));
            assertThat(last.isValid()).isFalse();
            assertThatThrownBy(() -> server.join(group, loopback)).isInstanceOf(ClosedChannelException.class);
        }
        assertThat(listener.count("opened")).isEqualTo(3);
    }

    @Test
    void aMemberThatSendsToItsGroupDoesNotAnswerItself() throws Exception {
        NetworkInterface loopback = NetworkInterface.getByInetAddress(InetAddress.getLoopbackAddress());
        var group = InetAddress.getByName("239.255.7.7");
        try (var server = echo(ServerConfig.builder()
                .port(0)
                .listener(listener)
                .socketOption(StandardSocketOptions.IP_MULTICAST_IF, loopback))) {
            server.start();
            server.join(group, loopback);
            server.send(text("to all"), new InetSocketAddress(group, server.port()));
            listener.await("rejected", 1);
            assertThat(server.snapshot().rejectionsByReason()).containsExactly(Map.entry(Rejection.SENDER, 1L));
            assertThat(server.snapshot().requests()).isZero();
        }
    }

    @Test
    void anOptionThatTheSocketDoesNotHaveIsNamed() {
        try (var server = echo(config.socketOption(StandardSocketOptions.TCP_NODELAY, true))) {
            assertThatIOException()
                    .isThrownBy(server::bind)
                    .withMessageStartingWith("socketOption TCP_NODELAY cannot be set to true: ");
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new TcpServer(config.build(), StreamRequestHandler.of((in, out) -> {})))
                .withMessageStartingWith("socketOption is for UDP only: ");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void whatTheSystemDropsIsCounted() throws Exception {
        for (ServerConfig.Builder one : List.of(config, ServerConfig.builder().port(0))) {
            var server = echo(one.receiveBufferSize(2000));
            assertThat(server.systemDrops()).isEmpty();
            server.bind(); // and does not receive
            try (var client = TestDatagramClient.to(server.address())) {
                assertThat(server.systemDrops()).hasValue(0);
                for (int i = 0; i < 100; i++) {
                    client.send(new byte[1000]);
                }
                assertThat(Polling.await(() -> server.systemDrops().orElseThrow() > 50))
                        .isTrue();
                assertThat(server.systemDrops().orElseThrow()).isLessThan(100);
                var registry = new SimpleMeterRegistry();
                new ServerMeters(server).bindTo(registry);
                assertThat(registry.get("socket.server.system.drops")
                                .functionCounter()
                                .count())
                        .isGreaterThan(50);
            }
            long dropped = server.systemDrops().orElseThrow();
            server.close();
            assertThat(server.systemDrops()).as("when it has ended").hasValue(dropped);
        }
    }
}
