package dev.socketserver;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * The thread that looks every {@link #TICK} whether a handler holds up its leader, takes the lead away from one that
 * does, and calls a leader where there is none. While nothing is run it looks only every {@link #LONG_TICK}.
 *
 * <p>Thread-safe.
 */
final class Watchdog {
    /** How long a handler that sleeps or waits holds up those behind it, at the most; one that computes, twice that. */
    static final Duration TICK = Duration.ofMillis(1);

    static final Duration LONG_TICK = Duration.ofMillis(20);

    /** How many ticks without any turn make it look less often. */
    private static final int QUIET_TICKS = 10;

    private final List<LeadTask> leads = new ArrayList<>(); // complete before the thread starts
    private final Thread thread;
    private volatile boolean drowsy; // written by the watchdog's thread
    private volatile boolean stopped;

    Watchdog(String name) {
        thread = new Thread(this::run, name);
        thread.setDaemon(true);
    }

    /** Adds a lead to look after; before {@link #start}. */
    void watch(LeadTask lead) {
        leads.add(lead);
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
        thread.join(); // returns at once if it was never started
    }

    private void run() {
        int quiet = 0;
        while (!stopped) {
            quiet = look() ? 0 : quiet + 1;
            drowsy = quiet > QUIET_TICKS;
            LockSupport.parkNanos(this, (drowsy ? LONG_TICK : TICK).toNanos());
            Thread.interrupted(); // an interrupted thread would not park again
        }
    }

    /** Looks after every lead; true if any has moved. */
    private boolean look() {
        boolean moved = false;
        for (LeadTask lead : leads) {
            moved |= lead.look();
        }
        return moved;
    }
}
