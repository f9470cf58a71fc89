package dev.socketserver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.peer.LineEcho;
import dev.socketserver.peer.Loopback;
import dev.socketserver.peer.Peer;
import dev.socketserver.peer.TestClient;
import dev.socketserver.peer.TestDatagramClient;
import dev.socketserver.peer.TlsClient;
import dev.socketserver.pool.ElasticThreadPool;
import dev.socketserver.pool.PoolConfig;
import java.io.Closeable;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers of every kind share the workers of one pool, and their idle connections hold none of them. */
@Timeout(60)
@ParameterizedClass
@ValueSource(ints = {1, 2, 20})
class SharedPoolTest {
    private static final int CONNECTIONS = 10;
    private static final String HOLD = "hold\n";

    @TempDir
    Path directory;

    private final ElasticThreadPool pool;
    private final int maxWorkers;
    private final CountDownLatch held = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);
    private final List<Closeable> clients = new ArrayList<>();
    private final List<Peer> peers = new ArrayList<>();
    private StreamServer plain;
    private StreamServer encrypted;
    private StreamServer local;
    private UdpServer datagrams;
    private ServerGroup group;

    SharedPoolTest(int maxWorkers) {
        this.maxWorkers = maxWorkers;
        pool = new ElasticThreadPool(
                PoolConfig.builder().minWorkers(1).maxWorkers(maxWorkers).build());
    }

    @BeforeEach
    void start() throws IOException {
        plain = new TcpServer(config().build(), LineEcho::new);
        encrypted = new TcpServer(config().tls(TlsSetup.tls()).build(), LineEcho::new);
        local = new UnixServer(
                config().address(UnixDomainSocketAddress.of(directory.resolve("socket")))
                        .build(),
                LineEcho::new);
        datagrams = new UdpServer(config().build(), DatagramRequestHandler.of((in, out) -> {
            byte[] bytes = in.readAllBytes();
            if (new String(bytes, UTF_8).equals(HOLD)) {
                held.countDown();
                goOn.await();
            }
            out.write(bytes);
        }));
        group = new ServerGroup(plain, encrypted, local, datagrams);
        group.start();
    }

    private ServerConfig.Builder config() {
        return Loopback.config().engine(Engine.AUTO).executor(pool);
    }

    @AfterEach
    void stop() throws IOException {
        goOn.countDown();
        for (Closeable client : clients) {
            client.close();
        }
        group.close();
        pool.close();
    }

    private void connect() throws IOException {
        for (int i = 0; i < CONNECTIONS; i++) {
            for (StreamServer server : List.of(plain, encrypted, local)) {
                Peer peer = server.config().tls() == null
                        ? TestClient.to(server.address())
                        : TlsClient.to(server.address(), TlsSetup.trusting());
                clients.add(peer);
                peers.add(peer);
                ask(peer);
            }
        }
    }

    private static void ask(Peer peer) throws IOException {
        assertThat(peer.send("me\n").readLine()).isEqualTo("me");
    }

    private TestDatagramClient datagramClient() throws IOException {
        var client = TestDatagramClient.to(datagrams.address());
        clients.add(client);
        return client;
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void moreConnectionsThanWorkersAreServedInTurn(boolean afterSlowDatagram) throws Exception {
        TestDatagramClient datagram = datagramClient();
        if (afterSlowDatagram) {
            TestDatagramClient slow = datagramClient();
            slow.send(HOLD);
            held.await();
            if (maxWorkers > 1) { // a worker receives in place of the acceptor
                assertThat(datagram.send("me").receiveText()).isEqualTo("me");
            }
            goOn.countDown();
            assertThat(slow.receiveText()).isEqualTo(HOLD);
        }
        connect();
        for (Peer peer : peers) {
            ask(peer);
            assertThat(datagram.send("me").receiveText()).isEqualTo("me");
        }
        assertThat(pool.snapshot().size()).isLessThanOrEqualTo(maxWorkers);
    }

    @Test
    void oneServerThatStopsLeavesThePoolToTheOthers() throws Exception {
        connect();
        encrypted.close();
        local.close();
        for (int i = 0; i < peers.size(); i += 3) {
            ask(peers.get(i)); // one of the plain server's
        }
        var ran = new FutureTask<>(() -> true);
        group.close();
        pool.execute(ran); // which stays the caller's
        assertThat(ran.get()).isTrue();
    }
}
