package dev.socketserver.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.StreamRequestHandler;
import dev.socketserver.TcpServer;
import dev.socketserver.peer.Loopback;
import dev.socketserver.peer.RecordingListener;
import dev.socketserver.peer.TestClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A server on a pool that cannot start threads for a while. */
@Timeout(60)
class ServerOnAFailingPoolTest {
    private final RecordingListener listener = new RecordingListener();

    /** The real machine, but with no thread to be had while told so. */
    private static final class ExhaustedMachine extends RealMachine {
        volatile boolean exhausted = true;

        @Override
        public Thread newWorker(String name, Runnable body) {
            if (exhausted) {
                throw new OutOfMemoryError("unable to create native thread, says the test");
            }
            return super.newWorker(name, body);
        }
    }

    @Test
    void aRequestWithoutAWorkerIsClosedAndTheNextWithOneServed() throws Exception {
        var machine = new ExhaustedMachine();
        PoolConfig config = PoolConfig.builder().minWorkers(0).build();
        try (var pool = new ElasticThreadPool(config, machine);
                var server = new TcpServer(
                        Loopback.config().listener(listener).executor(pool).build(),
                        StreamRequestHandler.of((in, out) -> in.transferTo(out)))) {
            server.start();
            try (TestClient refused = TestClient.to(server.address())) {
                assertThat(refused.readAll()).isEmpty();
            }
            assertThat(listener.count("rejected")).isEqualTo(1);
            machine.exhausted = false;
            try (TestClient client = TestClient.to(server.address())) {
                assertThat(client.send("served").halfClose().readAll()).isEqualTo("served");
            }
        }
        assertThat(listener.count("opened")).isEqualTo(2);
        assertThat(listener.count("closed")).isEqualTo(2);
    }
}
