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
 * The thread that checks at intervals whether a handler delays its leader, takes the lead away if so, and requests a
 * leader where there is none. The interval is
 *
 * <ul>
 *   <li>{@link #SHORT_TICK} while handlers are occasionally found blocked among quick ones;
 *   <li>{@link #TICK} while a turn is the same as at the last check, or no worker can lead;
 *   <li>while every check finds another turn, one {@link #CALM_SHARE}th of the time since a handler was last found
 *       blocked, at least {@link #TICK} and at most {@link #LONGEST_TICK}: so handlers that block delay others for less
 *       than that share of the time, and quick ones are not disturbed.
 * </ul>
 *
 * <p>When there is nothing to check, it rests until a turn begins, a leader is requested, or a task must wait for a
 * worker.
 *
 * <pre>
 *            REST_TICKS idle checks in a row, and another one
 *   CHECKING ───────────────────────────────────────────────▶ RESTING
 *       ▲                                                        │
 *       └────────────────────────── wake() ──────────────────────┘
 * </pre>
 *
 * <p>If no worker can lead, a second thread, started when first needed, stands in. Thread-safe.
 */
public final class Watchdog {
    /** The shortest interval while handlers are quick. */
    public static final Duration TICK = Duration.ofMillis(1);

    /** The longest interval while handlers run. */
    public static final Duration LONGEST_TICK = Duration.ofMillis(8);

    /** The part of the time since a handler was last found blocked that an interval may take: 1 divided by this. */
    static final int CALM_SHARE = 128;

    private static final Log LOG = Log.of(Watchdog.class);

    /** The interval while handlers are occasionally found blocked among quick ones, and more are likely. */
    private static final Duration SHORT_TICK = Duration.ofNanos(100_000);

    /** The number of short ticks without another blocked handler that ends this phase. */
    private static final int ALERT_TICKS = 64;

    /** The number of consecutive idle checks after which the watchdog rests. */
    static final int REST_TICKS = 10;

    /** How long the stand-in waits for more to do before it checks again. */
    private static final Duration STAND_IN_TICK = Duration.ofMillis(20);

    private static final Duration LONGEST_END = Duration.ofSeconds(1);

    private final List<Lead> leads = new ArrayList<>(); // complete before the thread starts
    private final String name;
    private final Runnable died;
    private final LoopThread thread;
    private final Queue<Lead> stranded = new ConcurrentLinkedQueue<>();
    private final Runnable wakes = this::wake;
    private volatile @Nullable LoopThread standIn; // written by the watchdog
    private long lastBlocked = System.nanoTime(); // confined to the watchdog: when a handler was found blocked
    private int idle; // confined to the watchdog: consecutive idle checks
    private int alert; // confined to the watchdog: remaining short ticks
    private volatile boolean resting; // set by the watchdog, cleared by whoever wakes it

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

    /** Starts the thread. Must be called before anyone may lead. */
    public void start() {
        leads.forEach(lead -> lead.watchedBy(wakes));
        thread.start();
    }

    /** Ends a rest. Called by any thread when there may be something to check, after that has become visible. */
    private void wake() {
        if (resting) {
            resting = false;
            thread.wake();
        }
    }

    /** Stops the threads and waits for them. */
    public void stop() throws InterruptedException {
        leads.forEach(lead -> lead.abandonedBy(wakes));
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
        Duration next = next(look(), System.nanoTime());
        if (next.isZero()) {
            rest();
        } else {
            thread.park(next.toNanos());
        }
    }

    /** Returns the time until the next check, zero for a rest. */
    Duration next(Lead.Finding found, long now) {
        idle = found == Lead.Finding.IDLE ? idle + 1 : 0;
        alert = found == Lead.Finding.BLOCKED ? ALERT_TICKS : Math.max(0, alert - 1);
        if (found == Lead.Finding.BLOCKED || found == Lead.Finding.BLOCKED_AGAIN) {
            lastBlocked = now;
        }
        if (alert > 0) {
            return SHORT_TICK;
        } else if (idle > REST_TICKS) {
            return Duration.ZERO;
        }
        long calm = (now - lastBlocked) / CALM_SHARE;
        boolean moves = found == Lead.Finding.MOVED && calm > TICK.toNanos();
        return moves ? Duration.ofNanos(Math.min(calm, LONGEST_TICK.toNanos())) : TICK;
    }

    /**
     * Waits until woken. Announces that before it checks once more, while those who wake it use the opposite order: so
     * it misses nothing. The flag is needed because a check may consume the permit of {@code unpark}.
     */
    private void rest() {
        resting = true;
        if (look() == Lead.Finding.IDLE) {
            while (resting && !thread.isStopped()) {
                thread.park();
            }
        }
        resting = false;
        idle = 0;
    }

    /** Checks every lead; returns the most urgent finding. */
    private Lead.Finding look() {
        Lead.Finding gravest = Lead.Finding.IDLE;
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
            self.park(STAND_IN_TICK.toNanos());
        }
    }
}
