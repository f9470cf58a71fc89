package dev.socketserver.examples.load;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.DatagramPacket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class DatagramLoadTest {
    /** Longer than any machine is too busy to answer. */
    private static final Duration PATIENT = Duration.ofSeconds(10);

    private static final int REQUESTS = 100;

    private static LoadResult run(DatagramPeer.Behaviour behaviour, int connections, int depth, int payload)
            throws Exception {
        return run(behaviour, connections, depth, payload, PATIENT, REQUESTS);
    }

    private static LoadResult run(
            DatagramPeer.Behaviour behaviour, int connections, int depth, int payload, Duration timeout, int requests)
            throws Exception {
        try (var peer = new DatagramPeer(behaviour)) {
            LoadPlan plan = LoadPlan.builder(peer.address())
                    .mode(Mode.UDP)
                    .connections(connections)
                    .depth(depth)
                    .requests(requests)
                    .warmup(Duration.ZERO)
                    .timeout(timeout)
                    .payload(Message.ofSize(payload))
                    .build();
            return new Load(plan).run(LoadListener.NONE);
        }
    }

    @ParameterizedTest
    @CsvSource({"1,1,64", "4,1,3", "4,8,64", "2,1,60000"})
    void anHonestEchoHasNoErrors(int connections, int depth, int payload) throws Exception {
        LoadResult result = run((socket, packet, number) -> socket.send(packet), connections, depth, payload);

        assertThat(result.clients().errors()).isEmpty();
        assertThat(result.clients().successes()).isPositive();
    }

    /** One that a busy machine answered too late is lost as well, but known to have come late. */
    @Test
    void everyHundredthDatagramDroppedIsExactlyWhatIsLost() throws Exception {
        var answered = new AtomicInteger();
        var dropped = new AtomicInteger();
        LoadResult result = run(
                (socket, packet, number) -> {
                    if (number % 100 == 0) {
                        dropped.incrementAndGet();
                    } else {
                        answered.incrementAndGet();
                        socket.send(packet);
                    }
                },
                1,
                4,
                64,
                Duration.ofMillis(200),
                5 * REQUESTS);

        long late = result.clients().errors().getOrDefault(ErrorKind.LATE, 0L);
        assertThat(dropped.get()).isPositive();
        assertThat(result.clients().errors()).containsEntry(ErrorKind.LOST, dropped.get() + late);
        assertThat(result.failures()).isEqualTo(dropped.get() + late);
        assertThat(result.clients().successes()).isEqualTo(answered.get() - late);
    }

    @Test
    void aSecondAnswerIsADuplicateAndNoError() throws Exception {
        var doubled = new AtomicInteger();
        LoadResult result = run(
                (socket, packet, number) -> {
                    socket.send(packet);
                    if (number == 5) {
                        socket.send(packet);
                        doubled.incrementAndGet();
                    }
                },
                1,
                1,
                64);

        assertThat(doubled).hasValue(1);
        assertThat(result.clients().errors())
                .containsOnlyKeys(ErrorKind.DUPLICATE)
                .containsEntry(ErrorKind.DUPLICATE, 1L);
        assertThat(result.failures()).isZero();
    }

    @Test
    void asManyAsAskedForAreMeasuredAfterAWarmUp() throws Exception {
        DatagramPeer.Behaviour slow = (socket, packet, number) -> {
            LockSupport.parkNanos(1_000_000);
            socket.send(packet);
        };
        try (var peer = new DatagramPeer(slow)) {
            LoadPlan plan = LoadPlan.builder(peer.address())
                    .mode(Mode.UDP)
                    .connections(4)
                    .depth(2)
                    .requests(50)
                    .warmup(Duration.ofMillis(50))
                    .build();
            LoadResult result = new Load(plan).run(LoadListener.NONE);

            assertThat(result.clients().successes() + result.failures()).isEqualTo(50);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 64})
    void anEmptyAnswerIsWrong(int payload) throws Exception {
        LoadResult result = run(
                (socket, packet, number) -> {
                    packet.setLength(0);
                    socket.send(packet);
                },
                1,
                1,
                payload,
                Duration.ofMillis(200),
                5);

        assertThat(result.clients().errors()).containsKey(ErrorKind.WRONG_BYTES);
    }

    /** Nothing but its time tells it apart if datagrams are too short for numbers. */
    @Test
    void whatComesBeforeARequestWasSentIsNotItsAnswer() throws Exception {
        LoadResult result = run(
                (socket, packet, number) -> {
                    for (int i = 0; i < (number == 1 ? 100 : 1); i++) {
                        socket.send(packet);
                    }
                },
                1,
                1,
                4);

        assertThat(result.clients().latencies().getMinValue()).isPositive();
        assertThat(result.failures()).isZero();
    }

    @Test
    void anAnswerOvertakenByALaterOneIsReordered() throws Exception {
        var held = new byte[64];
        LoadResult result = run(
                (socket, packet, number) -> {
                    if (number == 1) {
                        System.arraycopy(packet.getData(), 0, held, 0, held.length);
                        return;
                    }
                    socket.send(packet);
                    if (number == 2) {
                        socket.send(new DatagramPacket(held, held.length, packet.getSocketAddress()));
                    }
                },
                1,
                2,
                64);

        assertThat(result.clients().errors())
                .containsOnlyKeys(ErrorKind.REORDERED)
                .containsEntry(ErrorKind.REORDERED, 1L);
    }

    /** The first is answered when the second has come, from another socket, since the first was given up. */
    @Test
    void withoutNumbersALateAnswerIsNotTakenForTheNext() throws Exception {
        var late = new AtomicReference<DatagramPacket>();
        try (var peer = new DatagramPeer((socket, packet, number) -> {
            if (number == 1) {
                late.set(new DatagramPacket("A000".getBytes(US_ASCII), 4, packet.getSocketAddress()));
                return;
            }
            if (number == 2) {
                socket.send(late.get());
            }
            packet.getData()[0] = 'A';
            socket.send(packet);
        })) {
            LoadPlan plan = LoadPlan.builder(peer.address())
                    .mode(Mode.UDP)
                    .connections(1)
                    .requests(3)
                    .timeout(Duration.ofSeconds(1))
                    .script(new Script(
                            List.of(new Script.Step(
                                    Message.ofText("Q{{counter:3}}"), Message.ofText("A{{counter:3}}"))),
                            Answer.EXACT,
                            false))
                    .build();
            LoadResult result = new Load(plan).run(LoadListener.NONE);

            assertThat(result.clients().errors())
                    .containsOnlyKeys(ErrorKind.LOST)
                    .containsEntry(ErrorKind.LOST, 1L);
            assertThat(result.clients().successes()).isEqualTo(2);
        }
    }

    @Test
    void aChangedDatagramIsWrongBytes() throws Exception {
        var changed = new AtomicInteger();
        LoadResult result = run(
                (socket, packet, number) -> {
                    if (number % 10 == 0) {
                        packet.getData()[20] ^= 1;
                        changed.incrementAndGet();
                    }
                    socket.send(packet);
                },
                1,
                1,
                64);

        assertThat(result.clients().errors()).containsOnlyKeys(ErrorKind.WRONG_BYTES);
        assertThat(result.failures()).isEqualTo(changed.get());
    }

    @Test
    void aShortenedDatagramIsWrongBytes() throws Exception {
        LoadResult result = run(
                (socket, packet, number) -> {
                    packet.setLength(packet.getLength() - 1);
                    socket.send(packet);
                },
                1,
                1,
                64,
                PATIENT,
                5);

        assertThat(result.clients().errors()).containsOnlyKeys(ErrorKind.WRONG_BYTES);
        assertThat(result.clients().successes()).isZero();
    }
}
