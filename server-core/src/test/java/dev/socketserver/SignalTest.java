package dev.socketserver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.peer.ChildJvm;
import dev.socketserver.peer.LineEcho;
import dev.socketserver.peer.Polling;
import dev.socketserver.peer.TestClient;
import dev.socketserver.pool.PoolConfig;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Signals to the process of a server cost no request. What was in the system's hands when a stop began is answered, and
 * so is what came while the process was suspended; whoever comes later is answered or told that the server leaves.
 */
@Timeout(120)
@SuppressWarnings("try")
class SignalTest {
    private static final Duration GRACE = Duration.ofSeconds(50);
    private static final Duration IDLE = Duration.ofSeconds(1);
    private static final int IN_A_LOOP = 20;
    private static final int KEPT = 200;
    private static final String GOODBYE = "goodbye";

    private final List<TestClient> clients = new ArrayList<>();

    static Stream<StreamSetting> settings() {
        return StreamSetting.engines().stream().filter(setting -> setting.transport() != Transport.TLS);
    }

    @AfterEach
    void closeClients() throws IOException {
        for (TestClient client : clients) {
            client.close();
        }
        clients.clear();
    }

    /** Echoes lines, and says when the server leaves; stopped by SIGTERM, when it prints the time. */
    static final class EchoServer {
        private static final class PoliteEcho extends LineEcho {
            @Override
            protected void goodbye() throws IOException {
                out().write(GOODBYE + "\n", UTF_8);
            }
        }

        public static void main(String... args) throws Exception {
            StreamSetting setting = settings()
                    .filter(one -> one.toString().equals(System.getProperty("setting")))
                    .findFirst()
                    .orElseThrow();
            PoolConfig enough = PoolConfig.builder().maxWorkers(KEPT + 10).build();
            StreamSetting.Running running = setting.start(
                    Path.of(System.getProperty("directory")),
                    config -> config.idleTimeout(Duration.ofMillis(Long.getLong("idle")))
                            .pool(enough),
                    PoliteEcho::new);
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                System.out.println(System.nanoTime());
                running.server().shutdown(GRACE);
                running.close();
            }));
            SocketAddress address = running.server().address();
            System.out.println(address instanceof InetSocketAddress inet ? inet.getPort() : 0);
        }
    }

    /** A server in a process of its own. */
    private static final class Child implements AutoCloseable {
        private final Process process;
        private final BufferedReader said;
        private final SocketAddress address;

        Child(StreamSetting setting, Path directory, Duration idle) throws IOException {
            process = ChildJvm.builder(
                            EchoServer.class,
                            "-Dsetting=" + setting,
                            "-Ddirectory=" + directory,
                            "-Didle=" + idle.toMillis())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try {
                said = process.inputReader(UTF_8);
                int port = Integer.parseInt(said.readLine());
                address = setting.transport() == Transport.UNIX
                        ? UnixDomainSocketAddress.of(directory.resolve("socket"))
                        : new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
            } catch (Throwable e) {
                process.destroyForcibly();
                throw e;
            }
        }

        void signal(String name) throws IOException, InterruptedException {
            ChildJvm.signal(process, name);
        }

        /** Returns when the process no longer runs. */
        void suspend() throws Exception {
            signal("STOP");
            Path tasks = Path.of("/proc", Long.toString(process.pid()), "task");
            assertThat(Polling.await(() -> {
                        try (Stream<Path> threads = Files.list(tasks)) {
                            return threads.allMatch(SignalTest::isSuspended);
                        }
                    }))
                    .isTrue();
        }

        @Override
        public void close() throws InterruptedException {
            process.destroyForcibly();
            process.waitFor();
        }
    }

    private static boolean isSuspended(Path thread) {
        try {
            String state = Files.readString(thread.resolve("stat"), UTF_8);
            return state.charAt(state.lastIndexOf(')') + 2) == 'T';
        } catch (IOException e) {
            return false; // it has just ended
        }
    }

    private void connect(SocketAddress address, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            clients.add(TestClient.to(address));
        }
    }

    private void sendToAll() throws IOException {
        for (int i = 0; i < clients.size(); i++) {
            clients.get(i).send(i + "\n");
        }
    }

    private void assertThatAllAreAnswered() throws IOException {
        for (int i = 0; i < clients.size(); i++) {
            assertThat(clients.get(i).readLine()).isEqualTo(Integer.toString(i));
        }
    }

    @ParameterizedTest
    @MethodSource("settings")
    void whatTheSystemHasWhenTheStopBeginsIsAnswered(StreamSetting setting, @TempDir Path directory) throws Exception {
        try (var child = new Child(setting, directory, GRACE)) {
            connect(child.address, IN_A_LOOP);
            sendToAll();
            assertThatAllAreAnswered();
            child.suspend();
            sendToAll();
            child.signal("TERM"); // which waits for the process, as the requests do
            child.signal("CONT");
            assertThatAllAreAnswered();
            for (TestClient client : clients) {
                assertThat(client.readAll()).isEqualTo(GOODBYE + "\n");
            }
        }
    }

    /** What a client saw last: when it had sent what was not answered, and what came in place of an answer. */
    private record Last(long sent, String heard) {}

    /** Asks again and again, until there is no answer. */
    private static Last askOn(TestClient client) throws IOException {
        String answer;
        long sent;
        do {
            try {
                client.send("again\n");
            } catch (IOException e) {
                // The server has closed the connection, after what is read next.
            }
            sent = System.nanoTime();
            answer = client.readLine();
        } while (answer.equals("again"));
        return new Last(sent, answer + client.readAll());
    }

    @ParameterizedTest
    @MethodSource("settings")
    void whoeverAsksAgainAndAgainIsAnsweredOrToldGoodbye(StreamSetting setting, @TempDir Path directory)
            throws Exception {
        try (var child = new Child(setting, directory, GRACE)) {
            connect(child.address, IN_A_LOOP);
            sendToAll();
            assertThatAllAreAnswered();
            List<FutureTask<Last>> all = new ArrayList<>();
            for (TestClient client : clients) {
                var last = new FutureTask<>(() -> askOn(client));
                all.add(last);
                new Thread(last).start();
            }
            child.signal("TERM");
            long stopped = Long.parseLong(child.said.readLine()); // one clock for all processes of a system
            for (FutureTask<Last> last : all) {
                assertThat(last.get().heard).isEqualTo(GOODBYE);
                assertThat(last.get().sent - stopped)
                        .as("nanoseconds after the stop began")
                        .isPositive();
            }
        }
    }

    /** Connects and asks, until all have been idle for less than half of what they may be when the process sleeps. */
    private void suspendInGoodTime(Child child) throws Exception {
        long begun;
        do {
            child.signal("CONT");
            closeClients();
            connect(child.address, KEPT);
            begun = System.nanoTime();
            sendToAll();
            assertThatAllAreAnswered();
            child.suspend();
        } while (System.nanoTime() - begun > IDLE.toNanos() / 2);
    }

    @ParameterizedTest
    @MethodSource("settings")
    void whatComesWhileTheProcessIsSuspendedForLongerThanOneMayBeIdleIsAnswered(
            StreamSetting setting, @TempDir Path directory) throws Exception {
        try (var child = new Child(setting, directory, IDLE)) {
            suspendInGoodTime(child);
            sendToAll();
            long end = System.nanoTime() + 2 * IDLE.toNanos();
            while (end - System.nanoTime() > 0) {
                LockSupport.parkNanos(end - System.nanoTime()); // the time that the process misses
            }
            child.signal("CONT");
            assertThatAllAreAnswered();
        }
    }
}
