package dev.socketserver.internal.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.socketserver.internal.pool.ServicePool;
import dev.socketserver.pool.ElasticThreadPool;
import dev.socketserver.pool.PoolConfig;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which waits last, and how long a peer may be slow before it gives way. */
@Timeout(30)
class SlowPeersTest {
    private static final long LONGEST = SlowPeers.LONGEST.toNanos();

    private long now = 1_000_000_007;
    private final SlowPeers peers = new SlowPeers(null, "test", () -> now);

    private void giveWay(int count) {
        for (int i = 0; i < count; i++) {
            peers.givesWay("a peer", new SocketTimeoutException("slow"));
        }
    }

    private void pass(Duration time) {
        now += time.toNanos();
    }

    @Test
    void thePatienceIsTheLongestAtFirst() {
        assertThat(peers.patience()).isEqualTo(LONGEST);
    }

    @Test
    void peersThatGiveWayTogetherHalveThePatienceOnce() {
        giveWay(50);
        assertThat(peers.patience()).isEqualTo(LONGEST / 2);
        pass(SlowPeers.LONGEST.dividedBy(2).minusNanos(1));
        giveWay(50);
        assertThat(peers.patience()).isEqualTo(LONGEST / 2);
    }

    @Test
    void thePatienceHalvesEachTimeItHasPassedDownToTheShortest() {
        giveWay(1);
        for (int part : new int[] {4, 4, 4}) {
            now += peers.patience();
            giveWay(1);
            assertThat(peers.patience()).isEqualTo(LONGEST / part);
        }
        assertThat(peers.patience()).isEqualTo(SlowPeers.SHORTEST.toNanos());
    }

    @Test
    void thePatienceIsTheLongestAgainSomeTimeAfterTheLastPeerGaveWay() {
        giveWay(1);
        pass(SlowPeers.RECOVERY.minusNanos(1));
        giveWay(1);
        pass(SlowPeers.RECOVERY.minusNanos(1));
        assertThat(peers.patience()).isEqualTo(LONGEST / 4);
        pass(Duration.ofNanos(1));
        assertThat(peers.patience()).isEqualTo(LONGEST);
    }

    @Test
    void anyWaitLastsAndNobodyGivesWayIfThePoolIsUnknown() {
        for (int i = 0; i < 1_000; i++) {
            assertThat(peers.beginWait()).isTrue();
        }
        assertThat(peers.isCrowded()).isFalse();
    }

    @Test
    void halfOfTheWorkersMayWaitAndItIsCrowdedWhileATaskWaitsForAWorker() throws InterruptedException {
        try (var pool = new ElasticThreadPool(
                PoolConfig.builder().minWorkers(1).maxWorkers(2).build())) {
            var crowded = new SlowPeers(Objects.requireNonNull(ServicePool.of(pool)), "test");
            var block = new CountDownLatch(1);
            var busy = new CountDownLatch(2);
            assertThat(crowded.beginWait()).isTrue();
            assertThat(crowded.beginWait()).isFalse();
            for (int i = 0; i < 2; i++) {
                pool.execute(() -> {
                    busy.countDown();
                    awaitQuietly(block);
                });
            }
            busy.await();
            assertThat(crowded.isCrowded()).isFalse();
            pool.execute(() -> {});
            assertThat(crowded.isCrowded()).isTrue();
            block.countDown();
            pool.join();
            assertThat(crowded.isCrowded()).isFalse();
            crowded.endWait();
            assertThat(crowded.beginWait()).isTrue();
            crowded.endWait();
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await(20, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
