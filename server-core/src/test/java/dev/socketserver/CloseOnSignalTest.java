package dev.socketserver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.peer.ChildJvm;
import dev.socketserver.peer.LineEcho;
import dev.socketserver.peer.Loopback;
import dev.socketserver.peer.TestClient;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A process whose servers close on a signal ends by itself. */
@Timeout(60)
class CloseOnSignalTest {
    private static final int TERMINATED = 128 + 15;
    private static final int HUNG_UP = 128 + 1;
    private static final int EXIT = 3;

    /** Echoes lines on two ports, each for itself or as a group; a line that begins with x makes the process exit. */
    static final class TwoServers {
        private static final class Echo extends LineEcho {
            @Override
            @SuppressWarnings("checkstyle:RegexpSinglelineJava") // the way to end that is tested
            protected void handle() throws Exception {
                if (in().buffer().getByte(in().buffer().readerIndex()) == 'x') {
                    new Thread(() -> System.exit(EXIT)).start();
                }
                super.handle();
            }

            @Override
            protected void goodbye() throws IOException {
                out().write("bye\n", UTF_8);
            }
        }

        /** Holds its connection until the server's grace has passed. */
        private static final class Stubborn extends StreamRequestHandler {
            @Override
            protected void handle() throws Exception {
                String line = in().readLine(UTF_8, 100);
                out().write(line + "\n", UTF_8);
                out().flush();
                boolean stopped = false;
                while (!stopped) {
                    stopped = in().readLine(UTF_8, 100) == null;
                }
                out().write("end\n", UTF_8);
            }
        }

        @SuppressWarnings("checkstyle:RegexpSinglelineJava") // the way to end that is tested
        public static void main(String... args) throws Exception {
            ServerConfig config = Loopback.config()
                    .shutdownGrace(Duration.ofSeconds(50))
                    .readTimeout(Duration.ofSeconds(50))
                    .build();
            boolean stubborn = Boolean.getBoolean("stubborn");
            try (var one = new TcpServer(config, stubborn ? Stubborn::new : Echo::new);
                    var other = new TcpServer(config, Echo::new)) {
                one.bind();
                other.bind();
                System.out.println(one.port() + "\n" + other.port());
                if (Boolean.getBoolean("group")) {
                    var group = new ServerGroup(one, other);
                    group.closeOnSignal();
                    group.serveForever();
                } else {
                    one.closeOnSignal();
                    other.closeOnSignal();
                    one.start();
                    other.serveForever();
                    if (Boolean.getBoolean("exits")) {
                        System.out.println("exit");
                        System.exit(EXIT);
                    }
                }
            }
            System.out.println("end of main");
        }
    }

    /** The process, and a client of each of its servers that has been answered. */
    private record Child(Process process, BufferedReader said, List<TestClient> clients) implements AutoCloseable {
        static Child start(String... options) throws IOException {
            Process process = ChildJvm.builder(TwoServers.class, options)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try {
                BufferedReader said = process.inputReader(UTF_8);
                var clients = List.of(connectTo(said.readLine()), connectTo(said.readLine()));
                for (TestClient client : clients) {
                    assertThat(client.send("hello\n").readLine()).isEqualTo("hello");
                }
                return new Child(process, said, clients);
            } catch (Throwable e) {
                process.destroyForcibly();
                throw e;
            }
        }

        private static TestClient connectTo(String port) throws IOException {
            return TestClient.to(new InetSocketAddress(Loopback.anyPort().getAddress(), Integer.parseInt(port)));
        }

        void signal(String name) throws IOException, InterruptedException {
            ChildJvm.signal(process, name);
        }

        void assertThatAllAreToldGoodbye() throws IOException {
            for (TestClient client : clients) {
                assertThat(client.readAll()).isEqualTo("bye\n");
            }
        }

        @Override
        public void close() throws IOException {
            for (TestClient client : clients) {
                client.close();
            }
            process.destroyForcibly();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TERM", "INT"})
    void aProcessThatIsToldToStopDrainsAndEndsByItself(String signal) throws Exception {
        for (boolean group : new boolean[] {false, true}) {
            try (Child child = Child.start("-Dgroup=" + group)) {
                child.signal(signal);
                child.assertThatAllAreToldGoodbye();
                assertThat(child.process.waitFor()).isZero();
                assertThat(child.said.readLine()).isEqualTo("end of main");
            }
        }
    }

    @Test
    void aSecondSignalEndsTheProcessAtOnce() throws Exception {
        try (Child child = Child.start("-Dstubborn=true")) {
            child.signal("TERM");
            assertThat(child.clients.get(1).readAll()).isEqualTo("bye\n");
            child.signal("TERM");
            assertThat(child.process.waitFor()).isEqualTo(TERMINATED);
            assertThat(child.said.readLine()).isNull();
        }
    }

    /** The other one still has a request when {@code main} calls {@code System.exit}. */
    @Test
    void anExitWaitsForAllThatTheSignalCloses() throws Exception {
        try (Child child = Child.start("-Dstubborn=true", "-Dexits=true")) {
            child.signal("TERM");
            assertThat(child.said.readLine()).isEqualTo("exit");
            child.clients.get(0).send("still here\n").end();
            assertThat(child.clients.get(0).readAll()).isEqualTo("end\n");
            assertThat(child.process.waitFor()).isEqualTo(EXIT);
        }
    }

    @Test
    void aProcessThatExitsOtherwiseDrainsToo() throws Exception {
        try (Child child = Child.start()) {
            child.clients.get(0).send("x\n");
            assertThat(child.clients.get(0).readAll()).startsWith("x\n");
            assertThat(child.clients.get(1).readAll()).isEqualTo("bye\n");
            assertThat(child.process.waitFor()).isEqualTo(EXIT);
        }
        try (Child child = Child.start()) {
            child.signal("HUP");
            child.assertThatAllAreToldGoodbye();
            assertThat(child.process.waitFor()).isEqualTo(HUNG_UP);
        }
    }

    /** Closes its server or group, and goes on with something else. */
    static final class Former {
        public static void main(String... args) throws Exception {
            ServerConfig config = Loopback.config().build();
            if (Boolean.getBoolean("group")) {
                try (var group = new ServerGroup(new TcpServer(config, LineEcho::new))) {
                    group.closeOnSignal();
                    group.start();
                }
                var late = new ServerGroup(new TcpServer(config, LineEcho::new));
                late.close();
                late.closeOnSignal();
            } else {
                try (var server = new TcpServer(config, LineEcho::new)) {
                    server.closeOnSignal();
                    server.closeOnSignal();
                    server.start();
                }
                var late = new TcpServer(config, LineEcho::new);
                late.close();
                late.closeOnSignal();
            }
            System.out.println("closed");
            System.in.read();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aClosedServerOrGroupLeavesSignalsToTheProgram(boolean group) throws Exception {
        Process process = ChildJvm.builder(Former.class, "-Dgroup=" + group).start();
        try (BufferedReader said = process.inputReader(UTF_8)) {
            assertThat(said.readLine()).isEqualTo("closed");
            ChildJvm.signal(process, "TERM"); // destroy() would close its input, too
            assertThat(process.waitFor()).isEqualTo(TERMINATED);
        } finally {
            process.destroyForcibly();
        }
    }

    /** Binds its server only when it is told to. */
    static final class Late {
        public static void main(String... args) throws Exception {
            var server = new TcpServer(Loopback.config().build(), LineEcho::new) {
                @Override
                protected void serverBind() throws IOException {
                    System.out.println("binding");
                    System.in.read();
                    super.serverBind();
                }
            };
            if (Boolean.getBoolean("group")) {
                var group = new ServerGroup(server);
                group.closeOnSignal();
                group.serveForever();
            } else {
                server.closeOnSignal();
                server.serveForever();
            }
            System.out.println("end of main");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aSignalWhileTheAddressIsBoundStopsTheServerToo(boolean group) throws Exception {
        Process process = ChildJvm.builder(Late.class, "-Dgroup=" + group).start();
        try (BufferedReader said = process.inputReader(UTF_8)) {
            assertThat(said.readLine()).isEqualTo("binding");
            ChildJvm.signal(process, "TERM");
            process.outputWriter().append('\n').close();
            assertThat(process.waitFor()).isZero();
            assertThat(said.readLine()).isEqualTo("end of main");
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void aJvmThatMayNotUseSignalsDrainsInAHook() throws Exception {
        try (Child child = Child.start("-Xrs")) {
            child.clients.get(0).send("x\n");
            assertThat(child.clients.get(1).readAll()).isEqualTo("bye\n");
            assertThat(child.process.waitFor()).isEqualTo(EXIT);
        }
    }
}
