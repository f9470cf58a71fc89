package dev.socketserver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.peer.Loopback;
import dev.socketserver.peer.Polling;
import dev.socketserver.peer.RecordingListener;
import dev.socketserver.peer.TestClient;
import dev.socketserver.pool.ElasticThreadPool;
import dev.socketserver.pool.OverloadPolicy;
import dev.socketserver.pool.PoolConfig;
import java.lang.ref.WeakReference;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The bugs of the Python ThreadPoolingMixIn, looked for in servers on the elastic pool. */
@Timeout(60)
class ThreadPoolingMixInServerTest {
    private static final PoolConfig AS_IN_PYTHON = PoolConfig.defaults();

    private final RecordingListener listener = new RecordingListener();
    private final List<TestClient> clients = new ArrayList<>();
    private final Semaphore begun = new Semaphore(0);
    private final Semaphore mayEnd = new Semaphore(0);
    private final AtomicInteger running = new AtomicInteger();
    private final AtomicInteger mostRunning = new AtomicInteger();

    @AfterEach
    void closeClients() throws Exception {
        for (TestClient client : clients) {
            client.close();
        }
    }

    /** Answers a line that is not "long" at once; one that is, when the test says so. */
    private Supplier<StreamRequestHandler> handlers() {
        return StreamRequestHandler.of((in, out) -> {
            String line = in.readLine(UTF_8, 100);
            serve("long".equals(line));
            out.write(line + "\n", UTF_8);
        });
    }

    private void serve(boolean isLong) throws InterruptedException {
        mostRunning.accumulateAndGet(running.incrementAndGet(), Math::max);
        try {
            if (isLong) {
                begun.release();
                mayEnd.acquire();
            }
        } finally {
            running.decrementAndGet();
        }
    }

    private void awaitBegun(int count) throws InterruptedException {
        assertThat(begun.tryAcquire(count, Polling.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .isTrue();
    }

    private TestClient client(TcpServer server, String line) throws Exception {
        TestClient client = TestClient.to(server.address());
        clients.add(client);
        return client.send(line + "\n");
    }

    private void longClients(TcpServer server, int count) throws Exception {
        for (int i = 0; i < count; i++) {
            client(server, "long");
        }
    }

    private TcpServer tcpServer(PoolConfig pool) {
        return new TcpServer(Loopback.config().pool(pool).listener(listener).build(), handlers());
    }

    /** A server whose connections go to the pool at once, as in Python, and do not wait for their first byte. */
    private TcpServer queueingServer(PoolConfig pool) {
        ServerConfig.Builder config =
                Loopback.config().pool(pool).listener(listener).awaitFirstByte(false);
        return new TcpServer(config.build(), handlers());
    }

    /** Bug 1. */
    @Test
    void noMoreRequestsRunAtATimeThanTheMaximumOfWorkers() throws Exception {
        try (TcpServer server =
                tcpServer(PoolConfig.builder().minWorkers(2).maxWorkers(4).build())) {
            server.start();
            longClients(server, 40);
            awaitBegun(4);
            mayEnd.release(40);
            awaitBegun(36);
            for (TestClient client : clients) {
                assertThat(client.readAll()).isEqualTo("long\n");
            }
            assertThat(server.pool().orElseThrow().snapshot().peakSize()).isEqualTo(4);
        }
        assertThat(mostRunning).hasValue(4);
    }

    /** Bug 2. */
    @Test
    void connectionsBelowTheThresholdAreServedBehindFiveLongOnes() throws Exception {
        try (TcpServer server = tcpServer(AS_IN_PYTHON)) {
            server.start();
            longClients(server, 5);
            awaitBegun(5);
            for (int i = 0; i < 3; i++) {
                assertThat(client(server, "short").readAll()).isEqualTo("short\n");
            }
            mayEnd.release(5);
        }
    }

    /** Bug 2. */
    @Test
    void fiftyLongConnectionsAreAllServedAtTheSameTime() throws Exception {
        try (TcpServer server = tcpServer(AS_IN_PYTHON)) {
            server.start();
            longClients(server, 50);
            awaitBegun(50);
            mayEnd.release(50);
        }
        assertThat(mostRunning).hasValue(50);
    }

    /** Bug 2. */
    @Test
    void datagramsBelowTheThresholdAreServedBehindFiveLongOnes() throws Exception {
        var config = Loopback.config().pool(AS_IN_PYTHON).build();
        try (var server = new UdpServer(config, DatagramRequestHandler.of((in, out) -> {
                    byte[] request = in.readAllBytes();
                    serve(new String(request, UTF_8).equals("long"));
                    out.write(request);
                }));
                var socket = new DatagramSocket(Loopback.anyPort())) {
            server.start();
            socket.setSoTimeout((int) Polling.PATIENCE.toMillis());
            for (int i = 0; i < 5; i++) {
                send(socket, server, "long");
            }
            awaitBegun(5);
            for (String word : List.of("one", "two", "six")) {
                send(socket, server, word);
                assertThat(receive(socket)).isEqualTo(word);
            }
            mayEnd.release(5);
            for (int i = 0; i < 5; i++) {
                assertThat(receive(socket)).isEqualTo("long");
            }
        }
    }

    private static void send(DatagramSocket socket, UdpServer server, String text) throws Exception {
        byte[] bytes = text.getBytes(UTF_8);
        socket.send(new DatagramPacket(bytes, bytes.length, (InetSocketAddress) server.address()));
    }

    private static String receive(DatagramSocket socket) throws Exception {
        var packet = new DatagramPacket(new byte[100], 100);
        socket.receive(packet);
        return new String(packet.getData(), 0, packet.getLength(), UTF_8);
    }

    /** Bug 8. */
    @Test
    void acceptedConnectionsDoNotPileUp() throws Exception {
        PoolConfig small = PoolConfig.builder()
                .minWorkers(1)
                .maxWorkers(1)
                .queueCapacity(1)
                .build();
        try (TcpServer server = queueingServer(small)) {
            server.start();
            longClients(server, 20);
            awaitBegun(1);
            listener.await("opened", 3);
            ElasticThreadPool pool = server.pool().orElseThrow();
            assertThat(Polling.await(() -> pool.snapshot().blockedSubmitters() == 1))
                    .as("the acceptor waits")
                    .isTrue();
            assertThat(listener.count("opened"))
                    .as("one runs, one is queued, one is in the acceptor's hands; the system holds the rest")
                    .isEqualTo(3);
            mayEnd.release(20);
            for (TestClient client : clients) {
                assertThat(client.readAll()).isEqualTo("long\n");
            }
        }
    }

    /** Bug 8. */
    @Test
    void aConnectionMayBeRefusedInsteadOfQueued() throws Exception {
        PoolConfig small = PoolConfig.builder()
                .minWorkers(1)
                .maxWorkers(1)
                .queueCapacity(1)
                .overloadPolicy(OverloadPolicy.REJECT)
                .build();
        try (TcpServer server = queueingServer(small)) {
            server.start();
            longClients(server, 1);
            awaitBegun(1);
            longClients(server, 1);
            listener.await("opened", 2);
            client(server, "long").awaitEnd();
            listener.await("rejected", 1);
            mayEnd.release(2);
            assertThat(clients.get(1).readAll()).isEqualTo("long\n");
        }
    }

    /** Bug 9. */
    @Test
    void hooksThatThrowCostNoWorkerAndDoNotHangJoin() throws Exception {
        try (var pool = new ElasticThreadPool(
                        PoolConfig.builder().minWorkers(1).maxWorkers(2).build());
                var server = new FailingServer(
                        Loopback.config().executor(pool).listener(listener).build(), handlers())) {
            server.start();
            for (int i = 0; i < 10; i++) {
                client(server, "fails").awaitEnd();
            }
            listener.await("closed", 10);
            assertThat(pool.join(Polling.PATIENCE)).isTrue();
            assertThat(pool.snapshot().busy()).isZero();
            assertThat(client(server, "fine").readAll()).isEqualTo("fine\n");
        }
    }

    /** Throws an error wherever it can, for every connection but the eleventh. */
    private static final class FailingServer extends TcpServer {
        private final AtomicInteger requests = new AtomicInteger();

        FailingServer(ServerConfig config, Supplier<StreamRequestHandler> handlers) {
            super(config, handlers);
        }

        @Override
        protected void finishRequest(StreamConnection request) throws Exception {
            if (requests.incrementAndGet() <= 10) {
                throw new Error("expected by the test");
            }
            super.finishRequest(request);
        }

        @Override
        protected void handleError(StreamConnection request, Throwable failure) {
            throw new Error("expected by the test", failure);
        }

        @Override
        protected void shutdownRequest(StreamConnection request) {
            throw new Error("expected by the test");
        }
    }

    /** Bug 11. */
    @Test
    void joinReturnsWhenItsTimeIsUpAndTheServerGoesOn() throws Exception {
        try (var pool = new ElasticThreadPool(AS_IN_PYTHON);
                var server = new TcpServer(Loopback.config().executor(pool).build(), handlers())) {
            server.start();
            longClients(server, 1);
            awaitBegun(1);
            assertThat(pool.join(Duration.ofMillis(1))).isFalse();
            assertThat(server.join(Duration.ofMillis(1))).isFalse();
            assertThat(client(server, "short").readAll()).isEqualTo("short\n");
            mayEnd.release(1);
            assertThat(pool.join(Polling.PATIENCE)).isTrue();
            assertThat(server.join(Polling.PATIENCE)).isTrue();
        }
    }

    /** Bug 11. A server's own pool is never quite quiet: a worker waits for the connections that are idle. */
    @Test
    void aServerOnItsOwnPoolIsJoinedByItsRequests() throws Exception {
        try (TcpServer server = tcpServer(AS_IN_PYTHON)) {
            server.start();
            longClients(server, 1);
            awaitBegun(1);
            assertThat(server.join(Duration.ofMillis(1))).isFalse();
            mayEnd.release(1);
            assertThat(server.join(Polling.PATIENCE)).isTrue();
        }
    }

    /** Bug 12. */
    @Test
    void closingWaitsForTheRequestInFlightAndEndsTheWorkers() throws Exception {
        TcpServer server = tcpServer(AS_IN_PYTHON);
        server.start();
        ElasticThreadPool pool = server.pool().orElseThrow();
        longClients(server, 1);
        awaitBegun(1);
        var closing = new Thread(server::close, "closing");
        closing.start();
        listener.await("DRAINING", 1);
        assertThat(closing.isAlive()).isTrue();
        mayEnd.release(1);
        closing.join();
        assertThat(clients.get(0).readAll()).isEqualTo("long\n");
        assertThat(pool.snapshot().size()).isZero();
        assertThat(listener.events()).last().asString().endsWith("forced=[], complete=true]");
    }

    /** Bug 12. */
    @Test
    void aWorkerDoesNotHoldOnToAServerThatIsGone() throws Exception {
        try (var shared = new ElasticThreadPool(AS_IN_PYTHON)) {
            WeakReference<TcpServer> server = serveOneOn(shared);
            assertThat(Polling.await(() -> {
                        System.gc();
                        return server.refersTo(null);
                    }))
                    .isTrue();
            assertThat(Polling.await(() -> shared.snapshot().idle() > 0))
                    .as("the workers are still there")
                    .isTrue();
        }
    }

    private WeakReference<TcpServer> serveOneOn(ElasticThreadPool shared) throws Exception {
        var config = Loopback.config().executor(shared).build();
        try (var server = new TcpServer(config, handlers())) {
            server.start();
            assertThat(client(server, "short").readAll()).isEqualTo("short\n");
            return new WeakReference<>(server);
        }
    }

    /** Bug 14. */
    @Test
    void aServerThatStartsAgainLeavesNoPoolBehind() throws Exception {
        try (TcpServer server = tcpServer(AS_IN_PYTHON)) {
            server.start();
            ElasticThreadPool first = server.pool().orElseThrow();
            assertThat(client(server, "short").readAll()).isEqualTo("short\n");
            server.shutdown(Duration.ZERO);
            assertThat(first.snapshot().size()).isZero();
            server.start();
            assertThat(server.pool().orElseThrow()).isNotSameAs(first);
            assertThat(client(server, "short").readAll()).isEqualTo("short\n");
        }
    }
}
