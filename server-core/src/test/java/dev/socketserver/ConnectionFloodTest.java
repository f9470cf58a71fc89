package dev.socketserver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.peer.ChoosesEngine;
import dev.socketserver.peer.Loopback;
import dev.socketserver.peer.Polling;
import dev.socketserver.peer.TestClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Peers that connect faster than their connections can be served. */
@ChoosesEngine
@Timeout(60)
@EnabledOnOs(OS.LINUX)
class ConnectionFloodTest {
    private static final int PEERS = 4000;

    /** The connections that a leader is given before the others wait, and as many again. */
    private static final int MOST_OPEN = 2048;

    /** What one request takes: longer than accepting a connection, and too short for the pool to be of use. */
    private static final long WORK_NANOS = 100_000;

    private final AtomicInteger mostOpen = new AtomicInteger();
    private final AtomicInteger handled = new AtomicInteger();

    private final class Counting extends StreamRequestHandler {
        @Override
        protected void handle() throws IOException {
            mostOpen.accumulateAndGet(server().snapshot().open(), Math::max);
            long begin = System.nanoTime();
            while (System.nanoTime() - begin < WORK_NANOS) {
                Thread.onSpinWait();
            }
            handled.incrementAndGet();
            out().write(in().readLine(UTF_8, 100) + "\n", UTF_8);
        }
    }

    @Test
    void peersThatConnectAndLeaveWaitInTheSystemsQueueAndNotInTheServer() throws Exception {
        Path longest = Path.of("/proc/sys/net/core/somaxconn");
        int queue = Integer.parseInt(Files.readAllLines(longest).get(0)); // it can be read in one go only
        Assumptions.assumeTrue(queue >= PEERS, "the system's queue is too short");
        ServerConfig config = ServerConfig.builder()
                .address(Loopback.anyPort())
                .backlog(PEERS + 1)
                .engine(Engine.SELECTING)
                .selectors(1)
                .awaitFirstByte(true)
                .build();
        try (TcpServer server = new TcpServer(config, Counting::new)) {
            server.start();
            server.pause();
            for (int i = 0; i < PEERS; i++) {
                TestClient.to(server.address()).send("hello\n").reset();
            }
            server.resume();
            assertThat(Polling.await(() -> server.snapshot().accepted() == PEERS
                            && server.snapshot().open() == 0))
                    .as("%s", server.snapshot())
                    .isTrue();
            assertThat(handled.get()).isPositive();
            assertThat(mostOpen.get()).isLessThanOrEqualTo(MOST_OPEN);
            assertThat(server.join(Duration.ofSeconds(10))).isTrue();
        }
    }
}
