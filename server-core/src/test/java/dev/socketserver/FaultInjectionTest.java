package dev.socketserver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.fault.Fault;
import dev.socketserver.fault.FaultyProvider;
import dev.socketserver.peer.ChildJvm;
import dev.socketserver.peer.ChoosesEngine;
import dev.socketserver.peer.Descriptors;
import dev.socketserver.peer.Loopback;
import dev.socketserver.peer.Peer;
import dev.socketserver.peer.Polling;
import io.netty.util.LeakPresenceDetector;
import java.io.Closeable;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every call of channels and selectors that a server makes fails once, each in a run of its own: by an exception, by
 * one that nobody expects, and by an error. That costs one connection at most; nobody hangs, the next is served, the
 * server closes in time, and nothing is left. This is the torture test of curl.
 */
@ChoosesEngine
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

    /** What a client does with a server. */
    private interface Piece {
        void play() throws Exception;
    }

    /** Runs of a server in which one call fails. */
    private abstract static class Faults {
        private static final int FEWEST_CALLS = 15;
        private static final int LONGEST_TRACE = 500;
        private static final Duration PATIENCE = Duration.ofSeconds(10);

        private final List<String> wrong = new ArrayList<>();
        private final ScheduledExecutorService watchman = Executors.newSingleThreadScheduledExecutor();
        private int failures; // of pieces, in the present run

        /** Starts a server. */
        abstract Server start() throws IOException;

        /** Returns how calls fail. */
        List<Fault.Kind> kinds() {
            return List.of(Fault.Kind.values());
        }

        /** Closes it. */
        void end(Server server) {
            server.close();
        }

        /** Asks for all that a server does. */
        abstract void ask(Server server) throws Exception;

        /** Is served by a server that is well. */
        abstract void beServed(Server server) throws Exception;

        /** Injects a fault into each call; prints what was wrong. */
        final void run() throws Exception {
            int runs = 0;
            Descriptors.warmUp();
            play(0, Fault.Kind.IO);
            for (Fault.Kind kind : kinds()) {
                int number = 0;
                do {
                    number++;
                    runs++;
                    play(number, kind);
                } while (Fault.failed() != null || number < FEWEST_CALLS);
            }
            System.out.println(wrong.isEmpty() ? "nothing is wrong in " + runs + " runs" : String.join("\n", wrong));
            Runtime.getRuntime().halt(wrong.isEmpty() ? 0 : 1);
        }

        private void play(int number, Fault.Kind kind) throws Exception {
            Set<String> sockets = Descriptors.sockets();
            Set<Thread> threads = new HashSet<>(Thread.getAllStackTraces().keySet());
            failures = 0;
            Fault.arm(number, kind);
            try {
                Server server = start();
                try {
                    ask(server);
                    if (Fault.failed() != null) {
                        beServed(server);
                    }
                } finally {
                    close(server);
                }
            } catch (Throwable e) {
                if (!isInjected(e)) {
                    wrong(String.valueOf(e));
                }
            } finally {
                Fault.disarm();
            }
            if (failures > 1) {
                wrong(failures + " connections were lost");
            }
            checkNothingIsLeft(sockets, threads);
        }

        private static boolean isInjected(Throwable e) {
            return String.valueOf(e.getMessage()).contains("injected");
        }

        private void close(Server server) {
            long begin = System.nanoTime();
            try {
                end(server);
            } catch (Throwable e) {
                wrong("close() threw " + e);
            }
            if (System.nanoTime() - begin > PATIENCE.toNanos()) {
                wrong("closing took too long");
            }
            if (server.snapshot().open() != 0) {
                wrong("open after the end: " + server.snapshot());
            }
        }

        private void checkNothingIsLeft(Set<String> sockets, Set<Thread> threads) throws Exception {
            Set<String> left = new HashSet<>();
            if (!Polling.await(() -> {
                left.clear();
                left.addAll(Descriptors.sockets());
                left.removeAll(sockets);
                return left.isEmpty();
            })) {
                wrong("sockets are left: " + left.size());
            }
            Set<Thread> more = new HashSet<>();
            if (!Polling.await(() -> {
                more.clear();
                more.addAll(Thread.getAllStackTraces().keySet());
                more.removeAll(threads);
                more.removeIf(thread -> !thread.getName().contains("server"));
                return more.isEmpty();
            })) {
                wrong("threads are left: " + more);
            }
            try {
                LeakPresenceDetector.check();
            } catch (IllegalStateException e) {
                wrong("buffers are left: " + e.getMessage());
            }
        }

        /** Plays a piece, which may fail if it is the one that the fault hits. */
        final void mayFail(Piece piece, Closeable peer) throws IOException {
            try {
                inTime(piece, peer);
            } catch (Exception | AssertionError e) {
                failures++;
            }
        }

        /** Plays a piece; a peer that waits for too long is closed. */
        final void inTime(Piece piece, Closeable peer) throws Exception {
            Future<?> alarm = watchman.schedule(
                    () -> {
                        wrong("a peer hangs");
                        peer.close();
                        return null;
                    },
                    PATIENCE.toMillis(),
                    TimeUnit.MILLISECONDS);
            try (peer) {
                piece.play();
            } finally {
                alarm.cancel(false);
            }
        }

        private synchronized void wrong(String what) {
            var trace = new StringBuilder();
            for (StackTraceElement frame : Fault.where()) {
                if (frame.getClassName().startsWith("dev.socketserver.internal") && trace.length() < LONGEST_TRACE) {
                    trace.append("\n    ").append(frame);
                }
            }
            wrong.add(Fault.failed() + ": " + what + trace);
        }
    }

    /** In a server of connections. */
    static final class StreamFaults extends Faults {
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
    static final class DatagramFaults extends Faults {
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
