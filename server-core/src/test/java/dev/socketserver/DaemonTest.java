package dev.socketserver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.peer.ChildJvm;
import dev.socketserver.peer.Loopback;
import dev.socketserver.peer.TestClient;
import java.io.BufferedReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whether a server keeps its JVM running does not depend on the thread that starts it. */
@Timeout(60)
class DaemonTest {
    /** Starts a server from a daemon; nothing else keeps the JVM. A request tells whether its own thread would. */
    static final class StartedByDaemon {
        public static void main(String... args) throws Exception {
            var started = new CountDownLatch(1);
            ServerConfig config = Loopback.config()
                    .executor(RequestExecutors.threadPerRequest())
                    .build();
            var server = new TcpServer(config, StreamRequestHandler.of((in, out) -> {
                if ("stop".equals(in.readLine(UTF_8, 100))) {
                    out.write(Thread.currentThread().isDaemon() + "\n", UTF_8);
                    out.flush();
                    in.read(); // in mid-request, with no thread of the server's own left but this one's
                    out.write("answered\n", UTF_8);
                }
            }));
            var starter = new Thread(() -> {
                try {
                    server.start();
                    System.out.println(server.port());
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                } finally {
                    started.countDown();
                }
            });
            starter.setDaemon(true);
            starter.start();
            started.await();
        }
    }

    @Test
    void aServerStartedFromADaemonKeepsItsJvmAndServesRequestsToTheirEnd() throws Exception {
        Process process = ChildJvm.builder(StartedByDaemon.class)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (BufferedReader told = process.inputReader(UTF_8)) {
            var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(told.readLine()));
            try (TestClient client = TestClient.to(address)) {
                assertThat(client.send("stop\n").readLine()).isEqualTo("false");
                process.destroy(); // as SIGTERM: the JVM ends, and only then
                process.waitFor();
            }
        } finally {
            process.destroyForcibly();
            process.waitFor();
        }
    }

    @Test
    void theThreadsThatServeAreNoDaemonsAlsoIfADaemonStartsThem() throws Exception {
        var acceptor = new CountDownLatch(1);
        var daemons = new boolean[2];
        ServerConfig config =
                Loopback.config().executor(RequestExecutors.threadPerRequest()).build();
        try (var server =
                new TcpServer(config, StreamRequestHandler.of((in, out) -> {
                    daemons[1] = Thread.currentThread().isDaemon();
                    out.write("served\n", UTF_8);
                })) {
                    @Override
                    protected boolean verifyRequest(StreamConnection request) {
                        daemons[0] = Thread.currentThread().isDaemon();
                        acceptor.countDown();
                        return true;
                    }
                }) {
            var starter = new Thread(() -> {
                try {
                    server.start();
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
            starter.setDaemon(true);
            starter.start();
            starter.join();
            try (TestClient client = TestClient.to(server.address())) {
                assertThat(client.readAll()).isEqualTo("served\n");
            }
            acceptor.await();
            assertThat(daemons).containsExactly(false, false);
        }
    }
}
