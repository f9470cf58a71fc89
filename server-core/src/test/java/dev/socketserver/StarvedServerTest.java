package dev.socketserver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.socketserver.peer.ChildJvm;
import dev.socketserver.peer.ChoosesEngine;
import dev.socketserver.peer.Loopback;
import dev.socketserver.peer.Polling;
import dev.socketserver.peer.RecordingListener;
import dev.socketserver.peer.TestClient;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.slf4j.LoggerFactory;

/** Servers in a JVM that has no memory, no direct memory, or a log back end that throws; then all is well again. */
@ChoosesEngine
@Timeout(120)
class StarvedServerTest {
    /** Longer than a client takes from its connection to its request. */
    private static final Duration IDLE = Duration.ofSeconds(1);

    /** A way to serve. */
    private record Way(Transport transport, Engine engine, int selectors) {
        ServerConfig.Builder config(Path directory) {
            return transport.config(directory).engine(engine).selectors(selectors);
        }
    }

    private static final List<Way> WAYS = List.of(
            new Way(Transport.TCP, Engine.SELECTING, 1),
            new Way(Transport.TCP, Engine.BLOCKING, 1),
            new Way(Transport.UDP, Engine.SELECTING, 1),
            new Way(Transport.UDP, Engine.BLOCKING, 1),
            new Way(Transport.UNIX, Engine.SELECTING, 3),
            new Way(Transport.TLS, Engine.SELECTING, 2));

    /** Those in which a peer can make a server buffer a frame before a handshake. */
    private static final List<Way> IN_CLEAR_STREAMS = List.of(
            new Way(Transport.TCP, Engine.SELECTING, 1),
            new Way(Transport.TCP, Engine.SELECTING, 3),
            new Way(Transport.TCP, Engine.BLOCKING, 1),
            new Way(Transport.UNIX, Engine.SELECTING, 1));

    private static void check(boolean holds, Object what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }

    private static void checkThatItServes(BaseServer<?> server, Transport transport) throws Exception {
        check(
                Polling.await(() -> {
                    try {
                        return transport.ask(server.address(), "fine").equals("fine");
                    } catch (IOException | OutOfMemoryError e) {
                        return false; // it was refused, since memory is short still
                    }
                }),
                "serves");
        check(server.state() == ServerState.READY, server.state());
        List<String> names = Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .toList();
        check(names.contains("server-housekeeper"), names);
        check(server.config().engine() == Engine.BLOCKING || names.contains("server-watchdog"), names);
    }

    /** Waits until a silent connection is ended, as only a housekeeper does. */
    private static void checkThatDeadlinesAreKept(BaseServer<?> server, Transport transport) throws Exception {
        if (transport == Transport.TCP || transport == Transport.UNIX) { // TLS waits for a handshake for longer
            try (TestClient silent = TestClient.to(server.address())) {
                silent.awaitEnd();
            }
        }
    }

    private interface Scene {
        void play(Way way, Path directory) throws Exception;
    }

    /** Plays a scene in every way; prints what was right. */
    private static void inEvery(List<Way> ways, Scene scene) throws Exception {
        for (Way way : ways) {
            Path directory = Files.createTempDirectory("starved");
            try {
                scene.play(way, directory);
            } finally {
                Files.deleteIfExists(directory.resolve("socket"));
                Files.delete(directory);
            }
            System.out.println(way + " is well");
        }
        Runtime.getRuntime().halt(0); // whatever threads are left
    }

    private static void assertThatAllIsWell(List<Way> ways, ChildJvm.Result result) {
        assertThat(result.exit()).as(result.output() + result.errors()).isZero();
        for (Way way : ways) {
            assertThat(result.output()).contains(way + " is well");
        }
    }

    /** A handler fills the heap, keeps it full for some looks of all the server's own threads, and returns. */
    static final class OnFullHeap {
        private static final long FULL_FOR = 100_000_000;

        public static void main(String... args) throws Exception {
            inEvery(WAYS, OnFullHeap::play);
        }

        private static String answer(String line) {
            return line.equals("fill") ? "filled " + fill() : line;
        }

        private static int fill() {
            Object[] first = null;
            long end = 0;
            for (int size = 1 << 18; end == 0 || System.nanoTime() - end < 0; size = Math.max(2, size / 8)) {
                try {
                    while (true) {
                        Object[] next = new Object[size];
                        next[0] = first;
                        first = next;
                    }
                } catch (OutOfMemoryError expected) {
                    if (size == 2) {
                        end = end == 0 ? System.nanoTime() + FULL_FOR : end;
                        LockSupport.parkNanos(FULL_FOR / 50);
                    }
                }
            }
            return first == null ? 0 : first.length;
        }

        /** Has the heap filled, and waits until the request is over; it may have cost that one. */
        private static void fillTheHeap(BaseServer<?> server, Transport transport) throws Exception {
            long before = server.snapshot().accepted();
            try (Transport.Exchange exchange = transport.request(server.address(), "fill")) {
                check(Polling.await(() -> server.snapshot().accepted() > before), "accepted");
                check(server.join(Polling.PATIENCE), "the request is over");
                check(exchange != null, "sent");
            } catch (IOException | OutOfMemoryError expected) {
                checkThatItIsOver(server);
            }
        }

        /** Waits until the request is over, though there may be no memory to wait with. */
        private static void checkThatItIsOver(BaseServer<?> server) throws Exception {
            while (true) {
                try {
                    check(server.join(Polling.PATIENCE), "the request is over");
                    return;
                } catch (OutOfMemoryError full) {
                    LockSupport.parkNanos(FULL_FOR / 50);
                }
            }
        }

        private static void play(Way way, Path directory) throws Exception {
            ServerConfig config =
                    way.config(directory).idleTimeout(IDLE).readTimeout(IDLE).build();
            try (BaseServer<?> server = way.transport.server(config, new HookLog(), OnFullHeap::answer)) {
                server.start();
                checkThatItServes(server, way.transport);
                for (int i = 0; i < 2; i++) {
                    fillTheHeap(server, way.transport);
                }
                checkThatItServes(server, way.transport);
                checkThatDeadlinesAreKept(server, way.transport);
                check(server.join(Polling.PATIENCE), "nothing is left open");
            }
        }
    }

    @Test
    void aHandlerThatFillsTheHeapCostsNoThreadOfTheServer() throws Exception {
        assertThatAllIsWell(WAYS, ChildJvm.run(OnFullHeap.class, "-Xmx32m", "-XX:+UseSerialGC"));
    }

    /** Many peers send most of a frame, which needs more direct memory than there is. */
    static final class OnFullDirectMemory {
        private static final int PEERS = 95;
        private static final int SENT = 14_000;
        private static final int LENGTH = 16_000;

        public static void main(String... args) throws Exception {
            inEvery(IN_CLEAR_STREAMS, OnFullDirectMemory::play);
        }

        private static final class FrameHandler extends StreamRequestHandler {
            @Override
            protected void handle() throws IOException {
                if (in().await(1) && in().buffer().getByte(in().buffer().readerIndex()) == 'f') {
                    out().write(in().readLine(UTF_8, 100) + "\n", UTF_8);
                } else {
                    in().readFrame(2, LENGTH);
                }
            }
        }

        private static void play(Way way, Path directory) throws Exception {
            if (way.transport == Transport.UDP || way.transport == Transport.TLS) {
                return; // the one has one buffer, which it has from its start; the other allows no frame before a
                // handshake
            }
            ServerConfig config = way.config(directory).build();
            try (BaseServer<?> server = way.transport == Transport.UNIX
                    ? new UnixServer(config, FrameHandler::new)
                    : new TcpServer(config, FrameHandler::new)) {
                server.start();
                checkThatItServes(server, way.transport);
                byte[] frame = new byte[SENT];
                frame[0] = LENGTH >> 8;
                frame[1] = (byte) LENGTH;
                List<TestClient> peers = new ArrayList<>();
                for (int i = 0; i < PEERS; i++) {
                    TestClient peer = TestClient.to(server.address());
                    peers.add(peer);
                    try {
                        peer.send(frame);
                    } catch (IOException expected) {
                        // It was closed already.
                    }
                }
                check(Polling.await(() -> server.snapshot().failed() > 0), "direct memory has run out");
                check(leaders() <= way.selectors, "at most one leader for each selector");
                for (TestClient peer : peers) {
                    peer.close();
                }
                check(server.join(Polling.PATIENCE), server.snapshot());
                for (int i = 0; i < 20; i++) {
                    check(way.transport.ask(server.address(), "fine").equals("fine"), "serves each of them");
                }
                checkThatItServes(server, way.transport);
            }
            check(UnpooledByteBufAllocator.DEFAULT.metric().usedDirectMemory() == 0, "no buffer is left");
        }

        private static long leaders() {
            return Thread.getAllStackTraces().values().stream()
                    .filter(OnFullDirectMemory::selects)
                    .count();
        }

        private static boolean selects(StackTraceElement... stack) {
            for (int i = 1; i < stack.length; i++) {
                if (stack[i].getClassName().endsWith(".Poller")
                        && stack[i - 1].getClassName().endsWith(".SelectorImpl")) {
                    return true;
                }
            }
            return false;
        }
    }

    @Test
    void peersThatTakeAllDirectMemoryCostTheirOwnConnectionsOnly() throws Exception {
        assertThatAllIsWell(
                IN_CLEAR_STREAMS,
                ChildJvm.run(
                        OnFullDirectMemory.class, "-XX:MaxDirectMemorySize=1m", "-Dio.netty.allocator.type=unpooled"));
    }

    /** Every line that is logged throws; so does the listener, and so do some handlers. */
    static final class OnFullDisk {
        private static final class FullDisk extends AppenderBase<ILoggingEvent> {
            @Override
            public synchronized void doAppend(ILoggingEvent event) {
                throw new IllegalStateException("no space left on device");
            }

            @Override
            protected void append(ILoggingEvent event) {}
        }

        static void fillDisk() {
            Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
            root.detachAndStopAllAppenders();
            var disk = new FullDisk();
            disk.start();
            root.addAppender(disk);
            root.setLevel(Level.DEBUG);
        }

        public static void main(String... args) throws Exception {
            fillDisk();
            inEvery(WAYS, OnFullDisk::play);
        }

        private static void play(Way way, Path directory) throws Exception {
            var heard = new RecordingListener();
            var throwing = (ServerListener) Proxy.newProxyInstance(
                    OnFullDisk.class.getClassLoader(), new Class<?>[] {ServerListener.class}, (proxy, event, said) -> {
                        event.invoke(heard, said);
                        throw new IllegalStateException("says the test");
                    });
            ServerConfig config = way.config(directory)
                    .idleTimeout(IDLE)
                    .readTimeout(IDLE)
                    .listener(throwing)
                    .build();
            HookLog log = new HookLog();
            try (BaseServer<?> server = way.transport.server(config, log, line -> {
                if (line.equals("fail")) {
                    throw new IOException("says the test");
                }
                return line;
            })) {
                server.start();
                checkThatItServes(server, way.transport);
                for (String hook : List.of("", "serviceActions", "shutdownRequest", "handleError", "verifyRequest")) {
                    log.fail(hook);
                    int closed = heard.count("closed");
                    try (Transport.Exchange exchange = way.transport.request(server.address(), "fail")) {
                        check(exchange != null, "sent");
                        heard.await("closed", closed + 1);
                    }
                }
                log.fail("");
                checkThatItServes(server, way.transport);
                checkThatDeadlinesAreKept(server, way.transport);
                check(server.join(Polling.PATIENCE), "nothing is left open");
            }
            check(heard.count("opened") == heard.count("closed"), heard.events());
            check(heard.count("STOPPED") == 1, heard.events());
        }
    }

    @Test
    void aLogBackEndThatThrowsCostsItsLinesOnly() throws Exception {
        ChildJvm.Result result = ChildJvm.run(OnFullDisk.class);
        assertThatAllIsWell(WAYS, result);
        assertThat(result.errors()).containsOnlyOnce("no space left on device");
    }

    /** An echo server whose peers a test plays; ends with its input. */
    static final class InSmallHeap {
        public static void main(String... args) throws Exception {
            PrintStream out = System.out;
            var listener = new ServerListener() {
                @Override
                public void acceptFailed(Server server, Throwable failure) {
                    out.println("full");
                }
            };
            try (var server = new TcpServer(
                    Loopback.config().listener(listener).build(),
                    StreamRequestHandler.of((in, reply) -> in.transferTo(reply)))) {
                server.start();
                out.println(server.port());
                while (System.in.read() >= 0) {
                    out.println(server.state());
                }
            }
        }
    }

    /** Takes half a minute, since a heap that is nearly full is collected for each connection. */
    @Test
    @EnabledIfSystemProperty(named = "test.starved", matches = "true")
    void silentConnectionsThatFillTheHeapCostNoThreadOfTheServer() throws Exception {
        int most = 15_000;
        int patience = 300;
        Process process = ChildJvm.builder(InSmallHeap.class, "-Xmx16m", "-XX:+UseSerialGC")
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        List<Socket> silent = new ArrayList<>();
        try (BufferedReader told = process.inputReader(UTF_8)) {
            var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(told.readLine()));
            boolean accepted = true;
            while (accepted && silent.size() < most && !told.ready()) {
                Socket peer = new Socket();
                silent.add(peer);
                try {
                    peer.connect(address, patience);
                } catch (SocketTimeoutException e) {
                    accepted = false; // its heap is full, and so is the system's queue
                }
            }
            for (Socket peer : silent) {
                peer.close();
            }
            assertThat(Polling.await(() -> {
                        try (TestClient client = TestClient.to(address)) {
                            return client.send("served").halfClose().readAll().equals("served");
                        } catch (IOException refused) {
                            return false;
                        }
                    }))
                    .isTrue();
            process.getOutputStream().write('\n');
            process.getOutputStream().flush();
            assertThat(told.lines().filter(line -> !line.equals("full")).findFirst())
                    .contains("READY");
        } finally {
            for (Socket peer : silent) {
                peer.close();
            }
            process.destroy();
            process.waitFor();
        }
    }
}
