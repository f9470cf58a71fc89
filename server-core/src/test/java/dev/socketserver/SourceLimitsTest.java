package dev.socketserver;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.socketserver.limit.AccessList;
import dev.socketserver.limit.LimitExceededException;
import dev.socketserver.limit.RateLimit;
import dev.socketserver.limit.SourceLimits;
import dev.socketserver.net.Cidr;
import dev.socketserver.net.ProxyProtocol;
import dev.socketserver.peer.LineEcho;
import dev.socketserver.peer.Loopback;
import dev.socketserver.peer.Polling;
import dev.socketserver.peer.RecordingListener;
import dev.socketserver.peer.TestClient;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What each source may have; the sources are addresses of this machine, of which Linux has 127.0.0.0/8. */
@Timeout(60)
@EnabledOnOs(OS.LINUX)
class SourceLimitsTest {
    private static final String GOOD = "127.0.0.1";
    private static final String BAD = "127.0.0.2";
    private static final RateLimit THREE_AN_HOUR =
            new RateLimit(1, Duration.ofHours(1), 1).withBurst(3); // as many at once, and no more in a test

    private final RecordingListener listener = new RecordingListener();

    private static SourceLimits connections(int most) {
        return SourceLimits.builder().maxConnections(most).build();
    }

    private static boolean isServed(String source, Server server) {
        try (TestClient client = TestClient.from(source, server.address())) {
            return client.send("x\n").readLine().equals("x");
        } catch (IOException refused) {
            return false;
        }
    }

    private long rejected(Server server, Rejection reason) {
        return server.snapshot().rejectionsByReason().getOrDefault(reason, 0L);
    }

    @ParameterizedTest
    @EnumSource(Engine.class)
    void anAddressHasNoMoreConnectionsThanItMayHaveWhileOthersAreServed(Engine engine) throws Exception {
        ServerConfig config = Loopback.config()
                .engine(engine)
                .listener(listener)
                .sourceLimits(connections(2))
                .build();
        try (var server = new TcpServer(config, LineEcho::new)) {
            server.start();
            try (TestClient first = TestClient.from(BAD, server.address());
                    TestClient second = TestClient.from(BAD, server.address());
                    TestClient good = TestClient.from(GOOD, server.address())) {
                assertThat(first.send("a\n").readLine()).isEqualTo("a");
                assertThat(second.send("b\n").readLine()).isEqualTo("b");
                for (int i = 1; i <= 20; i++) {
                    assertThat(isServed(BAD, server)).isFalse();
                    assertThat(good.send("x\n").readLine()).isEqualTo("x");
                    listener.await("rejected", i);
                }
                assertThat(first.send("c\n").readLine()).isEqualTo("c");
            }
            assertThat(rejected(server, Rejection.SOURCE_CONNECTIONS)).isEqualTo(20);
            assertThat(listener.failures())
                    .allSatisfy(why -> assertThat(why)
                            .isInstanceOf(LimitExceededException.class)
                            .hasMessage("127.0.0.2/32 has reached its connection limit"));
            assertThat(Polling.await(() -> isServed(BAD, server))).isTrue();
            assertThat(Polling.await(() -> server.snapshot().open() == 0)).isTrue();
        }
    }

    @Test
    void anAddressComesNoMoreOftenThanItMay() throws Exception {
        ServerConfig config = Loopback.config()
                .listener(listener)
                .sourceLimits(SourceLimits.builder().rate(THREE_AN_HOUR).build())
                .build();
        try (var server = new TcpServer(config, LineEcho::new)) {
            server.start();
            for (int i = 0; i < 3; i++) {
                assertThat(isServed(BAD, server)).isTrue();
            }
            assertThat(isServed(BAD, server)).isFalse();
            assertThat(isServed(GOOD, server)).isTrue();
            assertThat(rejected(server, Rejection.SOURCE_RATE)).isEqualTo(1);
        }
    }

    @Test
    void whenTheTableIsFullAnUnknownAddressIsRefused() throws Exception {
        ServerConfig config = Loopback.config()
                .sourceLimits(SourceLimits.builder().capacity(1).build())
                .build();
        try (var server = new TcpServer(config, LineEcho::new)) {
            server.start();
            try (TestClient only = TestClient.from(GOOD, server.address())) {
                assertThat(only.send("a\n").readLine()).isEqualTo("a");
                assertThat(isServed(BAD, server)).isFalse();
                assertThat(rejected(server, Rejection.SOURCE_TABLE_FULL)).isEqualTo(1);
            }
            assertThat(Polling.await(() -> isServed(BAD, server))).isTrue();
        }
    }

    /** Counts those of each source that are served at the same time. */
    private static final class Crowds {
        private final Map<String, AtomicInteger> now = new ConcurrentHashMap<>();
        private final Map<String, Integer> peaks = new ConcurrentHashMap<>();

        StreamRequestHandler handler() {
            return new StreamRequestHandler() {
                private String source = "";

                @Override
                protected void handle() throws IOException {
                    if (source.isEmpty()) {
                        source = ((InetSocketAddress) connection().remoteAddress())
                                .getAddress()
                                .getHostAddress();
                        int count = now.computeIfAbsent(source, s -> new AtomicInteger())
                                .incrementAndGet();
                        peaks.merge(source, count, Math::max);
                    }
                    String line = in().readLine(UTF_8, 100);
                    if (line != null) {
                        out().write(line + "\n", UTF_8);
                        keepOpen();
                    }
                }

                @Override
                protected void finish() {
                    AtomicInteger counted = now.get(source);
                    if (counted != null) {
                        counted.decrementAndGet();
                    }
                }
            };
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Engine.class,
            names = {"SELECTING", "BLOCKING"})
    void aFloodOfManyAddressesStaysWithinEachOnesLimitAndAGoodClientIsServed(Engine engine) throws Exception {
        var crowds = new Crowds();
        ServerConfig config =
                Loopback.config().engine(engine).sourceLimits(connections(2)).build();
        try (var server = new TcpServer(config, crowds::handler)) {
            server.start();
            List<FutureTask<Integer>> attackers = new ArrayList<>();
            for (int i = 0; i < 24; i++) {
                String source = "127.0.1." + i / 3; // three threads of each address, each with two connections
                var attacker = new FutureTask<>(() -> {
                    int served = 0;
                    for (int round = 0; round < 40; round++) {
                        try (TestClient one = TestClient.from(source, server.address());
                                TestClient other = TestClient.from(source, server.address())) {
                            served += one.send("x\n").readLine().length();
                            served += other.send("y\n").readLine().length();
                        } catch (IOException refused) {
                            // As most are.
                        }
                    }
                    return served;
                });
                attackers.add(attacker);
                new Thread(attacker).start();
            }
            try (TestClient good = TestClient.from(GOOD, server.address())) {
                for (int i = 0; i < 1000; i++) {
                    assertThat(good.send("good\n").readLine()).isEqualTo("good");
                }
            }
            int served = 0;
            for (FutureTask<Integer> attacker : attackers) {
                served += attacker.get();
            }
            assertThat(served).isPositive();
            assertThat(crowds.peaks.values()).allMatch(peak -> peak <= 2);
            assertThat(Polling.await(() -> server.snapshot().open() == 0)).isTrue();
            for (int i = 0; i < 8; i++) {
                String source = "127.0.1." + i;
                assertThat(Polling.await(() -> areTwoServed(source, server))).isTrue();
            }
        }
    }

    private static boolean areTwoServed(String source, Server server) {
        try (TestClient one = TestClient.from(source, server.address());
                TestClient other = TestClient.from(source, server.address())) {
            return one.send("x\n").readLine().equals("x")
                    && other.send("y\n").readLine().equals("y");
        } catch (IOException refused) {
            return false;
        }
    }

    @Test
    void behindAProxyTheSourceIsThePeerThereAndTheProxyItselfIsNotLimited() throws Exception {
        ServerConfig config = Loopback.config()
                .proxyProtocol(ProxyProtocol.trusting("127.0.0.0/8", "::1"))
                .sourceLimits(connections(1))
                .accessList(new AccessList(List.of(), List.of(Cidr.parse("192.0.2.66"), Cidr.parse("127.0.0.0/8"))))
                .build();
        try (var server = new TcpServer(config, LineEcho::new)) {
            server.start();
            try (TestClient held = TestClient.to(server.address());
                    TestClient more = TestClient.to(server.address());
                    TestClient other = TestClient.to(server.address());
                    TestClient denied = TestClient.to(server.address());
                    TestClient check = TestClient.to(server.address());
                    TestClient secondCheck = TestClient.to(server.address())) {
                assertThat(held.send(header("192.0.2.1") + "a\n").readLine()).isEqualTo("a");
                more.send(header("192.0.2.1") + "b\n").awaitEnd();
                assertThat(other.send(header("192.0.2.2") + "c\n").readLine()).isEqualTo("c");
                denied.send(header("192.0.2.66") + "d\n").awaitEnd();
                assertThat(check.send("PROXY UNKNOWN\r\ne\n").readLine()).isEqualTo("e");
                assertThat(secondCheck.send("PROXY UNKNOWN\r\nf\n").readLine()).isEqualTo("f");
            }
            assertThat(rejected(server, Rejection.SOURCE_CONNECTIONS)).isEqualTo(1);
            assertThat(rejected(server, Rejection.DENIED)).isEqualTo(1);
        }
    }

    private static String header(String peer) {
        return "PROXY TCP4 " + peer + " 198.51.100.1 56324 443\r\n";
    }

    @Test
    void anAccessListCanBeReplacedWhileTheServerRuns() throws Exception {
        var access = new AccessList(List.of(), List.of());
        ServerConfig config =
                Loopback.config().listener(listener).accessList(access).build();
        try (var server = new TcpServer(config, LineEcho::new)) {
            server.start();
            try (TestClient before = TestClient.from(BAD, server.address())) {
                assertThat(before.send("a\n").readLine()).isEqualTo("a");
                access.replace(List.of(), List.of(Cidr.parse(BAD)));
                assertThat(isServed(BAD, server)).isFalse();
                assertThat(isServed(GOOD, server)).isTrue();
                assertThat(before.send("b\n").readLine()).isEqualTo("b");
                access.replace(List.of(Cidr.parse(BAD)), List.of());
                assertThat(isServed(BAD, server)).isTrue();
                assertThat(isServed(GOOD, server)).isFalse();
            }
            assertThat(rejected(server, Rejection.DENIED)).isEqualTo(2);
            assertThat(listener.failures())
                    .extracting(Throwable::getMessage)
                    .containsExactly("127.0.0.2 is denied", "127.0.0.1 is denied");
        }
    }

    @ParameterizedTest
    @EnumSource(Engine.class)
    void anAddressSendsNoMoreDatagramsThanItMay(Engine engine) throws Exception {
        ServerConfig config = Loopback.config()
                .engine(engine)
                .listener(listener)
                .sourceLimits(SourceLimits.builder().rate(THREE_AN_HOUR).build())
                .build();
        try (var server = new UdpServer(config, DatagramRequestHandler.of((in, out) -> in.transferTo(out)))) {
            server.start();
            try (DatagramChannel bad = datagrams(BAD);
                    DatagramChannel good = datagrams(GOOD)) {
                for (int i = 0; i < 20; i++) {
                    bad.send(ByteBuffer.wrap(new byte[] {(byte) i}), server.address());
                }
                listener.await("rejected", 17);
                good.send(ByteBuffer.wrap("good".getBytes(US_ASCII)), server.address());
                assertThat(receive(good)).isEqualTo("good".getBytes(US_ASCII));
                List<byte[]> answers = List.of(receive(bad), receive(bad), receive(bad));
                assertThat(answers).containsExactlyInAnyOrder(new byte[] {0}, new byte[] {1}, new byte[] {2});
                bad.configureBlocking(false);
                assertThat(bad.receive(ByteBuffer.allocate(10))).isNull();
            }
            assertThat(rejected(server, Rejection.SOURCE_RATE)).isEqualTo(17);
        }
    }

    private static DatagramChannel datagrams(String source) throws IOException {
        return DatagramChannel.open().bind(new InetSocketAddress(source, 0));
    }

    private static byte[] receive(DatagramChannel channel) throws IOException {
        ByteBuffer target = ByteBuffer.allocate(10);
        channel.receive(target);
        byte[] bytes = new byte[target.flip().remaining()];
        target.get(bytes);
        return bytes;
    }

    @Test
    void aUnixServersPeersHaveNoAddresses() {
        ServerConfig.Builder config = ServerConfig.builder().address(UnixDomainSocketAddress.of("x"));
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> new UnixServer(config.sourceLimits(connections(1)).build(), LineEcho::new))
                .withMessageStartingWith("sourceLimits is for peers that have IP addresses");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new UnixServer(
                        config.sourceLimits(null)
                                .accessList(new AccessList(List.of(), List.of()))
                                .build(),
                        LineEcho::new))
                .withMessageStartingWith("accessList is for peers that have IP addresses");
    }
}
