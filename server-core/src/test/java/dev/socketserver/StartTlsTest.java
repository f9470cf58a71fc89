package dev.socketserver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.peer.ChoosesEngine;
import dev.socketserver.peer.Peer;
import dev.socketserver.peer.TestClient;
import dev.socketserver.peer.TlsClient;
import dev.socketserver.pool.PoolConfig;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** TLS that begins in the middle of a conversation. */
@ChoosesEngine
@Timeout(60)
class StartTlsTest extends StartTlsConversation {
    private static final int BIG = 4 * 1024 * 1024;
    private static final int BIG_ONES = 3;
    private static final int ROUNDS = 15;
    private static final int LINES = 50;

    @ParameterizedTest
    @MethodSource("everywhere")
    void theConversationGoesOnEncrypted(StreamSetting setting, Style style) throws Exception {
        try (StreamSetting.Running running = start(setting, style)) {
            try (Peer peer = running.connect()) {
                assertThat(peer.send("one\n").readLine()).isEqualTo("clear one");
                TlsClient client = begin(peer).shakeHands();
                assertThat(client.send("two\n").readLine()).isEqualTo("old two");
                assertThat(client.send("three\nfour\n").readLine()).isEqualTo("old three");
                assertThat(client.readLine()).isEqualTo("old four");
                assertThat(client.end().readAll()).isEmpty();
            }
            try (Peer peer = running.connect()) {
                TlsClient client = begin(peer, TlsSetup.OLDER).shakeHands();
                assertThat(client.send("two\n").readLine()).isEqualTo("old two");
                assertThat(client.send("quit\n").readAll()).isEmpty();
            }
            listener.await("closed", 2);
            assertThat(ends).containsExactly(EndReason.PEER, EndReason.HANDLER);
        }
        assertThat(listener.failures()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("engines")
    void whatComesTogetherWithTheLastStepOfTheHandshakeIsHandled(StreamSetting setting, Style style) throws Exception {
        try (StreamSetting.Running running = start(setting, style);
                Peer peer = running.connect()) {
            assertThat(peer.send("one\n").readLine()).isEqualTo("clear one"); // so that a conversation has waited
            TlsClient client = begin(peer, TlsSetup.NEWEST).shakeHandsWith("two\n");
            assertThat(client.readLine()).isEqualTo("old two");
            assertThat(client.send("three\n").readLine()).isEqualTo("old three");
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void aHandlerMaySpeakFirstBehindTheHandshake(StreamSetting setting, Style style) throws Exception {
        try (StreamSetting.Running running = start(setting, style);
                Peer peer = running.connect()) {
            assertThat(peer.send("STARTTLS greet\n").readLine()).isEqualTo("ready");
            try (var client = new TlsClient((TestClient) peer, clientEngine())) {
                assertThat(client.shakeHands().readLine()).isEqualTo("hello behind it");
                assertThat(client.send("two\n").readLine()).isEqualTo("old two");
            }
        }
    }

    /** What was taken before, in the middle, and by the handler itself, in their order. */
    @ParameterizedTest
    @MethodSource("pausing")
    void messagesOfOthersAreEncryptedWhereverTheHandshakeIs(StreamSetting setting, Style style) throws Exception {
        List<TlsClient> clients = new ArrayList<>();
        try (StreamSetting.Running running = start(setting, style)) {
            TlsClient client = begin(running.connect());
            clients.add(client);
            StreamConnection connection = connections.take();
            assertThat(connection.send("before\n", UTF_8)).isTrue();
            byte[] hello = client.hello();
            client.transport().send(Arrays.copyOf(hello, 30));
            assertThat(connection.send("in the middle\n", UTF_8)).isTrue();
            connection.execute(() -> connection.send("task\n", UTF_8));
            client.transport().send(Arrays.copyOfRange(hello, 30, hello.length));
            client.shakeHands();
            assertThat(client.readLine()).isEqualTo("before");
            assertThat(client.readLine()).isEqualTo("in the middle");
            assertThat(client.readLine()).isEqualTo("task");
            assertThat(client.send("two\n").readLine()).isEqualTo("old two");
        } finally {
            for (TlsClient client : clients) {
                client.close();
            }
        }
        assertThat(listener.failures()).isEmpty();
    }

    /** A message of which the peer has taken a part is ended in clear text, and the next one is encrypted. */
    @ParameterizedTest
    @MethodSource("pausing")
    void aMessageThatWasSentInPartIsEndedFirst(StreamSetting setting, Style style) throws Exception {
        try (StreamSetting.Running running = start(setting, style, config -> config.outboundLimit(BIG_ONES * BIG));
                Peer peer = setting.connectWithWindow(running.server().address(), 64 * 1024)) {
            assertThat(peer.send("one\n").readLine()).isEqualTo("clear one");
            StreamConnection connection = connections.take();
            byte[] message = new byte[BIG];
            for (int i = 0; i < BIG_ONES; i++) {
                assertThat(connection.send(message)).isTrue();
            }
            byte first = peer.read(1)[0]; // some of it has been sent, and not all
            peer.send("STARTTLS\n");
            awaitHandled("STARTTLS"); // or all of them might go before it
            int clear = 0;
            while (first == 0) {
                assertThat(peer.read(BIG - 1)).isEqualTo(Arrays.copyOf(message, BIG - 1));
                clear++;
                first = peer.read(1)[0];
            }
            assertThat(clear).isBetween(1, BIG_ONES - 1);
            assertThat((char) first + peer.readLine()).isEqualTo("ready");
            var client = new TlsClient((TestClient) peer, clientEngine()).shakeHands();
            for (int i = clear; i < BIG_ONES; i++) {
                assertThat(client.read(BIG)).isEqualTo(message);
            }
            assertThat(client.send("two\n").readLine()).isEqualTo("old two");
        }
        assertThat(listener.failures()).isEmpty();
    }

    private void awaitHandled(String line) throws InterruptedException {
        while (!handled.take().equals(line)) {
            // an earlier line
        }
    }

    /** As with a protocol in which the command needs no answer. */
    @ParameterizedTest
    @MethodSource("pausing")
    void soItIsIfTheHandlerHasWrittenNothing(StreamSetting setting, Style style) throws Exception {
        int size = BIG_ONES * BIG;
        try (StreamSetting.Running running = start(setting, style, config -> config.outboundLimit(size));
                Peer peer = setting.connectWithWindow(running.server().address(), 64 * 1024)) {
            assertThat(peer.send("one\n").readLine()).isEqualTo("clear one");
            assertThat(connections.take().send(new byte[size])).isTrue();
            assertThat(peer.read(1)).containsExactly(0);
            peer.send("encrypt\n");
            awaitHandled("encrypt");
            assertThat(peer.read(size - 1)).isEqualTo(new byte[size - 1]);
            var client = new TlsClient((TestClient) peer, clientEngine()).shakeHands();
            assertThat(client.send("two\n").readLine()).isEqualTo("old two");
        }
        assertThat(listener.failures()).isEmpty();
    }

    /** Two threads send while TLS begins: each line comes once, in its order, in clear text or encrypted as a whole. */
    @ParameterizedTest
    @MethodSource("pausing")
    void noMessageIsLostOrCutWhereverTlsBegins(StreamSetting setting, Style style) throws Exception {
        try (StreamSetting.Running running = start(setting, style)) {
            for (int round = 0; round < ROUNDS; round++) {
                try (Peer peer = running.connect()) {
                    assertThat(peer.send("one\n").readLine()).isEqualTo("clear one");
                    StreamConnection connection = connections.take();
                    List<FutureTask<Boolean>> senders =
                            List.of(sender(connection, "a", round), sender(connection, "b", round));
                    peer.send("STARTTLS\n");
                    List<String> lines = new ArrayList<>();
                    for (String line = peer.readLine(); !line.equals("ready"); line = peer.readLine()) {
                        lines.add(line);
                    }
                    var client = new TlsClient((TestClient) peer, clientEngine()).shakeHands();
                    while (lines.size() < senders.size() * LINES) {
                        lines.add(client.readLine());
                    }
                    for (FutureTask<Boolean> sender : senders) {
                        assertThat(sender.get()).isTrue();
                    }
                    assertThat(lines.stream().filter(line -> line.startsWith("a")))
                            .containsExactlyElementsOf(lines("a"));
                    assertThat(lines.stream().filter(line -> line.startsWith("b")))
                            .containsExactlyElementsOf(lines("b"));
                    assertThat(client.send("two\n").readLine()).isEqualTo("old two");
                }
            }
        }
        assertThat(listener.count("rejected")).isZero();
    }

    private static List<String> lines(String name) {
        return IntStream.range(0, LINES).mapToObj(i -> name + i).toList();
    }

    /** Starts a thread that sends its lines, sooner or later after the command. */
    private static FutureTask<Boolean> sender(StreamConnection connection, String name, int pace) {
        var task = new FutureTask<>(() -> {
            boolean taken = true;
            for (String line : lines(name)) {
                taken &= connection.send(line + "\n", UTF_8);
                for (int i = 0; i < 1_000 * pace; i++) {
                    Thread.onSpinWait();
                }
            }
            return taken;
        });
        new Thread(task).start();
        return task;
    }

    @ParameterizedTest
    @MethodSource("engines")
    void whatIsQueuedWhenTheHandlerEndsComesBehindTheHandshake(StreamSetting setting, Style style) throws Exception {
        try (StreamSetting.Running running = start(setting, style);
                Peer peer = running.connect()) {
            assertThat(peer.send("leave\n").readLine()).isEqualTo("ready");
            var client = new TlsClient((TestClient) peer, clientEngine()).shakeHands();
            assertThat(client.readAll()).isEqualTo("last");
        }
    }

    @ParameterizedTest
    @MethodSource("pausing")
    void aDrainWaitsForTheHandshakeAndSaysGoodbyeEncrypted(StreamSetting setting, Style style) throws Exception {
        try (StreamSetting.Running running = start(setting, style);
                Peer peer = running.connect()) {
            TlsClient client = begin(peer);
            var drain = new FutureTask<>(() -> {
                running.server().shutdown(Duration.ofSeconds(50));
                return true;
            });
            new Thread(drain).start();
            listener.await("DRAINING", 1);
            assertThat(client.shakeHands().readAll()).isEqualTo("bye\n");
            assertThat(drain.get()).isTrue();
            assertThat(ends).containsExactly(EndReason.DRAIN);
        }
        assertThat(listener.failures()).isEmpty();
    }

    /** Twenty peers that were told to go ahead and do not, and one worker. */
    @Test
    void aPeerThatTakesItsTimeHoldsNoWorker() throws Exception {
        List<Peer> silent = new ArrayList<>();
        try (StreamSetting.Running running = start(
                selecting(),
                Style.KEPT,
                config -> config.pool(PoolConfig.builder()
                        .minWorkers(1)
                        .maxWorkers(2)
                        .minSpareWorkers(0)
                        .build()))) {
            for (int i = 0; i < 20; i++) {
                Peer peer = running.connect();
                silent.add(peer);
                TlsClient client = begin(peer);
                if (i % 2 == 0) {
                    client.transport().send(Arrays.copyOf(client.hello(), 50));
                }
            }
            try (Peer peer = running.connect()) {
                assertThat(begin(peer).shakeHands().send("two\n").readLine()).isEqualTo("old two");
            }
        } finally {
            for (Peer peer : silent) {
                peer.close();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void itMayBeginInSetup(StreamSetting setting, Style style) throws Exception {
        try (var running = setting.start(directory, config -> config.listener(listener), () -> new Greeter(style) {
                    @Override
                    protected void setup() throws Exception {
                        out().write("ready\n", UTF_8);
                        connection().startTls(tls);
                    }
                });
                Peer peer = running.connect()) {
            assertThat(peer.readLine()).isEqualTo("ready");
            var client = new TlsClient((TestClient) peer, clientEngine()).shakeHands();
            assertThat(client.send("one\n").readLine()).isEqualTo("old one");
            assertThat(client.end().readAll()).isEmpty();
        }
        assertThat(listener.failures()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("pausing")
    void itMayBeginInATask(StreamSetting setting, Style style) throws Exception {
        try (StreamSetting.Running running = start(setting, style);
                Peer peer = running.connect()) {
            assertThat(peer.send("one\n").readLine()).isEqualTo("clear one");
            StreamConnection connection = connections.take();
            connection.execute(() -> {
                try {
                    connection.out().write("ready\n", UTF_8);
                    connection.startTls(tls);
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            assertThat(peer.readLine()).isEqualTo("ready");
            var client = new TlsClient((TestClient) peer, clientEngine()).shakeHands();
            assertThat(client.send("two\n").readLine()).isEqualTo("old two");
        }
        assertThat(listener.failures()).isEmpty();
    }
}
