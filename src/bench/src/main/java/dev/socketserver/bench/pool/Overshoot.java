package dev.socketserver.bench.pool;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;

/** A burst of 500 on a maximum of 8: the largest number of threads seen. */
record Overshoot() implements Scenario {
    @Override
    public String title() {
        return "burst of 500 tasks with a maximum of 8: threads at most";
    }

    @Override
    public Figures measure(Contender contender) throws InterruptedException {
        try (Peer peer = contender.start(new Contender.Limits(5, 8, Duration.ofSeconds(2)))) {
            CountDownLatch done = new CountDownLatch(500);
            for (int i = 0; i < 500; i++) {
                peer.executor().execute(() -> {
                    LockSupport.parkNanos(1_000_000);
                    done.countDown();
                });
            }
            long most = 0;
            while (done.getCount() > 0) {
                most = Math.max(most, peer.size().getAsLong());
                LockSupport.parkNanos(100_000);
            }
            return new Figures().add("threads", (double) most);
        }
    }
}
