package dev.socketserver.bench.pool;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;

/** Probe A: a peak of 200 threads, then 200 short tasks a second for 16 s: how many threads are left. */
record Trickle() implements Scenario {
    private static final int PEAK = 200;

    @Override
    public String title() {
        return "trickle after a peak of 200, keep-alive 2 s: threads after 16 s (probe A)";
    }

    @Override
    public Figures measure(Contender contender) throws InterruptedException {
        try (Peer peer = contender.start(new Contender.Limits(5, PEAK, Duration.ofSeconds(2)))) {
            CountDownLatch done = new CountDownLatch(PEAK);
            for (int i = 0; i < PEAK; i++) {
                peer.executor().execute(() -> {
                    LockSupport.parkNanos(300_000_000);
                    done.countDown();
                });
            }
            done.await();
            double peak = peer.size().getAsLong();
            long end = System.nanoTime() + Duration.ofSeconds(16).toNanos();
            while (System.nanoTime() < end) {
                peer.executor().execute(() -> LockSupport.parkNanos(1_000_000));
                LockSupport.parkNanos(5_000_000);
            }
            return new Figures().add("at the peak", peak).add("after 16 s", (double)
                    peer.size().getAsLong());
        }
    }
}
