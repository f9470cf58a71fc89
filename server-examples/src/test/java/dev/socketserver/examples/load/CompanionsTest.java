package dev.socketserver.examples.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Idle and slow clients, on their own and beside others. */
@Timeout(60)
class CompanionsTest {
    private static final int PAYLOAD = 5;

    private static LoadPlan.Builder plan(StreamPeer peer) {
        return LoadPlan.builder(peer.address())
                .connections(4)
                .payload(Message.ofSize(PAYLOAD))
                .warmup(Duration.ZERO)
                .duration(Duration.ofMillis(300))
                .timeout(Duration.ofSeconds(10));
    }

    private static LoadResult run(LoadPlan.Builder plan) throws IOException, InterruptedException {
        return new Load(plan.build()).run(LoadListener.NONE);
    }

    @Test
    void idleConnectionsAreHeldWhileOthersRunAndEachAnswersAtTheEnd() throws Exception {
        try (var peer = new StreamPeer(StreamPeer.ECHO)) {
            LoadResult result = run(plan(peer).idle(20).requests(50).duration(null));

            assertThat(result.idle().successes()).isEqualTo(20);
            assertThat(result.idle().errors()).isEmpty();
            assertThat(result.clients().successes()).isPositive();
            assertThat(result.failures()).isZero();
        }
    }

    @Test
    void anIdleConnectionThatTheServerDropsIsAnError() throws Exception {
        var connections = new AtomicInteger();
        try (var peer = new StreamPeer(connection -> {
            if (connections.incrementAndGet() > 3) {
                StreamPeer.ECHO.serve(connection);
            }
        })) {
            LoadResult result = run(plan(peer).mode(Mode.IDLE).connections(10).duration(Duration.ofSeconds(2)));

            assertThat(result.clients().errors())
                    .containsOnlyKeys(ErrorKind.CLOSED_EARLY)
                    .containsEntry(ErrorKind.CLOSED_EARLY, 3L);
            assertThat(result.clients().successes())
                    .as("they had connected again")
                    .isEqualTo(10);
        }
    }

    @Test
    void anIdleConnectionThatIsNotServedAnyMoreIsAnError() throws Exception {
        try (var peer = new StreamPeer(connection -> {
            connection.getInputStream().read();
            connection.setSoLinger(true, 0);
        })) {
            LoadResult result = run(plan(peer).mode(Mode.IDLE).connections(3));

            assertThat(result.clients().errors())
                    .containsEntry(ErrorKind.RESET, 3L)
                    .hasSize(1);
            assertThat(result.clients().successes()).isZero();
        }
    }

    /**
     * The second byte would follow after an hour; the rest comes when the run is stopped, which the first byte does.
     */
    @Test
    void slowClientsSendByteByByteAndTheRestAtTheEnd() throws Exception {
        var load = new CompletableFuture<Load>();
        var pieces = new ArrayBlockingQueue<Integer>(2);
        try (var peer = new StreamPeer(connection -> {
            InputStream in = connection.getInputStream();
            pieces.add(in.readNBytes(1).length + in.available());
            load.join().stop();
            pieces.add(in.readNBytes(PAYLOAD - 1).length);
        })) {
            load.complete(new Load(plan(peer)
                    .mode(Mode.SLOW)
                    .connections(1)
                    .drip(Duration.ofHours(1))
                    .duration(Duration.ofHours(1))
                    .build()));
            load.join().run(LoadListener.NONE);

            assertThat(pieces.take()).isEqualTo(1);
            assertThat(pieces.take()).isEqualTo(PAYLOAD - 1);
        }
    }

    @Test
    void aSlowClientsOwnPauseIsNoTimeout() throws Exception {
        try (var peer = new StreamPeer(StreamPeer.ECHO)) {
            LoadResult result = run(plan(peer)
                    .mode(Mode.SLOW)
                    .drip(Duration.ofHours(1))
                    .timeout(Duration.ofSeconds(1))
                    .duration(Duration.ofMillis(1500)));

            assertThat(result.clients().errors()).isEmpty();
            assertThat(result.clients().successes()).isEqualTo(4);
        }
    }

    @Test
    void slowClientsGoOnWithTheNextByteAfterAPause() throws Exception {
        try (var peer = new StreamPeer(StreamPeer.ECHO)) {
            LoadResult result = run(plan(peer).mode(Mode.SLOW).connections(1).drip(Duration.ofMillis(1)));

            assertThat(result.clients().errors()).isEmpty();
            assertThat(result.clients().successes()).isPositive();
        }
    }

    @Test
    void slowCompanionsDoNotSlowTheOthers() throws Exception {
        try (var peer = new StreamPeer(StreamPeer.ECHO)) {
            LoadResult result = run(plan(peer).slow(3).drip(Duration.ofMillis(10)));

            assertThat(result.slow().successes()).isGreaterThanOrEqualTo(3);
            assertThat(result.slow().errors()).isEmpty();
            assertThat(result.clients().successes()).isGreaterThan(result.slow().successes());
        }
    }
}
