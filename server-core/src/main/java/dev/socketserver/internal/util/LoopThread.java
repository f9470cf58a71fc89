package dev.socketserver.internal.util;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * An internal thread that runs one step after another until it is stopped. It survives any exception that a step
 * throws, logs it, and backs off. Thread-safe.
 *
 * <pre>
 *   NEW ──start()──▶ RUNNING ──stop()──▶ ENDED
 * </pre>
 */
public final class LoopThread {
    private static final Log LOG = Log.of(LoopThread.class);

    /** One round of the loop. */
    public interface Step {
        /** Does the work of one round, including waiting. The interrupt flag is cleared after each round. */
        void run() throws Exception;
    }

    private final Thread thread;
    private final Step step;
    private final Runnable died;
    private final RateLimitedLog failures = new RateLimitedLog(LOG);
    private volatile boolean stopped;

    /**
     * Creates a daemon thread that is not started.
     *
     * @param died runs in the thread if it ends without having been stopped, which happens only if the JVM fails
     */
    public LoopThread(String name, Step step, Runnable died) {
        this.step = step;
        this.died = died;
        thread = new Thread(null, this::run, name, 0, false);
        thread.setDaemon(true);
    }

    /** Starts the thread. */
    public void start() {
        thread.start();
    }

    /** Wakes the step from {@link #park}. */
    public void wake() {
        LockSupport.unpark(thread);
    }

    /** Makes the thread end after its current step, and wakes it. */
    public void stop() {
        stopped = true;
        wake();
    }

    /** Returns whether {@link #stop} was called. */
    public boolean isStopped() {
        return stopped;
    }

    /** Waits for at most that many nanoseconds. Called by a step; may return early. */
    public void park(long nanos) {
        if (!stopped) {
            LockSupport.parkNanos(this, nanos);
        }
    }

    /** Waits until woken. Called by a step; may return early. */
    public void park() {
        if (!stopped) {
            LockSupport.park(this);
        }
    }

    /** Returns whether the calling thread is this one. */
    public boolean isCurrent() {
        return thread == Thread.currentThread();
    }

    /**
     * Waits until the thread has ended; returns at once if it was never started. A thread that hangs in its step is
     * interrupted and abandoned.
     *
     * @return false if it hangs
     */
    public boolean awaitEnd(Duration timeout) throws InterruptedException {
        thread.join(Math.max(1, timeout.toMillis()));
        if (thread.isAlive()) {
            thread.interrupt();
            return false;
        }
        return true;
    }

    /** Logs a failure. Never throws, although without memory even the text of a message cannot be created. */
    private void report(Throwable failure) {
        try {
            failures.error("{} failed and continues", thread.getName(), failure);
        } catch (Throwable ignored) {
            // The thread continues, whether the failure was logged or not.
        }
    }

    private void run() {
        Backoff backoff = new Backoff();
        try {
            while (!stopped) {
                try {
                    step.run();
                    backoff.reset();
                } catch (Throwable failure) {
                    report(failure);
                    park(backoff.next());
                }
                Thread.interrupted(); // an interrupted thread would not park again
            }
        } finally {
            if (!stopped) {
                died.run();
            }
        }
    }
}
