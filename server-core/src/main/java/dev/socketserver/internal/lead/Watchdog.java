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
 * The thread that checks every {@link #TICK} whether a handler delays its leader, takes the lead away if so, and
 * requests a leader where there is none. While handlers are found blocked, it checks every {@link #SHORT_TICK}, while
 * nothing runs, every {@link #LONG_TICK}. If no worker can lead, a second thread, started when first needed, stands in.
 *
 * <p>Thread-safe.
 */
public final class Watchdog {
    /** The interval while handlers run. A handler that blocks delays the connections behind it no longer than this. */
    public static final Duration TICK = Duration.ofMillis(1);

    /** The interval while nothing runs. */
    public static final Duration LONG_TICK = Duration.ofMillis(20);

    private static final Log LOG = Log.of(Watchdog.class);

    /** The interval while handlers are occasionally found blocked among quick ones, and more are likely. */
    private static final Duration SHORT_TICK = Duration.ofNanos(100_000);

    /** The number of short ticks without another blocked handler that ends this phase. */
    private static final int ALERT_TICKS = 64;

    /** The number of ticks without any turn after which the watchdog checks less often. */
    private static final int QUIET_TICKS = 10;

    private static final Duration LONGEST_END = Duration.ofSeconds(1);

    private final List<Lead> leads = new ArrayList<>(); // complete before the thread starts
    private final String name;
    private final Runnable died;
    private final LoopThread thread;
    private final Queue<Lead> stranded = new ConcurrentLinkedQueue<>();
    private volatile @Nullable LoopThread standIn; // written by the watchdog
    private int quiet; // confined to the watchdog: ticks without a turn
    private int alert; // confined to the watchdog: remaining short ticks
    private volatile boolean drowsy; // written by the watchdog

    /**
     * Creates a watchdog that is not started.
     *
     * @param name the prefix of the threads' names
     * @param died runs if a thread ends without having been stopped
     */
    public Watchdog(String name, Runnable died) {
        this.name = name;
        this.died = died;
        thread = new LoopThread(name + "-watchdog", this::tick, died);
    }

    /** Adds a lead to check. Must be called before {@link #start}. */
    public void watch(Lead lead) {
        leads.add(lead);
    }

    /** Starts the thread. */
    public void start() {
        thread.start();
    }

    /** Called when a leader begins to run handlers. */
    public void wake() {
        if (drowsy) {
            thread.wake();
        }
    }

    /** Stops the threads and waits for them. */
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

    /** Checks every lead; returns the most urgent finding. */
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
