package dev.socketserver.bench.pool;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;

/** Issue 117 of jboss-threads: workers that time out together must not undercut the minimum. */
record Minimum() implements Scenario {
    private static final int TRIALS = 50;
    private static final int MIN = 3;

    @Override
    public String title() {
        return "trials of 50 in which the pool fell below its minimum of 3 (jboss-threads #117)";
    }

    @Override
    public Figures measure(Contender contender) throws InterruptedException {
        int below = 0;
        for (int i = 0; i < TRIALS; i++) {
            below += fallsBelow(contender) ? 1 : 0;
        }
        return new Figures().add("below", below);
    }

    private static boolean fallsBelow(Contender contender) throws InterruptedException {
        try (Peer peer = contender.start(new Contender.Limits(MIN, 12, Duration.ofMillis(5)))) {
            for (int round = 0; round < 4; round++) {
                CountDownLatch done = new CountDownLatch(12);
                for (int i = 0; i < 12; i++) {
                    peer.executor().execute(() -> {
                        LockSupport.parkNanos(1_000_000);
                        done.countDown();
                    });
                }
                done.await();
                LockSupport.parkNanos(5_000_000);
            }
            long end = System.nanoTime() + 30_000_000;
            while (System.nanoTime() < end) {
                if (peer.size().getAsLong() < MIN) {
                    return true;
                }
                LockSupport.parkNanos(500_000);
            }
            return false;
        }
    }
}
