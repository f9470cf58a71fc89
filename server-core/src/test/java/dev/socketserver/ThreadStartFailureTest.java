package dev.socketserver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.peer.Loopback;
import dev.socketserver.peer.RecordingListener;
import dev.socketserver.peer.TestClient;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Executors that cannot take a request. */
@Timeout(60)
class ThreadStartFailureTest {
    private static final int FAILURES = 5;

    private final RecordingListener listener = new RecordingListener();

    private TcpServer echoOn(Executor executor) {
        return new TcpServer(
                Loopback.config().listener(listener).executor(executor).build(),
                StreamRequestHandler.of((in, out) -> in.transferTo(out)));
    }

    private static void checkRefusedThenServed(TcpServer server) throws Exception {
        server.start();
        for (int i = 0; i < FAILURES; i++) {
            try (TestClient refused = TestClient.to(server.address())) {
                assertThat(refused.readAll()).isEmpty();
            }
        }
        try (TestClient client = TestClient.to(server.address())) {
            assertThat(client.send("served").halfClose().readAll()).isEqualTo("served");
        }
    }

    @Test
    void noNativeThreadCostsTheRequestAndAPauseButNotTheServer() throws Exception {
        var failures = new AtomicInteger();
        Executor threads = RequestExecutors.threadPerRequest();
        try (TcpServer server = echoOn(task -> {
            if (failures.incrementAndGet() <= FAILURES) {
                throw new OutOfMemoryError("unable to create native thread, says the test");
            }
            threads.execute(task);
        })) {
            checkRefusedThenServed(server);
        }
        assertThat(listener.count("rejected")).isEqualTo(FAILURES);
        assertThat(listener.count("acceptFailed")).isEqualTo(FAILURES);
        assertThat(listener.count("closed")).isEqualTo(FAILURES + 1);
    }

    @Test
    void anExecutorThatRejectsCostsTheRequestAndNoPause() throws Exception {
        var failures = new AtomicInteger();
        Executor threads = RequestExecutors.threadPerRequest();
        try (TcpServer server = echoOn(task -> {
            if (failures.incrementAndGet() <= FAILURES) {
                throw new RejectedExecutionException("full, says the test");
            }
            threads.execute(task);
        })) {
            checkRefusedThenServed(server);
        }
        assertThat(listener.count("rejected")).isEqualTo(FAILURES);
        assertThat(listener.count("acceptFailed")).isZero();
        assertThat(listener.count("closed")).isEqualTo(FAILURES + 1);
    }

    @Test
    void anExecutorThatThrowsAnythingElseCostsTheRequest() throws Exception {
        var failures = new AtomicInteger();
        Executor threads = RequestExecutors.threadPerRequest();
        try (TcpServer server = echoOn(task -> {
            if (failures.incrementAndGet() <= FAILURES) {
                throw new IllegalStateException("broken, says the test");
            }
            threads.execute(task);
        })) {
            checkRefusedThenServed(server);
        }
        assertThat(listener.count("error")).isEqualTo(FAILURES);
        assertThat(listener.count("closed")).isEqualTo(FAILURES + 1);
    }
}
