package dev.socketserver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.peer.ChoosesEngine;
import dev.socketserver.peer.LineEcho;
import dev.socketserver.peer.Loopback;
import dev.socketserver.peer.OpenedConnections;
import dev.socketserver.peer.Peer;
import dev.socketserver.peer.Polling;
import dev.socketserver.peer.TestClient;
import dev.socketserver.pool.PoolConfig;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Messages from any thread reach the peer, or are accounted for. */
@ChoosesEngine
@Timeout(60)
class SendTest {
    private static final int SMALL_BUFFER = 16 * 1024;
    private static final int KILOBYTE = 1024;

    private final OpenedConnections opened = new Listener();
    private final AtomicInteger dropped = new AtomicInteger();

    @TempDir
    Path directory;

    private final class Listener extends OpenedConnections {
        @Override
        public void dropped(Server server, StreamConnection connection, int messages) {
            dropped.addAndGet(messages);
        }
    }

    static List<StreamSetting> settings() {
        return StreamSetting.wide();
    }

    static List<StreamSetting> selecting() {
        return settings().stream()
                .filter(setting -> setting.execution() == StreamSetting.Execution.SELECTING
                        || setting.execution() == StreamSetting.Execution.THREE_SELECTORS)
                .toList();
    }

    private StreamSetting.Running start(
            StreamSetting setting, UnaryOperator<ServerConfig.Builder> options, Supplier<StreamRequestHandler> handlers)
            throws IOException {
        return setting.start(directory, config -> options.apply(config.listener(opened)), handlers);
    }

    private static final class Conversation extends StreamRequestHandler {
        @Override
        protected void handle() throws IOException {
            while (in().awaitMessage()) {
                out().write(in().readLine(UTF_8, 100) + "\n", UTF_8);
            }
            out().write("bye\n", UTF_8);
        }
    }

    private static final class PoliteEcho extends LineEcho {
        @Override
        protected void goodbye() throws IOException {
            out().write("bye\n", UTF_8);
        }
    }

    /** Returns a line of a kilobyte that begins with the number. */
    private static String line(int number) {
        return String.format("%-" + (KILOBYTE - 1) + "d%n", number);
    }

    private static List<Integer> numbers(String received) {
        return received.lines()
                .map(String::strip)
                .filter(line -> !line.equals("bye"))
                .map(Integer::valueOf)
                .toList();
    }

    /** What was accepted then would be dropped without a word. */
    @ParameterizedTest
    @CsvSource({"SELECTING, true", "SELECTING, false", "BLOCKING, true", "BLOCKING, false"})
    void noMessageIsAcceptedOnceTheLastWasSent(Engine engine, boolean sendsLast) throws Exception {
        var accepted = new CompletableFuture<Boolean>();
        Supplier<StreamRequestHandler> handlers = () -> new LineEcho() {
            @Override
            protected void finish() {
                if (sendsLast) {
                    assertThat(connection().send("last\n", UTF_8)).isTrue();
                }
            }
        };
        try (var server = new TcpServer(Loopback.config().engine(engine).build(), handlers) {
            @Override
            protected void shutdownRequest(StreamConnection connection) throws Exception {
                accepted.complete(connection.send("too late\n", UTF_8));
                super.shutdownRequest(connection);
            }
        }) {
            server.start();
            try (TestClient client = TestClient.to(server.address())) {
                assertThat(client.send("ask\n").halfClose().readAll()).isEqualTo(sendsLast ? "ask\nlast\n" : "ask\n");
            }
            assertThat(accepted.get()).isFalse();
        }
    }

    @ParameterizedTest
    @MethodSource("settings")
    void aMessageReachesAPeerThatIsSilent(StreamSetting setting) throws Exception {
        for (Supplier<StreamRequestHandler> handlers :
                List.<Supplier<StreamRequestHandler>>of(LineEcho::new, Conversation::new)) {
            try (StreamSetting.Running running = start(setting, config -> config, handlers);
                    Peer peer = running.connect()) {
                StreamConnection connection = opened.take();
                ByteBuf shared = Unpooled.copiedBuffer("shared\n", UTF_8);
                for (int i = 0; i < 3; i++) {
                    assertThat(connection.send("text\n", UTF_8)).isTrue();
                    assertThat(connection.send("bytes\n".getBytes(UTF_8))).isTrue();
                    assertThat(connection.send(shared)).isTrue();
                    assertThat(peer.readLine()).isEqualTo("text");
                    assertThat(peer.readLine()).isEqualTo("bytes");
                    assertThat(peer.readLine()).isEqualTo("shared");
                    peer.send("ask\n");
                    assertThat(peer.readLine()).isEqualTo("ask");
                }
                assertThat(Polling.await(() -> shared.refCnt() == 1)).isTrue();
                shared.release();
            }
        }
    }

    static List<StreamSetting> engines() {
        return StreamSetting.engines();
    }

    @ParameterizedTest
    @MethodSource("engines")
    void anEmptyMessageIsTakenAndWaitedForByNobody(StreamSetting setting) throws Exception {
        Duration patience = Duration.ofMillis(50);
        try (StreamSetting.Running running = start(setting, config -> config.writeTimeout(patience), LineEcho::new);
                Peer peer = running.connect()) {
            StreamConnection connection = opened.take();
            peer.send("ask\n");
            assertThat(peer.readLine()).isEqualTo("ask");
            assertThat(connection.send("", UTF_8)).isTrue();
            assertThat(connection.send(Unpooled.EMPTY_BUFFER)).isTrue();
            connection.schedule(patience.multipliedBy(4), () -> connection.send("later\n", UTF_8));
            assertThat(peer.readLine()).isEqualTo("later");
        }
    }

    @ParameterizedTest
    @MethodSource("settings")
    void sendersKeepTheirOrderAndNoMessageLandsInsideAnAnswer(StreamSetting setting) throws Exception {
        int each = 1_000;
        int senders = 3;
        try (StreamSetting.Running running = start(setting, config -> config, () -> new StreamRequestHandler() {
                    @Override
                    protected void handle() throws IOException {
                        if (in().readLine(UTF_8, 100) != null) {
                            out().write("answer\n", UTF_8);
                            out().flush();
                            Thread.onSpinWait();
                            out().write("end\n", UTF_8);
                            keepOpen();
                        }
                    }
                });
                Peer peer = running.connect()) {
            StreamConnection connection = opened.take();
            for (int i = 0; i < senders; i++) {
                int sender = i;
                new Thread(() -> {
                            for (int n = 0; n < each; n++) {
                                connection.send(sender + " " + n + "\n", UTF_8);
                            }
                        })
                        .start();
            }
            int answers = 100;
            var asking = new FutureTask<>(() -> {
                for (int i = 0; i < answers; i++) {
                    peer.send("ask\n");
                }
                return 0;
            });
            if (setting.transport() != Transport.TLS) { // whose peer is one thread's
                new Thread(asking).start();
            } else {
                asking.run();
            }
            Map<String, Integer> last = new HashMap<>();
            for (int read = 0; read < senders * each + answers; read++) {
                String line = peer.readLine();
                if (line.equals("answer")) {
                    assertThat(peer.readLine()).isEqualTo("end");
                } else {
                    String[] words = line.split(" ", -1);
                    assertThat(Integer.parseInt(words[1])).isEqualTo(last.getOrDefault(words[0], -1) + 1);
                    last.put(words[0], Integer.valueOf(words[1]));
                }
            }
            asking.get();
            assertThat(last.values()).containsOnly(each - 1).hasSize(senders);
        }
    }

    private static List<Integer> firstNumbers(int count) {
        return IntStream.range(0, count).boxed().toList();
    }

    /** Fills what the system takes for a peer that does not read, and more; returns the connection. */
    private StreamConnection frozen(int messages) throws Exception {
        StreamConnection connection = opened.take();
        connection.option(StandardSocketOptions.SO_SNDBUF, SMALL_BUFFER);
        for (int i = 0; i < messages; i++) {
            assertThat(connection.send(line(i), UTF_8)).isTrue();
        }
        return connection;
    }

    @ParameterizedTest
    @MethodSource("selecting")
    void peersThatDoNotReadHoldNoWorker(StreamSetting setting) throws Exception {
        int peers = 8;
        int messages = 2_000;
        var pool = PoolConfig.builder().minWorkers(1).maxWorkers(2).build();
        UnaryOperator<ServerConfig.Builder> options = config ->
                config.pool(pool).outboundLimit(64 * KILOBYTE * KILOBYTE).awaitFirstByte(true);
        List<Peer> frozen = new ArrayList<>();
        try (StreamSetting.Running running = start(setting, options, PoliteEcho::new)) {
            for (int i = 0; i < peers; i++) {
                Peer peer = running.connect().send("0\n");
                frozen.add(peer);
                assertThat(peer.readLine()).isEqualTo("0");
                frozen(messages);
            }
            try (Peer quick = running.connect()) {
                StreamConnection connection = opened.take();
                for (int i = 0; i < 50; i++) {
                    quick.send("ask\n");
                    assertThat(quick.readLine()).isEqualTo("ask");
                    connection.send("pushed\n", UTF_8);
                    assertThat(quick.readLine()).isEqualTo("pushed");
                }
            }
            var shutdown = new FutureTask<>(() -> running.server().shutdown(Duration.ofSeconds(50)));
            new Thread(shutdown).start();
            for (Peer peer : frozen) {
                String all = peer.readAll();
                assertThat(numbers(all)).isEqualTo(firstNumbers(messages));
                assertThat(all).endsWith("bye\n");
                leave(peer);
            }
            assertThat(shutdown.get().forced()).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("settings")
    void whatWasSentBeforeADrainGoesOutAndThenTheLastWords(StreamSetting setting) throws Exception {
        for (Supplier<StreamRequestHandler> handlers :
                List.<Supplier<StreamRequestHandler>>of(PoliteEcho::new, Conversation::new)) {
            UnaryOperator<ServerConfig.Builder> options = config -> config.outboundLimit(64 * KILOBYTE * KILOBYTE);
            try (StreamSetting.Running running = start(setting, options, handlers);
                    Peer peer = running.connect().send("1\n")) {
                assertThat(peer.readLine()).isEqualTo("1");
                frozen(2_000);
                var shutdown = new FutureTask<>(() -> running.server().shutdown(Duration.ofSeconds(50)));
                new Thread(shutdown).start();
                String all = peer.readAll();
                assertThat(numbers(all)).isEqualTo(firstNumbers(2_000));
                assertThat(all).endsWith("bye\n");
                assertThat(shutdown.get().forced()).isEmpty();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("settings")
    void aPeerThatDoesNotReadIsClosedWhenTheLimitIsReached(StreamSetting setting) throws Exception {
        try (StreamSetting.Running running =
                        start(setting, config -> config.outboundLimit(64 * KILOBYTE), LineEcho::new);
                Peer peer = running.connect()) {
            StreamConnection connection = frozen(1);
            ByteBuf shared = Unpooled.wrappedBuffer(line(1).getBytes(UTF_8));
            assertThat(Polling.await(() -> !connection.send(shared))).isTrue();
            assertThat(connection.isOpen()).isFalse();
            assertThat(dropped).hasValue(1);
            assertThat(running.server().snapshot().messagesDropped()).isEqualTo(1);
            assertThat(running.server().join(Polling.PATIENCE)).isTrue();
            assertThat(shared.refCnt()).isEqualTo(1);
            shared.release();
            assertThat(peer).isNotNull(); // and open until here
        }
    }

    @ParameterizedTest
    @MethodSource("settings")
    void everyMessageIsDeliveredOrCountedAsDropped(StreamSetting setting) throws Exception {
        int messages = 20_000;
        for (OutboundPolicy policy : List.of(OutboundPolicy.DROP_NEWEST, OutboundPolicy.DROP_OLDEST)) {
            dropped.set(0);
            UnaryOperator<ServerConfig.Builder> options =
                    config -> config.outboundLimit(64 * KILOBYTE).outboundPolicy(policy);
            try (StreamSetting.Running running = start(setting, options, LineEcho::new);
                    Peer peer = running.connect().send("0\n")) {
                assertThat(peer.readLine()).isEqualTo("0");
                StreamConnection connection = frozen(1);
                int refused = 0;
                for (int i = 1; i < messages; i++) {
                    refused += connection.send(line(i), UTF_8) ? 0 : 1;
                }
                var shutdown = new FutureTask<>(() -> running.server().shutdown(Duration.ofSeconds(50)));
                new Thread(shutdown).start();
                List<Integer> numbers = numbers(peer.readAll());
                assertThat(shutdown.get().forced()).isEmpty();
                assertThat(numbers)
                        .isEqualTo(List.copyOf(new TreeSet<>(numbers)))
                        .hasSize(messages - dropped.get());
                assertThat(dropped).hasPositiveValue();
                assertThat(running.server().snapshot().messagesDropped()).isEqualTo(dropped.get());
                if (policy == OutboundPolicy.DROP_NEWEST) {
                    assertThat(refused).isEqualTo(dropped.get());
                } else {
                    assertThat(refused).isZero();
                    assertThat(numbers.get(numbers.size() - 1)).isEqualTo(messages - 1);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("settings")
    void aPeerThatTakesNothingForTheWriteTimeoutIsClosed(StreamSetting setting) throws Exception {
        UnaryOperator<ServerConfig.Builder> options =
                config -> config.writeTimeout(Duration.ofMillis(200)).outboundLimit(64 * KILOBYTE * KILOBYTE);
        try (StreamSetting.Running running = start(setting, options, LineEcho::new);
                Peer peer = running.connect()) {
            StreamConnection connection = frozen(1);
            for (int i = 0; i < 4_000; i++) {
                connection.send(line(i), UTF_8);
            }
            assertThat(running.server().join(Polling.PATIENCE)).isTrue();
            assertThat(connection.isOpen()).isFalse();
            assertThat(connection.send("late\n", UTF_8)).isFalse();
            assertThat(running.server().snapshot().failed()).isEqualTo(1);
            assertThat(peer).isNotNull(); // and open until here
        }
    }

    private static void leave(Peer peer) throws IOException {
        peer.close();
    }

    @ParameterizedTest
    @MethodSource("settings")
    void noBufferIsLeftWhenSendersRaceAClose(StreamSetting setting) throws Exception {
        ByteBuf shared = Unpooled.directBuffer().writeBytes("message\n".getBytes(UTF_8));
        UnaryOperator<ServerConfig.Builder> options = config -> config.outboundPolicy(OutboundPolicy.DROP_OLDEST);
        try (StreamSetting.Running running = start(setting, options, LineEcho::new)) {
            for (int i = 0; i < 50; i++) {
                try (Peer peer = running.connect()) {
                    StreamConnection connection = opened.take();
                    var sending = new FutureTask<>(() -> {
                        int taken = 0;
                        while (connection.send(shared)) {
                            taken++;
                        }
                        return taken;
                    });
                    new Thread(sending).start();
                    peer.readLine();
                    if (i % 2 == 0) {
                        connection.close();
                    } else {
                        leave(peer);
                    }
                    assertThat(sending.get()).isPositive();
                }
            }
            assertThat(running.server().join(Polling.PATIENCE)).isTrue();
        }
        assertThat(shared.refCnt()).isEqualTo(1);
        shared.release();
    }

    /** Sends a message that it then releases as if it had not, and with it one that others need. */
    private static final class CarelessSender extends StreamRequestHandler {
        private final ByteBuf shared;

        CarelessSender(ByteBuf shared) {
            this.shared = shared;
        }

        @Override
        protected void handle() throws IOException {
            in().readLine(UTF_8, 100);
            ByteBuf message = Unpooled.copiedBuffer("message\n", UTF_8);
            connection().send(message);
            connection().send(shared);
            message.release(2);
            keepOpen();
        }
    }

    @ParameterizedTest
    @MethodSource("settings")
    void aMessageThatSomebodyElseHasReleasedCostsItsConnectionAndNoOther(StreamSetting setting) throws Exception {
        ByteBuf shared = Unpooled.copiedBuffer("for all\n", UTF_8);
        try (StreamSetting.Running running = start(setting, config -> config, () -> new CarelessSender(shared))) {
            try (Peer peer = running.connect()) {
                peer.send("please\n");
                assertThat(peer.readAll()).isEmpty();
            }
            assertThat(running.server().join(Polling.PATIENCE)).isTrue();
        }
        assertThat(shared.refCnt()).isEqualTo(1);
        shared.release();
    }
}
