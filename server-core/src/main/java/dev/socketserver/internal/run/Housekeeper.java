package dev.socketserver.internal.run;

import dev.socketserver.internal.util.Log;
import dev.socketserver.internal.util.LoopThread;
import dev.socketserver.internal.util.RateLimitedLog;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Does the timed work of a running server: enforces deadlines, and calls the server's periodic hook, if any, in a
 * separate thread, so that a hook that blocks delays no deadline. Thread-safe.
 */
final class Housekeeper {
    private static final Log LOG = Log.of(Housekeeper.class);

    /** The interval between calls of {@code serviceActions()}, the same as in an idle loop of Python's socketserver. */
    static final Duration SERVICE_INTERVAL = Duration.ofMillis(500);

    /**
     * A round this late means that the thread, and perhaps the whole process, was suspended. What peers have sent in
     * the meantime has not been read yet, so nothing is overdue before another tick has passed.
     */
    private static final Duration STOPPED = Duration.ofSeconds(1);

    private final String server;
    private final Hooks hooks;
    private final TimingWheel alarms;
    private final LoopThread thread;
    private final @Nullable LoopThread service;
    private final RateLimitedLog failures = new RateLimitedLog(LOG);
    private boolean late; // confined to the thread: the round was put off, since the thread was suspended

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
        alarms.onSooner(thread::wake);
        service = hooks.hasServiceActions() ? new LoopThread(server + "-service", this::serve, died) : null;
    }

    void start() {
        thread.start();
        if (service != null) {
            service.start();
        }
    }

    /** Signals the threads to end. */
    void stop() {
        thread.stop();
        if (service != null) {
            service.stop();
        }
    }

    /** Waits until the threads have ended; one that hangs in {@code serviceActions()} is interrupted and abandoned. */
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

    /** Waits until alarms are due, and rings them. Without alarms, waits for one. */
    private void round() {
        long due = alarms.nextTurn();
        if (due == TimingWheel.NONE) {
            thread.park();
            return;
        }
        thread.park(Math.max(0, due - System.nanoTime()));
        long now = System.nanoTime();
        if (now - due > STOPPED.toNanos() && !late) {
            late = true;
            thread.park(Alarms.TICK.toNanos());
        } else if (now - due >= 0) {
            late = false;
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
