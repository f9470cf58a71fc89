package dev.socketserver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.peer.ChoosesEngine;
import dev.socketserver.peer.LineEcho;
import dev.socketserver.peer.OpenedConnections;
import dev.socketserver.peer.Peer;
import dev.socketserver.peer.Polling;
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
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A group's messages reach its members, who leave it when they end. */
@ChoosesEngine
@Timeout(60)
class ConnectionGroupTest {
    private static final int KILOBYTE = 1024;
    private static final int SMALL_BUFFER = 16 * KILOBYTE;

    private final ConnectionGroup group = new ConnectionGroup();
    private final OpenedConnections opened = new Listener();
    private final AtomicInteger membersThatWereClosed = new AtomicInteger();
    private final AtomicBoolean sent = new AtomicBoolean(); // whether a sender has reached a member
    private final AtomicBoolean changed = new AtomicBoolean(); // whether a member has left or joined

    @TempDir
    Path directory;

    private final class Listener extends OpenedConnections {
        @Override
        public void closed(Server server, Request request) {
            if (group.contains((StreamConnection) request)) {
                membersThatWereClosed.incrementAndGet();
            }
        }
    }

    static List<StreamSetting> settings() {
        return StreamSetting.wide();
    }

    private StreamSetting.Running start(
            StreamSetting setting, UnaryOperator<ServerConfig.Builder> options, Supplier<StreamRequestHandler> handlers)
            throws IOException {
        return setting.start(directory, config -> options.apply(config.listener(opened)), handlers);
    }

    /** Connects a peer that is idle, after it has asked something. */
    private static Peer connect(StreamSetting.Running running) throws IOException {
        Peer peer = running.connect().send("ask\n");
        assertThat(peer.readLine()).isEqualTo("ask");
        return peer;
    }

    private StreamConnection member() throws InterruptedException {
        StreamConnection connection = opened.take();
        assertThat(group.join(connection)).isTrue();
        return connection;
    }

    private static void closeAll(List<Peer> peers) throws IOException {
        for (Peer peer : peers) {
            peer.close();
        }
    }

    private static <T> FutureTask<T> inThread(Callable<T> work) {
        var task = new FutureTask<>(work);
        new Thread(task).start();
        return task;
    }

    @ParameterizedTest
    @MethodSource("settings")
    void aMessageReachesAllMembersAndNobodyElseInOrder(StreamSetting setting) throws Exception {
        ByteBuf shared = Unpooled.copiedBuffer("shared\n", UTF_8);
        List<Peer> connected = new ArrayList<>();
        List<StreamConnection> accepted = new ArrayList<>();
        try (StreamSetting.Running running = start(setting, config -> config, LineEcho::new)) {
            for (int i = 0; i < 3; i++) {
                connected.add(connect(running));
                accepted.add(member());
            }
            StreamConnection first = accepted.get(0);
            StreamConnection second = accepted.get(1);
            StreamConnection stranger = accepted.get(2);
            assertThat(group.leave(stranger)).isTrue();
            assertThat(group.leave(stranger)).isFalse();
            assertThat(group.join(first)).isFalse();
            assertThat(group.size()).isEqualTo(2);

            for (int i = 0; i < 50; i++) {
                assertThat(group.send(i + "\n", UTF_8)).isEqualTo(2);
                assertThat(group.send(shared)).isEqualTo(2);
                assertThat(group.sendExcept(first, "to the second\n", UTF_8)).isEqualTo(1);
                assertThat(group.sendExcept(second, shared)).isEqualTo(1);
                assertThat(group.sendExcept(stranger, shared)).isEqualTo(2);
            }
            for (int i = 0; i < 50; i++) {
                for (int peer = 0; peer < 2; peer++) {
                    assertThat(connected.get(peer).readLine()).isEqualTo(Integer.toString(i));
                    assertThat(connected.get(peer).readLine()).isEqualTo("shared");
                    assertThat(connected.get(peer).readLine()).isEqualTo(peer == 0 ? "shared" : "to the second");
                    assertThat(connected.get(peer).readLine()).isEqualTo("shared");
                }
            }
            Peer outside = connected.get(2).send("hello\n");
            assertThat(outside.readLine()).isEqualTo("hello");
        } finally {
            closeAll(connected);
        }
        assertThat(shared.refCnt()).isEqualTo(1);
        shared.release();
    }

    @ParameterizedTest
    @MethodSource("settings")
    void aConnectionThatEndsLeavesItsGroupsAfterFinish(StreamSetting setting) throws Exception {
        var other = new ConnectionGroup();
        var inFinish = new LinkedBlockingQueue<Boolean>();
        Supplier<StreamRequestHandler> handlers = () -> new LineEcho() {
            @Override
            protected void finish() {
                inFinish.add(group.contains(connection()));
            }
        };
        try (StreamSetting.Running running = start(setting, config -> config, handlers)) {
            for (boolean byPeer : new boolean[] {true, false}) {
                try (Peer peer = connect(running)) {
                    StreamConnection connection = member();
                    assertThat(other.join(connection)).isTrue();
                    if (byPeer) {
                        leave(peer);
                    } else {
                        connection.close();
                    }
                    assertThat(inFinish.take()).isTrue();
                    assertThat(running.server().join(Polling.PATIENCE)).isTrue();
                    assertThat(group.size()).isZero();
                    assertThat(other.size()).isZero();
                    assertThat(group.join(connection)).isFalse();
                    assertThat(group.leave(connection)).isFalse();
                }
            }
        }
        assertThat(membersThatWereClosed).hasValue(0);
    }

    @ParameterizedTest
    @MethodSource("settings")
    void aConnectionThatNobodyCalledJoinsNoGroupOnceItHasEnded(StreamSetting setting) throws Exception {
        try (StreamSetting.Running running = start(setting, config -> config, LineEcho::new)) {
            connect(running).close();
            StreamConnection connection = opened.take();
            assertThat(running.server().join(Polling.PATIENCE)).isTrue();
            assertThat(group.join(connection)).isFalse();
            assertThat(group.size()).isZero();
        }
    }

    private static void leave(Peer peer) throws IOException {
        peer.close();
    }

    private static String line(int number) {
        return String.format("%-" + (KILOBYTE - 1) + "d%n", number);
    }

    @ParameterizedTest
    @MethodSource("settings")
    void aFrozenPeerDelaysNobodyAndIsClosed(StreamSetting setting) throws Exception {
        int batch = 32;
        try (StreamSetting.Running running =
                        start(setting, config -> config.outboundLimit(64 * KILOBYTE), LineEcho::new);
                Peer frozen = setting.connectWithSmallWindow(running.server().address())
                        .send("ask\n");
                Peer first = connect(running);
                Peer second = connect(running)) {
            for (int i = 0; i < 3; i++) {
                member().option(StandardSocketOptions.SO_SNDBUF, SMALL_BUFFER);
            }
            int number = 0;
            for (int rounds = 0; rounds < 200 && (rounds < 20 || group.size() == 3); rounds++) {
                for (int i = 0; i < batch; i++) {
                    assertThat(group.send(line(number + i), UTF_8)).isGreaterThanOrEqualTo(2);
                }
                for (int i = 0; i < batch; i++) {
                    assertThat(first.readLine().strip()).isEqualTo(Integer.toString(number));
                    assertThat(second.readLine().strip()).isEqualTo(Integer.toString(number));
                    number++;
                }
            }
            assertThat(Polling.await(() -> group.size() == 2)).isTrue();
            assertThat(running.server().snapshot().messagesDropped()).isPositive();
            assertThat(frozen).isNotNull(); // and open until here
        }
    }

    /** Returns how many lines a peer has received, of which each sender's numbers rise. */
    private static int receiveAll(Peer peer) throws IOException {
        Map<String, Integer> last = new HashMap<>();
        int count = 0;
        for (String line : peer.readAll().lines().toList()) {
            String[] words = line.split(" ", -1);
            int number = Integer.parseInt(words[1]);
            assertThat(number).isGreaterThan(last.getOrDefault(words[0], -1));
            last.put(words[0], number);
            count++;
        }
        return count;
    }

    private List<FutureTask<Integer>> senders(int count, AtomicBoolean stop, @Nullable ByteBuf shared) {
        List<FutureTask<Integer>> senders = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int sender = i;
            senders.add(inThread(() -> {
                int taken = 0;
                for (int n = 0; !stop.get() && n < 2_000; n++) {
                    taken += shared == null ? group.send(sender + " " + n + "\n", UTF_8) : group.send(shared);
                    if (taken > 0) {
                        sent.set(true);
                    }
                }
                return taken;
            }));
        }
        return senders;
    }

    private FutureTask<Integer> joining(List<StreamConnection> connections, AtomicBoolean stop) {
        return inThread(() -> {
            int changes = 0;
            do { // once at least, however late this thread begins
                StreamConnection any =
                        connections.get(ThreadLocalRandom.current().nextInt(connections.size()));
                changes += group.leave(any) ? 1 : 0;
                changes += group.join(any) ? 1 : 0;
                if (changes > 0) {
                    changed.set(true);
                }
            } while (!stop.get());
            return changes;
        });
    }

    private static int sum(List<FutureTask<Integer>> tasks) throws Exception {
        int sum = 0;
        for (FutureTask<Integer> task : tasks) {
            sum += task.get();
        }
        return sum;
    }

    @ParameterizedTest
    @MethodSource("settings")
    void everyMessageThatWasTakenIsDeliveredWhileMembersComeAndGo(StreamSetting setting) throws Exception {
        int peers = 6;
        UnaryOperator<ServerConfig.Builder> options =
                config -> config.outboundLimit(SMALL_BUFFER).outboundPolicy(OutboundPolicy.DROP_NEWEST);
        List<Peer> connected = new ArrayList<>();
        var stop = new AtomicBoolean();
        try (StreamSetting.Running running = start(setting, options, LineEcho::new)) {
            List<StreamConnection> connections = new ArrayList<>();
            List<FutureTask<Integer>> receiving = new ArrayList<>();
            for (int i = 0; i < peers; i++) {
                Peer peer = connect(running);
                connected.add(peer);
                connections.add(member());
            }
            for (Peer peer : connected) {
                receiving.add(inThread(() -> receiveAll(peer)));
            }
            FutureTask<Integer> joining = joining(connections, stop);
            int taken = sum(senders(3, new AtomicBoolean(), null));
            stop.set(true);
            assertThat(joining.get()).isPositive();
            DrainReport report = running.server().shutdown(Duration.ofSeconds(50));
            assertThat(report.forced()).isEmpty();
            assertThat(sum(receiving)).isEqualTo(taken).isPositive();
            assertThat(group.size()).isZero();
        } finally {
            stop.set(true);
            closeAll(connected);
        }
    }

    @ParameterizedTest
    @MethodSource("settings")
    void neitherMembersNorBuffersAreLeftWhenJoinsAndSendsRaceClosesAndADrain(StreamSetting setting) throws Exception {
        ByteBuf shared = Unpooled.directBuffer().writeBytes("message\n".getBytes(UTF_8));
        UnaryOperator<ServerConfig.Builder> options = config -> config.outboundPolicy(OutboundPolicy.DROP_OLDEST);
        var stop = new AtomicBoolean();
        List<Peer> connected = new ArrayList<>();
        try (StreamSetting.Running running = start(setting, options, LineEcho::new)) {
            List<StreamConnection> connections = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                Peer peer = connect(running);
                connected.add(peer);
                connections.add(member());
            }
            List<FutureTask<Integer>> changing = List.of(joining(connections, stop), joining(connections, stop));
            List<FutureTask<Integer>> sending = senders(2, stop, shared);
            assertThat(Polling.await(() -> sent.get() && changed.get())).isTrue(); // there is a race only once they run
            for (int i = 0; i < 8; i++) {
                if (i % 2 == 0) {
                    connections.get(i).close();
                } else {
                    assertThat(connections.get(i).send(shared)).isTrue(); // it may be in no group while others send
                    assertThat(connected.get(i).readLine()).isEqualTo("message");
                    leave(connected.get(i));
                }
            }
            List<FutureTask<String>> reading = new ArrayList<>();
            for (Peer peer : connected.subList(8, 12)) {
                reading.add(inThread(peer::readAll));
            }
            assertThat(running.server().shutdown(Duration.ofSeconds(50)).forced())
                    .isEmpty();
            for (FutureTask<String> all : reading) {
                assertThat(all.get().lines()).allMatch("message"::equals);
            }
            assertThat(group.size()).isZero();
            stop.set(true);
            assertThat(sum(sending)).isPositive();
            assertThat(sum(changing)).isPositive();
            assertThat(group.size()).isZero();
        } finally {
            stop.set(true);
            closeAll(connected);
        }
        assertThat(membersThatWereClosed).hasValue(0);
        assertThat(shared.refCnt()).isEqualTo(1);
        shared.release();
    }
}
