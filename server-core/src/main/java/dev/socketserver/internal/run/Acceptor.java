package dev.socketserver.internal.run;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** The thread that accepts for a run, one at a time. Thread-safe. */
final class Acceptor {
    private static final long LOOK_INTERVAL = 1_000_000;

    private @Nullable Thread thread; // guarded by this; set while it accepts
    private boolean interrupted; // guarded by this

    /** Makes a thread the one that accepts. */
    synchronized void begins(Thread next) {
        thread = next;
    }

    /** The thread, which is the calling one unless it could not be started, accepts no more. */
    synchronized void ends() {
        thread = null;
        if (interrupted) {
            interrupted = false;
            Thread.interrupted();
        }
        notifyAll();
    }

    /** Returns whether a thread accepts. */
    synchronized boolean isThere() {
        return thread != null;
    }

    /** Returns whether the calling thread is the one that accepts. */
    synchronized boolean isCurrentThread() {
        return thread == Thread.currentThread();
    }

    /** Interrupts the thread, if there is one, until it ends to accept. */
    synchronized void interrupt() {
        if (thread != null) {
            interrupted = true;
            thread.interrupt();
        }
    }

    /**
     * Waits until no thread accepts.
     *
     * @param standIn returns whether a worker may accept in place of the acceptor
     * @return false if the deadline on the nanoTime clock passed first
     */
    synchronized boolean awaitNone(BooleanSupplier standIn, long deadline) throws InterruptedException {
        while (thread != null || standIn.getAsBoolean()) {
            if (thread != null) {
                LockSupport.unpark(thread); // it may be pausing after a failure
            }
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            // A worker that accepts in its place notifies nobody.
            TimeUnit.NANOSECONDS.timedWait(this, thread == null ? Math.min(left, LOOK_INTERVAL) : left);
        }
        return true;
    }
}
