package dev.socketserver;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.peer.Loopback;
import dev.socketserver.peer.RecordingListener;
import dev.socketserver.pool.OverloadPolicy;
import dev.socketserver.pool.PoolConfig;
import dev.socketserver.pool.StuckAction;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the server does when its pool has no worker for a request, or a worker does not come back. */
@Timeout(60)
class ServerOverloadTest {
    private static final String BUSY = "busy, come back\n";

    private final RecordingListener listener = new RecordingListener();
    private final Semaphore running = new Semaphore(0);
    private final CountDownLatch release = new CountDownLatch(1);

    @AfterEach
    void releaseHandlers() {
        release.countDown();
    }

    /** Blocks, then says that it is done. */
    private final class WaitingHandler extends StreamRequestHandler {
        @Override
        protected void handle() throws Exception {
            running.release();
            release.await();
            out().write("done\n", US_ASCII);
        }
    }

    private TcpServer server(Engine engine, PoolConfig.Builder pool) {
        ServerConfig config = Loopback.config()
                .engine(engine)
                .pool(pool.build())
                .listener(listener)
                .build();
        return new TcpServer(config, WaitingHandler::new) {
            @Override
            protected void handleOverload(StreamConnection connection) throws IOException {
                connection.out().write(BUSY, US_ASCII);
            }
        };
    }

    private static PoolConfig.Builder oneWorker(OverloadPolicy policy, int queueCapacity) {
        return PoolConfig.builder()
                .minWorkers(1)
                .maxWorkers(1)
                .minSpareWorkers(0)
                .queueCapacity(queueCapacity)
                .overloadPolicy(policy);
    }

    private static Socket connect(TcpServer server) throws IOException {
        var address = (InetSocketAddress) server.address();
        return new Socket(address.getAddress(), address.getPort());
    }

    private static String allFrom(Socket client) throws IOException {
        return new String(client.getInputStream().readAllBytes(), US_ASCII);
    }

    @ParameterizedTest
    @EnumSource(Engine.class)
    void aRejectedConnectionGetsTheBusyReplyAndIsClosed(Engine engine) throws Exception {
        try (TcpServer server = server(engine, oneWorker(OverloadPolicy.REJECT, 1))) {
            server.start();
            try (Socket served = connect(server)) {
                running.acquire();
                try (Socket queued = connect(server);
                        Socket rejected = connect(server)) {
                    assertThat(allFrom(rejected)).isEqualTo(BUSY);
                    assertThat(listener.count("rejected")).isEqualTo(1);
                    release.countDown();
                    assertThat(allFrom(served)).isEqualTo("done\n");
                    assertThat(allFrom(queued)).isEqualTo("done\n");
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Engine.class)
    void theOldestConnectionInTheQueueIsShedForTheNewest(Engine engine) throws Exception {
        try (TcpServer server = server(engine, oneWorker(OverloadPolicy.SHED_OLDEST, 1))) {
            server.start();
            try (Socket served = connect(server)) {
                running.acquire();
                try (Socket oldest = connect(server);
                        Socket newest = connect(server)) {
                    assertThat(allFrom(oldest)).isEqualTo(BUSY);
                    release.countDown();
                    assertThat(allFrom(served)).isEqualTo("done\n");
                    assertThat(allFrom(newest)).isEqualTo("done\n");
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Engine.class)
    void aBlockedAcceptorLetsTheSystemHoldTheRestAndServesThemAll(Engine engine) throws Exception {
        try (TcpServer server = server(engine, oneWorker(OverloadPolicy.BLOCK, 1))) {
            server.start();
            try (Socket first = connect(server);
                    Socket second = connect(server);
                    Socket third = connect(server);
                    Socket fourth = connect(server)) {
                running.acquire();
                release.countDown();
                for (Socket client : new Socket[] {first, second, third, fourth}) {
                    assertThat(allFrom(client)).isEqualTo("done\n");
                }
            }
        }
        assertThat(listener.count("rejected")).isZero();
    }

    @ParameterizedTest
    @EnumSource(Engine.class)
    void theConnectionOfAStuckHandlerIsClosedAndItsWorkerComesBack(Engine engine) throws Exception {
        var pool = PoolConfig.builder().stuckAfter(Duration.ofMillis(200)).stuckAction(StuckAction.ABORT);
        try (TcpServer server = server(engine, pool)) {
            server.start();
            try (Socket stuck = connect(server)) {
                assertThat(allFrom(stuck)).isEmpty();
                listener.await("error", 1);
                assertThat(listener.failures()).singleElement().isInstanceOf(InterruptedException.class);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Engine.class)
    void aHandlerThatIsStuckInTheLeadIsAbortedToo(Engine engine) throws Exception {
        ServerConfig config = Loopback.config()
                .engine(engine)
                .awaitFirstByte(true)
                .pool(PoolConfig.builder()
                        .stuckAfter(Duration.ofMillis(200))
                        .stuckAction(StuckAction.ABORT)
                        .build())
                .listener(listener)
                .build();
        try (var server = new TcpServer(config, WaitingHandler::new)) {
            server.start();
            try (Socket stuck = connect(server)) {
                stuck.getOutputStream().write(1);
                listener.await("error", 1);
                assertThat(listener.failures()).singleElement().isInstanceOf(InterruptedException.class);
            }
        }
    }
}
