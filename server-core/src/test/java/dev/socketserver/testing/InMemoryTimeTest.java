package dev.socketserver.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.EndReason;
import dev.socketserver.ServerConfig;
import dev.socketserver.StreamRequestHandler;
import dev.socketserver.TcpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Time passes for a connection in memory only while its peer is silent; what ends it is known. */
@Timeout(60)
class InMemoryTimeTest {
    @Test
    void aConnectionsIdleTimeoutMustNotBeNegative() {
        try (var connection = InMemoryConnection.to(() -> new StreamRequestHandler() {
            @Override
            protected void handle() {
                connection().idleTimeout(Duration.ofSeconds(5));
                connection().idleTimeout(Duration.ofNanos(-1));
            }
        })) {
            assertThat(connection.serveToFailure()).hasMessage("idleTimeout must not be negative: PT-0.000000001S");
            assertThat(connection.idleTimeout()).isEqualTo(Duration.ofSeconds(5));
            assertThat(connection.endedBy()).contains(EndReason.ERROR);
        }
    }

    /**
     * Has the peer of a handler that keeps its connection, and one of a conversation, act so; returns why both ended.
     */
    private static EndReason endedBy(Consumer<InMemoryConnection> act) {
        var reasons = new ArrayList<EndReason>();
        for (boolean kept : new boolean[] {true, false}) {
            try (var connection = InMemoryConnection.to(() -> new StreamRequestHandler() {
                @Override
                protected void handle() throws IOException {
                    if (kept) {
                        if (in().readLine(UTF_8, 100) != null) {
                            keepOpen();
                        }
                        return;
                    }
                    while (in().awaitMessage()) {
                        in().readLine(UTF_8, 100);
                    }
                }

                @Override
                protected void finish() {
                    reasons.add(connection().endedBy().orElseThrow());
                }
            })) {
                act.accept(connection.send("ask\n"));
                assertThat(connection.endedBy()).isEmpty();
                connection.serve();
                assertThat(connection.endedBy()).contains(reasons.get(reasons.size() - 1));
            }
        }
        assertThat(reasons).hasSize(2).containsOnly(reasons.get(0));
        return reasons.get(0);
    }

    @Test
    void theHandlerKnowsWhyItsConnectionEnds() {
        assertThat(endedBy(InMemoryConnection::shutdownOutput)).isEqualTo(EndReason.PEER);
        assertThat(endedBy(InMemoryConnection::staySilent)).isEqualTo(EndReason.IDLE_TIMEOUT);
        assertThat(endedBy(InMemoryConnection::drain)).isEqualTo(EndReason.DRAIN);
        assertThat(endedBy(InMemoryConnection::reset)).isEqualTo(EndReason.RESET);
    }

    @Test
    void whatIsScheduledHappensWhileThePeerIsSilent() {
        try (var connection = InMemoryConnection.to(() -> new LineRecorder() {
            @Override
            protected void setup() {
                beat();
                connection().schedule(Duration.ZERO, () -> say("now\n"));
                connection().schedule(Duration.ofSeconds(25), () -> say("once\n"));
                connection()
                        .schedule(Duration.ofSeconds(5), () -> say("never\n"))
                        .cancel();
            }

            private void beat() {
                connection().schedule(Duration.ofSeconds(10), () -> {
                    say("beat\n");
                    beat();
                });
            }

            private void say(String line) {
                try {
                    out().write(line, UTF_8);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        })) {
            connection
                    .send("first\n")
                    .staySilent(Duration.ofMillis(9_999))
                    .expect("now\nfirst\n")
                    .staySilent(Duration.ofMillis(1))
                    .expect("beat\n")
                    .staySilent(Duration.ofSeconds(20))
                    .expect("beat\nonce\nbeat\n")
                    .send("last\n")
                    .serve();
            assertThat(connection.isOpen()).isTrue();
            connection.staySilent().serve();
            assertThat(connection.isOpen()).isFalse();
            assertThat(connection.received()).endsWith("last\nbeat\nbeat\nbeat\nbeat\nbeat\nbeat\n");
        }
    }

    @Test
    void whatIsScheduledHappensWhileAHandlerReadsTheFirstByte() {
        try (var connection = InMemoryConnection.to(() -> new LineRecorder() {
            @Override
            protected void setup() {
                for (int seconds = 10; seconds <= 40; seconds += 10) {
                    connection()
                            .schedule(
                                    Duration.ofSeconds(seconds),
                                    () -> connection().send("beat\n", UTF_8));
                }
            }
        })) {
            connection
                    .staySilent(Duration.ofMillis(9_999))
                    .expect("")
                    .staySilent(Duration.ofMillis(1))
                    .expect("beat\n")
                    .staySilent(Duration.ofSeconds(15))
                    .expect("beat\n")
                    .send("first\n")
                    .serve();
            assertThat(connection.received()).isEqualTo("beat\nbeat\nfirst\n");
            connection.staySilent(Duration.ofSeconds(5)).expect("first\nbeat\n").serve();
        }
    }

    /** Answering calls gives the peer no more time. */
    @Test
    void theReadTimeoutOfTheFirstByteGoesOnWhileTasksRun() {
        try (var connection = InMemoryConnection.to(() -> new LineRecorder() {
            @Override
            protected void setup() {
                connection().schedule(Duration.ofSeconds(20), () -> connection().send("beat\n", UTF_8));
                connection().schedule(Duration.ofSeconds(31), () -> connection().send("never\n", UTF_8));
            }
        })) {
            assertThat(connection.staySilent().serveToFailure())
                    .isInstanceOf(SocketTimeoutException.class)
                    .hasMessage("no data received for PT30S");
            assertThat(connection.received()).isEqualTo("beat\n");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theHandlerIsToldOfSilenceUntilTheIdleTimeoutEndsIt(boolean kept) {
        var server = new TcpServer(
                ServerConfig.builder().idleAfter(Duration.ofSeconds(20)).build(), () -> new LineRecorder() {
                    @Override
                    protected void handle() throws Exception {
                        if (kept) {
                            super.handle();
                            return;
                        }
                        while (in().awaitMessage()) {
                            out().write(in().readLine(UTF_8, 100) + "\n", UTF_8);
                        }
                    }

                    @Override
                    protected void idle() throws IOException {
                        out().write("idle\n", UTF_8);
                    }
                });
        try (var connection = InMemoryConnection.to(server)) {
            connection
                    .send("first\n")
                    .staySilent(Duration.ofSeconds(19))
                    .expect("first\n")
                    .send("second\n")
                    .staySilent(Duration.ofSeconds(19))
                    .expect("second\n")
                    .staySilent(Duration.ofSeconds(1))
                    .expect("idle\n")
                    .staySilent(Duration.ofSeconds(20))
                    .expect("idle\n")
                    .staySilent(Duration.ofSeconds(20))
                    .serve();
            assertThat(connection.endedBy()).contains(EndReason.IDLE_TIMEOUT);
            assertThat(connection.received()).isEqualTo("first\nsecond\nidle\nidle\n");
        }
    }

    /** Returns a server that waits for the first byte, and records the steps of its handlers. */
    private static TcpServer recording(List<String> steps) {
        return new TcpServer(ServerConfig.builder().awaitFirstByte(true).build(), () -> new LineRecorder() {
            @Override
            protected void goodbye() throws IOException {
                connection().readTimeout(Duration.ofSeconds(7));
                try {
                    in().read();
                } catch (SocketTimeoutException e) {
                    steps.add(e.getMessage());
                }
            }
        });
    }

    @Test
    void aGoodbyeWaitsHalfASecondForThePeer() {
        var steps = new ArrayList<String>();
        try (var connection = InMemoryConnection.to(recording(steps))) {
            connection.send("ask\n").drain().serve();
            assertThat(steps).containsExactly("no data received for PT0.5S");
            assertThat(connection.readTimeout()).isEqualTo(Duration.ofSeconds(7));
            assertThat(connection.endedBy()).contains(EndReason.DRAIN);
        }
    }

    @Test
    void aDrainEndsAConnectionWhosePeerHasSentNothing() {
        try (var connection = InMemoryConnection.to(recording(new ArrayList<>()))) {
            connection.drain().serve();
            assertThat(connection.isOpen()).isFalse();
            assertThat(connection.endedBy()).contains(EndReason.DRAIN);
        }
    }

    @Test
    void aDrainWaitsASecondForTheFirstByte() {
        try (var connection = InMemoryConnection.to(recording(new ArrayList<>()))) {
            connection
                    .drain()
                    .staySilent(Duration.ofMillis(999))
                    .send("in time\n")
                    .serve();
            assertThat(connection.received()).isEqualTo("in time\n");
            assertThat(connection.endedBy()).contains(EndReason.DRAIN);
        }
        try (var connection = InMemoryConnection.to(recording(new ArrayList<>()))) {
            connection.drain().staySilent(Duration.ofSeconds(1)).send("late\n").serve();
            assertThat(connection.received()).isEmpty();
            assertThat(connection.endedBy()).contains(EndReason.DRAIN);
        }
    }
}
