package dev.socketserver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.fault.Fault;
import dev.socketserver.fault.FaultyProvider;
import dev.socketserver.peer.ChildJvm;
import dev.socketserver.peer.ChoosesEngine;
import dev.socketserver.peer.Loopback;
import dev.socketserver.peer.Peer;
import java.io.Closeable;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every call of channels and selectors that a server makes fails once, each in a run of its own: by an exception, by
 * one that nobody expects, and by an error; see {@link FaultRuns}.
 */
@ChoosesEngine
@Tag("exhaustive")
@Timeout(240)
class FaultInjectionTest {
    /** One of each engine, and of each transport. */
    static List<StreamSetting> settings() {
        return List.of(
                new StreamSetting(Transport.TCP, StreamSetting.Execution.SELECTING),
                new StreamSetting(Transport.TCP, StreamSetting.Execution.BLOCKING),
                new StreamSetting(Transport.TLS, StreamSetting.Execution.SELECTING),
                new StreamSetting(Transport.UNIX, StreamSetting.Execution.BLOCKING));
    }

    @ParameterizedTest
    @MethodSource("settings")
    void anyCallMayFailOnce(StreamSetting setting, @TempDir Path directory) throws Exception {
        assertNothingIsWrong(
                StreamFaults.class,
                "-Dsetting=" + StreamSetting.engines().indexOf(setting),
                "-Ddirectory=" + directory);
    }

    @Test
    void anyCallMayFailOnceWithDatagrams() throws Exception {
        assertNothingIsWrong(DatagramFaults.class);
    }

    private static void assertNothingIsWrong(Class<?> main, String... options) throws Exception {
        List<String> all = new ArrayList<>(List.of(options));
        all.add("-Djava.nio.channels.spi.SelectorProvider=" + FaultyProvider.class.getName());
        all.add("--add-exports=java.base/sun.nio.ch=ALL-UNNAMED");
        all.add("-Dio.netty.leakDetection.level=paranoid");
        all.add("-Dio.netty.customResourceLeakDetector=io.netty.util.LeakPresenceDetector");
        ChildJvm.Result result = ChildJvm.run(main, all.toArray(String[]::new));
        assertThat(result.output()).as(result.errors()).startsWith("nothing is wrong in ");
        assertThat(result.exit()).isZero();
    }

    /** In a server of connections. */
    static final class StreamFaults extends FaultRuns {
        private static final int LONG = 300_000;

        private final StreamSetting setting;
        private final Path directory;
        private StreamSetting.@Nullable Running running; // in the present run

        private StreamFaults(StreamSetting setting, Path directory) {
            this.setting = setting;
            this.directory = directory;
        }

        public static void main(String... args) throws Exception {
            StreamSetting setting = StreamSetting.engines().get(Integer.getInteger("setting"));
            new StreamFaults(setting, Path.of(System.getProperty("directory"))).run();
        }

        /** Answers lines, by all ways. */
        private static final class Answering extends StreamRequestHandler {
            @Override
            protected void handle() throws IOException {
                String line = String.valueOf(in().readLine(UTF_8, 100));
                switch (line) {
                    case "null" -> {
                        return;
                    }
                    case "push" -> connection().send("pushed\n", UTF_8);
                    case "later" ->
                        connection().execute(() -> {
                            try {
                                out().write("later\n", UTF_8);
                            } catch (IOException e) {
                                connection().close();
                            }
                        });
                    case "long" -> out().write("x".repeat(LONG) + "\n", UTF_8);
                    case "rest" -> out().write(in().readLine(UTF_8, 100) + "\n", UTF_8);
                    default -> out().write(line + "\n", UTF_8);
                }
                keepOpen();
            }
        }

        @Override
        Server start() throws IOException {
            Files.deleteIfExists(directory.resolve("socket"));
            StreamSetting.Running started =
                    setting.start(directory, config -> config.shutdownGrace(Duration.ofSeconds(2)), Answering::new);
            running = started;
            return started.server();
        }

        @Override
        void end(Server server) {
            Objects.requireNonNull(running).close();
        }

        /** With TLS, there are many more calls, of which each takes a handshake or two. */
        @Override
        List<Fault.Kind> kinds() {
            return setting.transport() == Transport.TLS ? List.of(Fault.Kind.RUNTIME) : super.kinds();
        }

        private Peer connect(Server server) throws IOException {
            return setting.connect(server.address());
        }

        @Override
        void ask(Server server) throws Exception {
            play(server, peer -> {
                peer.send("one\n");
                assertThat(peer.readLine()).isEqualTo("one");
                peer.send("two\n");
                assertThat(peer.readLine()).isEqualTo("two");
            });
            play(server, peer -> {
                peer.send("last\n").end();
                assertThat(peer.readAll()).isEqualTo("last\n");
            });
            if (setting.transport() == Transport.TLS) {
                return; // the rest is above it
            }
            play(server, peer -> {
                peer.send("push\n");
                assertThat(peer.readLine()).isEqualTo("pushed");
            });
            play(server, peer -> {
                peer.send("later\n");
                assertThat(peer.readLine()).isEqualTo("later");
            });
            play(server, peer -> {
                peer.send("long\n");
                assertThat(peer.read(LONG + 1)).hasSize(LONG + 1);
            });
            play(server, peer -> {
                peer.send("rest\nha");
                peer.send("lf\n");
                assertThat(peer.readLine()).isEqualTo("half");
            });
            play(server, peer -> peer.send("par"));
        }

        private interface Conversation {
            void hold(Peer peer) throws Exception;
        }

        private void play(Server server, Conversation conversation) throws IOException {
            var place = new Place();
            mayFail(
                    () -> {
                        Peer peer = connect(server);
                        place.peer = peer;
                        conversation.hold(peer);
                    },
                    place);
        }

        @Override
        void beServed(Server server) throws Exception {
            var place = new Place();
            inTime(
                    () -> {
                        Peer peer = connect(server);
                        place.peer = peer;
                        peer.send("well\n");
                        assertThat(peer.readLine()).isEqualTo("well");
                    },
                    place);
        }

        /** Where a peer is that may have to be closed. */
        private static final class Place implements Closeable {
            private volatile @Nullable Peer peer;

            @Override
            public void close() throws IOException {
                Peer here = peer;
                if (here != null) {
                    here.close();
                }
            }
        }
    }

    /** In a server of datagrams. */
    static final class DatagramFaults extends FaultRuns {
        private static final Duration ANSWERED_WITHIN = Duration.ofSeconds(2);

        public static void main(String... args) throws Exception {
            new DatagramFaults().run();
        }

        @Override
        Server start() throws IOException {
            var server = new UdpServer(
                    Loopback.config().build(), DatagramRequestHandler.of((in, out) -> in.transferTo(out)));
            try {
                server.start();
                return server;
            } catch (Throwable e) {
                server.close();
                throw e;
            }
        }

        @Override
        void ask(Server server) throws Exception {
            for (int i = 0; i < 3; i++) {
                DatagramSocket client = client(ANSWERED_WITHIN);
                mayFail(() -> ask(client, server), client);
            }
        }

        @Override
        void beServed(Server server) throws Exception {
            DatagramSocket client = client(Duration.ZERO);
            inTime(() -> ask(client, server), client);
        }

        /** Returns a client whose answer may be lost. */
        private static DatagramSocket client(Duration patience) throws IOException {
            var client = new DatagramSocket(0, InetAddress.getLoopbackAddress());
            client.setSoTimeout((int) patience.toMillis());
            return client;
        }

        private static void ask(DatagramSocket client, Server server) throws IOException {
            byte[] question = "hello".getBytes(UTF_8);
            client.send(new DatagramPacket(question, question.length, server.address()));
            var answer = new DatagramPacket(new byte[100], 100);
            client.receive(answer);
            assertThat(answer.getLength()).isEqualTo(question.length);
        }
    }
}
