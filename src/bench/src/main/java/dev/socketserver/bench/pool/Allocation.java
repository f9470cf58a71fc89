package dev.socketserver.bench.pool;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * Bytes that the submitter and the worker allocate for one hand-off to an idle worker and back, the task being reused.
 */
record Allocation() implements Scenario {
    private static final int TASKS = 20_000;

    @Override
    public String title() {
        return "allocation per task, one outstanding, bytes on submitter and worker";
    }

    @Override
    public Figures measure(Contender contender) throws InterruptedException {
        try (Peer peer = contender.start(new Contender.Limits(1, 1, Duration.ofSeconds(20)))) {
            Pong pong = new Pong(Thread.currentThread());
            for (int i = 0; i < TASKS; i++) {
                pong.play(peer);
            }
            ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            long self = Thread.currentThread().getId();
            long worker = pong.worker;
            long before = threads.getThreadAllocatedBytes(self) + threads.getThreadAllocatedBytes(worker);
            for (int i = 0; i < TASKS; i++) {
                pong.play(peer);
            }
            long after = threads.getThreadAllocatedBytes(self) + threads.getThreadAllocatedBytes(worker);
            return new Figures().add("bytes/task", (double) (after - before) / TASKS);
        }
    }

    /** A task that is played back and forth. */
    private static final class Pong implements Runnable {
        private final Thread player;
        private volatile boolean back;
        volatile long worker;

        Pong(Thread player) {
            this.player = player;
        }

        void play(Peer peer) {
            back = false;
            peer.executor().execute(this);
            while (!back) {
                LockSupport.park(this);
            }
        }

        @Override
        public void run() {
            worker = Thread.currentThread().getId();
            back = true;
            LockSupport.unpark(player);
        }
    }
}
