package dev.socketserver;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * The thread that takes the lead away from a leader whose handler has not returned for a whole {@link #TICK}, and calls
 * a leader where there is none. While nothing is run it looks only every {@link #LONG_TICK}.
 *
 * <p>Thread-safe.
 */
final class Watchdog {
    /** How long a handler may hold up the connections behind it, at the least; twice that at the most. */
    static final Duration TICK = Duration.ofMillis(1);

    static final Duration LONG_TICK = Duration.ofMillis(50);

    /** How many ticks without any turn make it look less often. */
    private static final int QUIET_TICKS = 10;

    private final List<Leader> leaders;
    private final Thread thread;
    private volatile boolean drowsy; // written by the watchdog's thread
    private volatile boolean stopped;

    Watchdog(List<Leader> leaders, String name) {
        this.leaders = leaders;
        thread = new Thread(this::run, name);
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** A leader begins to run handlers. */
    void wake() {
        if (drowsy) {
            LockSupport.unpark(thread);
        }
    }

    void stop() throws InterruptedException {
        stopped = true;
        LockSupport.unpark(thread);
        if (thread != Thread.currentThread()) {
            thread.join();
        }
    }

    private void run() {
        long[] before = new long[leaders.size()];
        int quiet = 0;
        while (!stopped) {
            boolean moved = false;
            for (int i = 0; i < before.length; i++) {
                long seen = leaders.get(i).leadership().seen();
                if (seen == before[i]) {
                    rescue(leaders.get(i), seen);
                } else {
                    before[i] = seen;
                    moved = true;
                }
            }
            quiet = moved ? 0 : quiet + 1;
            drowsy = quiet > QUIET_TICKS;
            LockSupport.parkNanos(this, (drowsy ? LONG_TICK : TICK).toNanos());
            Thread.interrupted(); // an interrupted thread would not park again
        }
    }

    private static void rescue(Leader leader, long seen) {
        if (Leadership.isRunning(seen) && leader.leadership().giveUp(seen)) {
            leader.callForLeader();
        } else if (Leadership.isVacant(seen)) {
            leader.callForLeader();
        }
    }
}
