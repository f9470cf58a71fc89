package dev.socketserver;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that looks after a running server: ends what is overdue and calls {@link BaseServer#serviceActions()}.
 * Thread-safe.
 */
final class Housekeeper<R extends Request> {
    /** How often overdue operations are looked for: a deadline is kept to within this. */
    static final Duration SWEEP_INTERVAL = Duration.ofMillis(100);

    /** How often {@code serviceActions()} is called, as often as socketserver's loop does without traffic. */
    static final Duration SERVICE_INTERVAL = Duration.ofMillis(500);

    private static final Logger LOG = LoggerFactory.getLogger(Housekeeper.class);

    private final BaseServer<R> server;
    private final RequestRegistry<R> open;
    private final Thread thread;
    private final RateLimitedLog failures = new RateLimitedLog(LOG);
    private volatile boolean stopped;

    Housekeeper(BaseServer<R> server, RequestRegistry<R> open) {
        this.server = server;
        this.open = open;
        thread = new Thread(this::run, server.config().name() + "-housekeeper");
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Tells the thread to end. */
    void stop() {
        stopped = true;
        LockSupport.unpark(thread);
    }

    /** Waits until the thread has ended; one that hangs in {@code serviceActions()} is interrupted and left behind. */
    void awaitEnd(Duration timeout) throws InterruptedException {
        thread.join(timeout.toMillis());
        if (thread.isAlive()) {
            LOG.warn("serviceActions() of {} does not end and is interrupted", server);
            thread.interrupt();
        }
    }

    boolean isCurrentThread() {
        return thread == Thread.currentThread();
    }

    private void run() {
        long nextService = System.nanoTime() + SERVICE_INTERVAL.toNanos();
        while (!stopped) {
            LockSupport.parkNanos(this, SWEEP_INTERVAL.toNanos());
            Thread.interrupted(); // an interrupted thread would not park again
            long now = System.nanoTime();
            sweep(now);
            if (now - nextService >= 0 && !stopped) {
                nextService = now + SERVICE_INTERVAL.toNanos();
                service();
            }
        }
    }

    private void sweep(long now) {
        try {
            open.forEach(request -> request.expire(now));
        } catch (RuntimeException | Error e) {
            failures.error("looking for what is overdue failed", e);
        }
    }

    private void service() {
        try {
            server.serviceActions();
        } catch (Throwable e) {
            failures.error("serviceActions threw", e);
        }
    }
}
