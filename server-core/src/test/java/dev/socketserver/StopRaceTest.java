package dev.socketserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.socketserver.peer.Loopback;
import dev.socketserver.peer.RecordingListener;
import dev.socketserver.peer.TestClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A stop that comes while the server starts, while a hook runs, or after a hook that did not end in time. */
@Timeout(60)
class StopRaceTest {
    private static final Duration GRACE = Duration.ofSeconds(20);

    private final RecordingListener listener = new RecordingListener();

    @Test
    void aServerThatIsToldToStopWhileItStartsReturnsFromServeForever() throws Exception {
        var stopping = stoppedBeforeItIsReady();
        stopping.serveForever();
        assertThat(stopping.state()).isEqualTo(ServerState.STOPPED);
    }

    @Test
    void aServerThatIsToldToStopWhileItStartsIsNotStarted() {
        var stopping = stoppedBeforeItIsReady();
        assertThatThrownBy(stopping::start)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("was stopped while it was starting");
        assertThat(stopping.state()).isEqualTo(ServerState.STOPPED);
    }

    @ParameterizedTest
    @EnumSource
    void aStopThatOvertakesServeForeverWins(Transport transport, @TempDir Path directory) throws Exception {
        for (int i = 0; i < 20; i++) {
            try (BaseServer<?> server = transport.server(
                    transport.config(directory).listener(listener).build(), new HookLog(), line -> line)) {
                var serving = new FutureTask<Void>(() -> {
                    server.serveForever();
                    return null;
                });
                var caller = new Thread(serving);
                caller.start();
                server.shutdown(GRACE);
                serving.get();
                caller.join();
                assertThat(server.state()).isNotEqualTo(ServerState.READY);
            }
        }
        assertThat(listener.count("READY")).isLessThanOrEqualTo(listener.count("STOPPED"));
    }

    @Test
    void aStopBeforeServeForeverIsForgottenWhenTheServerIsStarted() throws Exception {
        try (var server =
                new TcpServer(Loopback.config().build(), StreamRequestHandler.of((in, out) -> in.transferTo(out)))) {
            server.shutdown(GRACE);
            server.start();
            try (TestClient client = TestClient.to(server.address())) {
                assertThat(client.send("hello").halfClose().readAll()).isEqualTo("hello");
            }
        }
    }

    /** A server that is shut down between being bound and accepting. */
    private static TcpServer stoppedBeforeItIsReady() {
        var impatient = new ServerListener() {
            @Override
            public void stateChanged(Server server, ServerState state) {
                if (state == ServerState.STARTING) {
                    server.shutdown(GRACE);
                }
            }
        };
        return new TcpServer(
                Loopback.config().listener(impatient).build(),
                StreamRequestHandler.of((in, out) -> in.transferTo(out)));
    }

    /** Nobody leads any more who would find it. */
    @Test
    void aConnectionThatItsThreadLeavesToOthersWhileItIsForcedEndsToo() throws Exception {
        var inSetup = new CountDownLatch(1);
        var config = Loopback.config()
                .engine(Engine.SELECTING)
                .framing(Framing.lines(100)) // so that setup() runs before the first byte
                .listener(listener);
        try (var server = new TcpServer(config.build(), () -> new StreamRequestHandler() {
            @Override
            protected void setup() {
                inSetup.countDown();
                while (connection().isOpen()) {
                    LockSupport.parkNanos(1_000_000);
                    Thread.interrupted();
                }
                LockSupport.parkNanos(50_000_000); // until everything was forced
            }

            @Override
            protected void handle() {}
        })) {
            server.start();
            try (TestClient client = TestClient.to(server.address())) {
                inSetup.await();
                server.shutdown(Duration.ZERO);
                assertThat(server.snapshot().open()).isZero();
                client.awaitEnd();
            }
        }
        assertThat(listener.count("closed")).isEqualTo(1);
    }

    @Test
    void anInterruptThatAHookMeetsStopsTheServer() throws Exception {
        var inHook = new CountDownLatch(1);
        var server =
                new TcpServer(Loopback.config().listener(listener).build(), StreamRequestHandler.of((in, out) -> {})) {
                    @Override
                    protected boolean verifyRequest(StreamConnection connection) throws Exception {
                        inHook.countDown();
                        new CountDownLatch(1).await();
                        return true;
                    }
                };
        try (server) {
            server.bind();
            var serving = new FutureTask<>(() -> {
                server.serveForever();
                return Thread.interrupted();
            });
            var caller = new Thread(serving);
            caller.start();
            try (TestClient client = TestClient.to(server.address())) {
                inHook.await();
                caller.interrupt();
                client.awaitEnd();
            }
            assertThat(serving.get()).as("the interrupt is passed on").isTrue();
            assertThat(server.state()).isEqualTo(ServerState.STOPPED);
        }
    }

    @Test
    void anAcceptorThatAHookHeldUpDoesNotAcceptForTheServersNextRun() throws Exception {
        var inHook = new CompletableFuture<Thread>();
        var release = new CountDownLatch(1);
        var server =
                new TcpServer(
                        Loopback.config().listener(listener).build(),
                        StreamRequestHandler.of((in, out) -> in.transferTo(out))) {
                    @Override
                    protected boolean verifyRequest(StreamConnection connection) {
                        if (inHook.complete(Thread.currentThread())) {
                            awaitUninterruptibly(release);
                        }
                        return true;
                    }
                };
        try (server) {
            server.start();
            try (TestClient client = TestClient.to(server.address())) {
                Thread first = inHook.get();
                assertThat(server.shutdown(Duration.ZERO).forced()).hasSize(1);
                client.awaitEnd();
                server.start();
                release.countDown();
                first.join();
            }
            try (TestClient client = TestClient.to(server.address())) {
                assertThat(client.send("served").halfClose().readAll()).isEqualTo("served");
            }
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        boolean interrupted = false;
        while (latch.getCount() > 0) {
            try {
                latch.await();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
