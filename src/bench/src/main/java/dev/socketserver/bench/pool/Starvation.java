package dev.socketserver.bench.pool;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Probe B: four workers are blocked, three more tasks come, then nothing: how many of the three are started. */
record Starvation() implements Scenario {
    @Override
    public String title() {
        return "4 core threads blocked, 3 tasks, then silence for 250 ms (probe B)";
    }

    @Override
    public Figures measure(Contender contender) throws InterruptedException {
        CountDownLatch release = new CountDownLatch(1);
        try (Peer peer = contender.start(new Contender.Limits(4, 100, Duration.ofSeconds(2)))) {
            CountDownLatch blocked = new CountDownLatch(4);
            for (int i = 0; i < 4; i++) {
                peer.executor().execute(() -> {
                    blocked.countDown();
                    awaitQuietly(release);
                });
            }
            blocked.await();
            AtomicInteger started = new AtomicInteger();
            CountDownLatch all = new CountDownLatch(3);
            long start = System.nanoTime();
            for (int i = 0; i < 3; i++) {
                peer.executor().execute(() -> {
                    started.incrementAndGet();
                    all.countDown();
                    awaitQuietly(release);
                });
            }
            boolean done = all.await(250, TimeUnit.MILLISECONDS);
            double millis = done ? (System.nanoTime() - start) / 1e6 : 250;
            return new Figures().add("started of 3", started.get()).add("all after ms", millis);
        } finally {
            release.countDown();
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
