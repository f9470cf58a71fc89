package dev.socketserver.bench.pool;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.ConcurrentHistogram;

/**
 * Probe D: bursts of 40 tasks of 20 ms, twice a second: how many threads are made, and how long tasks wait, from the
 * moment that the burst is due, so that a pool whose submitter waits for threads to start has to answer for that.
 */
record SquareWave() implements Scenario {
    private static final int WAVES = 10;
    private static final int TASKS = 40;

    @Override
    public String title() {
        return "square wave, 10 bursts of 40 tasks of 20 ms, one each 500 ms (probe D)";
    }

    @Override
    public Figures measure(Contender contender) throws InterruptedException {
        try (Peer peer = contender.start(new Contender.Limits(5, 100, Duration.ofSeconds(2)))) {
            ConcurrentHistogram delays = new ConcurrentHistogram(3);
            CountDownLatch done = new CountDownLatch(WAVES * TASKS);
            for (int wave = 0; wave < WAVES; wave++) {
                long due = System.nanoTime();
                for (int i = 0; i < TASKS; i++) {
                    peer.executor().execute(() -> {
                        delays.recordValue(System.nanoTime() - due);
                        LockSupport.parkNanos(20_000_000);
                        done.countDown();
                    });
                }
                LockSupport.parkNanos(500_000_000);
            }
            done.await();
            return new Figures()
                    .add("threads started", (double) peer.started().getAsLong())
                    .add("start delay p50 ms", delays.getValueAtPercentile(50) / 1e6)
                    .add("start delay p99 ms", delays.getValueAtPercentile(99) / 1e6);
        }
    }
}
