package dev.socketserver.bench.pool;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.ConcurrentHistogram;

/**
 * A thousand blocking tasks of 5 ms at once, on five workers: how long until all are done, and with how many threads.
 */
record Burst() implements Scenario {
    private static final int TASKS = 1000;
    private static final Duration EACH = Duration.ofMillis(5);

    @Override
    public String title() {
        return "burst of 1,000 tasks of 5 ms on 5 workers (at best 50 ms with 100)";
    }

    @Override
    public Figures measure(Contender contender) throws InterruptedException {
        try (Peer peer = contender.start(new Contender.Limits(5, 100, Duration.ofSeconds(2)))) {
            ConcurrentHistogram delays = new ConcurrentHistogram(3);
            CountDownLatch done = new CountDownLatch(TASKS);
            long start = System.nanoTime();
            for (int i = 0; i < TASKS; i++) {
                peer.executor().execute(() -> {
                    delays.recordValue(System.nanoTime() - start);
                    LockSupport.parkNanos(EACH.toNanos());
                    done.countDown();
                });
            }
            done.await();
            return new Figures()
                    .add("done after ms", (System.nanoTime() - start) / 1e6)
                    .add("start delay p99 ms", delays.getValueAtPercentile(99) / 1e6)
                    .add("threads started", (double) peer.started().getAsLong());
        }
    }
}
