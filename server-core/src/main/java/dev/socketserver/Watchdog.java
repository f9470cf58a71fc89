package dev.socketserver;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * The thread that looks every {@link #TICK} whether a handler holds up its leader, takes the lead away from one that
 * does, and calls a leader where there is none. While handlers are found blocked it looks every {@link #SHORT_TICK},
 * while nothing is run only every {@link #LONG_TICK}.
 *
 * <p>Thread-safe.
 */
final class Watchdog {
    /**
     * How often it looks while handlers run. A handler that is blocked holds up those behind it no longer than this.
     */
    static final Duration TICK = Duration.ofMillis(1);

    /** How often it looks while nothing runs. */
    static final Duration LONG_TICK = Duration.ofMillis(20);

    /** How often it looks while now and then a handler is found blocked among quick ones, and more are likely. */
    private static final Duration SHORT_TICK = Duration.ofNanos(100_000);

    /** How many short ticks without another blocked handler end that. */
    private static final int ALERT_TICKS = 64;

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
        int alert = 0;
        while (!stopped) {
            LeadTask.Finding found = look();
            quiet = found == LeadTask.Finding.STILL ? quiet + 1 : 0;
            alert = found == LeadTask.Finding.BLOCKED ? ALERT_TICKS : alert - 1;
            drowsy = quiet > QUIET_TICKS && alert <= 0;
            Duration next = drowsy ? LONG_TICK : alert > 0 ? SHORT_TICK : TICK;
            LockSupport.parkNanos(this, next.toNanos());
            Thread.interrupted(); // an interrupted thread would not park again
        }
    }

    /** Looks after every lead; returns the gravest that it found. */
    private LeadTask.Finding look() {
        LeadTask.Finding gravest = LeadTask.Finding.STILL;
        for (LeadTask lead : leads) {
            LeadTask.Finding found = lead.look();
            gravest = found.compareTo(gravest) > 0 ? found : gravest;
        }
        return gravest;
    }
}
