package dev.socketserver.internal.lead;

import dev.socketserver.internal.util.Log;
import dev.socketserver.internal.util.LoopThread;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * The thread that looks every {@link #TICK} whether a handler holds up its leader, takes the lead away from one that
 * does, and calls for a leader where there is none. While handlers are found blocked it looks every
 * {@link #SHORT_TICK}, while nothing runs every {@link #LONG_TICK}. Where no worker can lead, a second thread, started
 * when first needed, stands in.
 *
 * <p>Thread-safe.
 */
public final class Watchdog {
    /** How often it looks while handlers run. A handler that blocks holds up those behind it no longer than this. */
    public static final Duration TICK = Duration.ofMillis(1);

    /** How often it looks while nothing runs. */
    public static final Duration LONG_TICK = Duration.ofMillis(20);

    private static final Log LOG = Log.of(Watchdog.class);

    /** How often it looks while now and then a handler is found blocked among quick ones, and more are likely. */
    private static final Duration SHORT_TICK = Duration.ofNanos(100_000);

    /** How many short ticks without another blocked handler end that. */
    private static final int ALERT_TICKS = 64;

    /** How many ticks without any turn make it look less often. */
    private static final int QUIET_TICKS = 10;

    private static final Duration LONGEST_END = Duration.ofSeconds(1);

    private final List<Lead> leads = new ArrayList<>(); // complete before the thread starts
    private final String name;
    private final Runnable died;
    private final LoopThread thread;
    private final Queue<Lead> stranded = new ConcurrentLinkedQueue<>();
    private volatile @Nullable LoopThread standIn; // written by the watchdog
    private int quiet; // the watchdog's: ticks without a turn
    private int alert; // the watchdog's: short ticks left
    private volatile boolean drowsy; // written by the watchdog

    /**
     * Creates a watchdog that is not started.
     *
     * @param name the prefix of the threads' names
     * @param died runs if one of the threads ends without having been stopped
     */
    public Watchdog(String name, Runnable died) {
        this.name = name;
        this.died = died;
        thread = new LoopThread(name + "-watchdog", this::tick, died);
    }

    /** Adds a lead to look after; before {@link #start}. */
    public void watch(Lead lead) {
        leads.add(lead);
    }

    /** Starts to look. */
    public void start() {
        thread.start();
    }

    /** Notes that a leader begins to run handlers. */
    public void wake() {
        if (drowsy) {
            thread.wake();
        }
    }

    /** Ends the threads, and waits for them. */
    public void stop() throws InterruptedException {
        thread.stop();
        boolean ended = thread.awaitEnd(LONGEST_END);
        LoopThread second = standIn;
        if (second != null) {
            second.stop();
            ended &= second.awaitEnd(LONGEST_END);
        }
        if (!ended) {
            LOG.warn("{}-watchdog does not terminate", name);
        }
    }

    private void tick() {
        Lead.Finding found = look();
        quiet = found == Lead.Finding.STILL ? quiet + 1 : 0;
        alert = found == Lead.Finding.BLOCKED ? ALERT_TICKS : alert - 1;
        drowsy = quiet > QUIET_TICKS && alert <= 0;
        Duration next = drowsy ? LONG_TICK : alert > 0 ? SHORT_TICK : TICK;
        thread.park(next.toNanos());
    }

    /** Looks after every lead; returns the gravest finding. */
    private Lead.Finding look() {
        Lead.Finding gravest = Lead.Finding.STILL;
        for (Lead lead : leads) {
            Lead.Finding found = lead.look();
            if (found == Lead.Finding.STRANDED) {
                standIn(lead);
            }
            gravest = found.compareTo(gravest) > 0 ? found : gravest;
        }
        return gravest;
    }

    private void standIn(Lead lead) {
        LoopThread second = standIn;
        if (second == null) {
            second = new LoopThread(name + "-stand-in", this::standInForThem, died);
            second.start();
            standIn = second; // until it sees this, the thread only spins
        }
        if (!stranded.contains(lead)) {
            stranded.add(lead);
        }
        second.wake();
    }

    private void standInForThem() {
        for (Lead lead = stranded.peek(); lead != null; lead = stranded.peek()) {
            try {
                lead.role().standIn();
            } finally {
                stranded.remove();
            }
        }
        LoopThread self = standIn;
        if (self != null && stranded.isEmpty()) {
            self.park(LONG_TICK.toNanos());
        }
    }
}
