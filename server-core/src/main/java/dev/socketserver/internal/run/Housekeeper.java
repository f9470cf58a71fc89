package dev.socketserver.internal.run;

import dev.socketserver.internal.util.Log;
import dev.socketserver.internal.util.LoopThread;
import dev.socketserver.internal.util.RateLimitedLog;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Looks after a running server: ends what is overdue, and calls the server's periodic hook, if there is one, in a
 * thread of its own, so that a hook that blocks holds up no deadline. Thread-safe.
 */
final class Housekeeper {
    private static final Log LOG = Log.of(Housekeeper.class);

    /** How often {@code serviceActions()} is called, as often as socketserver's loop does without traffic. */
    static final Duration SERVICE_INTERVAL = Duration.ofMillis(500);

    /**
     * A thread that comes this late was stopped, as its whole process may have been: what peers sent meanwhile is still
     * to be seen, so nothing is overdue before the next round.
     */
    private static final Duration STOPPED = Duration.ofSeconds(1);

    private final String server;
    private final Hooks hooks;
    private final TimingWheel alarms;
    private final LoopThread thread;
    private final @Nullable LoopThread service;
    private final RateLimitedLog failures = new RateLimitedLog(LOG);
    private long lastRound; // the thread's, on the nanoTime clock

    /**
     * Creates a housekeeper whose threads are not started.
     *
     * @param died runs if a thread ends without having been stopped
     */
    Housekeeper(String server, Hooks hooks, TimingWheel alarms, Runnable died) {
        this.server = server;
        this.hooks = hooks;
        this.alarms = alarms;
        thread = new LoopThread(server + "-housekeeper", this::round, died);
        service = hooks.hasServiceActions() ? new LoopThread(server + "-service", this::serve, died) : null;
    }

    void start() {
        lastRound = System.nanoTime();
        thread.start();
        if (service != null) {
            service.start();
        }
    }

    /** Tells the threads to end. */
    void stop() {
        thread.stop();
        if (service != null) {
            service.stop();
        }
    }

    /**
     * Waits until the threads have ended; one that hangs in {@code serviceActions()} is interrupted and left behind.
     */
    void awaitEnd(Duration timeout) throws InterruptedException {
        if (!thread.awaitEnd(timeout)) {
            LOG.warn("interrupting the housekeeper of {}, which does not terminate", server);
        }
        if (service != null && !service.isCurrent() && !service.awaitEnd(timeout)) {
            LOG.warn("interrupting serviceActions() of {}, which does not return", server);
        }
    }

    /** Returns whether the calling thread is in {@code serviceActions()}. */
    boolean isCurrentThread() {
        return thread.isCurrent() || (service != null && service.isCurrent());
    }

    private void round() {
        thread.park(Alarms.TICK.toNanos());
        long now = System.nanoTime();
        boolean wasStopped = now - lastRound > STOPPED.toNanos();
        lastRound = now;
        if (!wasStopped) {
            alarms.turn(now);
        }
    }

    private void serve() {
        LoopThread self = service;
        if (self == null) {
            return;
        }
        self.park(SERVICE_INTERVAL.toNanos());
        if (!self.isStopped()) {
            try {
                hooks.serviceActions();
            } catch (Throwable e) {
                failures.error("serviceActions of {} threw", server, e);
            }
        }
    }
}
