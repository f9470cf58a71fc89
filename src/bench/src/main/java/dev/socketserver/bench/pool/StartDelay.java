package dev.socketserver.bench.pool;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.ConcurrentHistogram;

/** How long a task waits for its start when submitters come at a steady total rate, whether or not the last is done. */
record StartDelay(int submitters, int ratePerSecond, Duration length) implements Scenario {
    private static final Contender.Limits LIMITS = new Contender.Limits(5, 100, Duration.ofSeconds(2));
    private static final Duration WARMUP = Duration.ofMillis(500);

    @Override
    public String title() {
        return "start delay, " + submitters + " submitter(s), " + ratePerSecond + " tasks/s";
    }

    @Override
    public Figures measure(Contender contender) throws InterruptedException {
        try (Peer peer = contender.start(LIMITS)) {
            run(peer, WARMUP);
            ConcurrentHistogram delays = run(peer, length);
            return new Figures()
                    .add("p50 µs", delays.getValueAtPercentile(50) / 1e3)
                    .add("p99 µs", delays.getValueAtPercentile(99) / 1e3)
                    .add("p99.9 µs", delays.getValueAtPercentile(99.9) / 1e3);
        }
    }

    private ConcurrentHistogram run(Peer peer, Duration time) throws InterruptedException {
        ConcurrentHistogram delays =
                new ConcurrentHistogram(Duration.ofSeconds(60).toNanos(), 3);
        long interval = 1_000_000_000L * submitters / ratePerSecond;
        int each = (int) (time.toNanos() / interval);
        CountDownLatch done = new CountDownLatch(each * submitters);
        List<Thread> threads = new ArrayList<>();
        long start = System.nanoTime();
        for (int i = 0; i < submitters; i++) {
            long offset = interval * i / submitters;
            threads.add(new Thread(() -> submit(peer, delays, done, start + offset, interval, each)));
        }
        threads.forEach(Thread::start);
        done.await();
        return delays;
    }

    private static void submit(
            Peer peer, ConcurrentHistogram delays, CountDownLatch done, long start, long interval, int count) {
        for (int i = 0; i < count; i++) {
            long due = start + i * interval;
            for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
            long submitted = System.nanoTime();
            peer.executor().execute(() -> {
                delays.recordValue(System.nanoTime() - submitted);
                done.countDown();
            });
        }
    }
}
