package dev.socketserver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.peer.Loopback;
import dev.socketserver.peer.TestClient;
import dev.socketserver.peer.TestDatagramClient;
import dev.socketserver.pool.ElasticThreadPool;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A handler that waits for a processor is not blocked: on a busy machine a server starts no more threads than at rest.
 */
@Timeout(120)
class BusyMachineTest {
    private static final int REQUESTS = 3_000;

    /** The pool's minimum, and one for what a loaded JVM may make of a class that it loads meanwhile. */
    private static final int WORKERS = 6;

    private final List<Thread> busy = new ArrayList<>();
    private volatile boolean done;

    @BeforeEach
    void occupyTheProcessors() {
        for (int i = 0; i < 3 * Runtime.getRuntime().availableProcessors(); i++) {
            Thread thread = new Thread(() -> {
                while (!done) {
                    Thread.onSpinWait();
                }
            });
            busy.add(thread);
            thread.start();
        }
    }

    @AfterEach
    void leaveTheProcessors() throws InterruptedException {
        done = true;
        for (Thread thread : busy) {
            thread.join();
        }
    }

    private static void checkWorkers(BaseServer<?> server) {
        ElasticThreadPool pool = server.pool().orElseThrow();
        assertThat(pool.snapshot().peakSize()).isLessThanOrEqualTo(WORKERS);
    }

    @Test
    void quickDatagramHandlersStartNoMoreThreads() throws Exception {
        try (var server =
                new UdpServer(Loopback.config().engine(Engine.SELECTING).build(), () -> new DatagramRequestHandler() {
                    @Override
                    protected void handle() throws Exception {
                        datagram().reply(datagram().content());
                    }
                })) {
            server.start();
            try (TestDatagramClient client = TestDatagramClient.to(server.address())) {
                for (int i = 0; i < REQUESTS; i++) {
                    assertThat(client.send("ping").receiveText()).isEqualTo("ping");
                }
            }
            checkWorkers(server);
        }
    }

    @Test
    void quickHandlersOfConnectionsStartNoMoreThreads() throws Exception {
        try (var server =
                new TcpServer(Loopback.config().engine(Engine.SELECTING).build(), () -> new StreamRequestHandler() {
                    @Override
                    protected void handle() throws Exception {
                        out().write(in().read());
                        keepOpen();
                    }
                })) {
            server.start();
            try (TestClient client = TestClient.to(server.address())) {
                for (int i = 0; i < REQUESTS; i++) {
                    assertThat(client.send("x").read(1)).hasSize(1);
                }
            }
            checkWorkers(server);
        }
    }
}
