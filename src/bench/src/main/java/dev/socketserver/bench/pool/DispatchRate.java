package dev.socketserver.bench.pool;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.LongAdder;

/**
 * How many trivial tasks a second pass through the pool when submitters do nothing but submit, and what each costs the
 * process, submitters included.
 */
record DispatchRate(int submitters, int tasks) implements Scenario {
    private static final OperatingSystemMXBean SYSTEM =
            ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    private static final long LEAST_TIME = 500_000_000; // the JVM counts processor time in steps of 10 ms
    private static final Contender.Limits LIMITS = new Contender.Limits(5, 100, Duration.ofSeconds(2));

    @Override
    public String title() {
        return "dispatch rate, " + submitters + " submitter(s)";
    }

    @Override
    public Figures measure(Contender contender) throws InterruptedException {
        try (Peer peer = contender.start(LIMITS)) {
            run(peer, tasks / 4);
            long cpuBefore = SYSTEM.getProcessCpuTime();
            long total = 0;
            long time = 0;
            while (time < LEAST_TIME) {
                time += run(peer, tasks);
                total += tasks;
            }
            long cpu = SYSTEM.getProcessCpuTime() - cpuBefore;
            return new Figures()
                    .add("ktasks/s", total / (time / 1e6))
                    .add("CPU ns/task", (double) cpu / total)
                    .add("threads", (double) peer.size().getAsLong());
        }
    }

    private long run(Peer peer, int total) throws InterruptedException {
        LongAdder done = new LongAdder();
        int each = total / submitters;
        CountDownLatch last = new CountDownLatch(submitters);
        Runnable task = done::increment;
        Runnable end = last::countDown;
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < submitters; i++) {
            threads.add(new Thread(() -> {
                for (int j = 0; j < each; j++) {
                    peer.executor().execute(task);
                }
                peer.executor().execute(end);
            }));
        }
        long start = System.nanoTime();
        threads.forEach(Thread::start);
        last.await();
        while (done.sum() < (long) each * submitters) {
            Thread.onSpinWait();
        }
        return System.nanoTime() - start;
    }
}
