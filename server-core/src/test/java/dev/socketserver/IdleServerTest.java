package dev.socketserver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.peer.Loopback;
import dev.socketserver.peer.Polling;
import dev.socketserver.peer.TestClient;
import dev.socketserver.pool.ElasticThreadPool;
import dev.socketserver.pool.PoolConfig;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The threads of a server that has nothing to do do not wake by themselves, and yet are there when needed. */
@Timeout(60)
class IdleServerTest {
    private static final String WATCHDOG = "idler-watchdog";
    private static final String HOUSEKEEPER = "idler-housekeeper";

    private final ServerConfig config = Loopback.config()
            .name("idler")
            .engine(Engine.SELECTING)
            .selectors(1)
            .awaitFirstByte(true)
            .build();
    private final CountDownLatch blocks = new CountDownLatch(1);
    private final CountDownLatch mayReturn = new CountDownLatch(1);

    /** An echo of lines, one of which blocks. */
    private final class LineHandler extends StreamRequestHandler {
        @Override
        protected void handle() throws Exception {
            String line = in().readLine(UTF_8, 100);
            if ("block".equals(line)) {
                blocks.countDown();
                mayReturn.await();
            }
            out().write(line + "\n", UTF_8);
        }
    }

    private static void awaitRest(String... threads) throws Exception {
        assertThat(Polling.await(() -> Thread.getAllStackTraces().keySet().stream()
                        .filter(thread -> List.of(threads).contains(thread.getName()))
                        .allMatch(thread -> thread.getState() == Thread.State.WAITING)))
                .as("no thread wakes by itself")
                .isTrue();
    }

    private static void ask(TcpServer server) throws Exception {
        try (TestClient client = TestClient.to(server.address())) {
            assertThat(client.send("quick\n").readLine()).isEqualTo("quick");
        }
    }

    @Test
    void aHandlerThatBlocksAfterARestDelaysNobody() throws Exception {
        try (var server = new TcpServer(config, LineHandler::new)) {
            server.start();
            awaitRest(WATCHDOG, HOUSEKEEPER);
            ask(server);
            awaitRest(WATCHDOG);
            try (TestClient blocked = TestClient.to(server.address())) {
                blocked.send("block\n");
                blocks.await();
                ask(server);
                mayReturn.countDown();
                assertThat(blocked.readLine()).isEqualTo("block");
            }
            awaitRest(WATCHDOG);
        }
    }

    @Test
    void aTaskThatNeedsTheWorkerOfAnIdleLeaderGetsIt() throws Exception {
        var ran = new CountDownLatch(1);
        PoolConfig oneWorker = PoolConfig.builder().minWorkers(1).maxWorkers(1).build();
        try (var pool = new ElasticThreadPool(oneWorker);
                var server = new TcpServer(config.toBuilder().executor(pool).build(), LineHandler::new)) {
            server.start();
            ask(server);
            awaitRest(WATCHDOG);
            pool.execute(ran::countDown);
            ran.await();
            ask(server);
        }
    }

    @Test
    void aSilentPeerIsEndedAfterARest() throws Exception {
        try (var server = new TcpServer(
                config.toBuilder().idleTimeout(Duration.ofMillis(200)).build(), LineHandler::new)) {
            server.start();
            awaitRest(WATCHDOG, HOUSEKEEPER);
            try (TestClient silent = TestClient.to(server.address())) {
                silent.awaitEnd();
            }
            awaitRest(WATCHDOG, HOUSEKEEPER);
        }
    }
}
