package dev.socketserver.examples.replicas;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/** Waiting for what other processes do, and no latch can tell. */
final class Patience {
    /** How long anything that must happen may take; far more than it takes. */
    static final Duration LIMIT = Duration.ofSeconds(60);

    private static final Duration PAUSE = Duration.ofMillis(20);

    private Patience() {}

    /** Returns when the condition holds; fails if it does not within {@link #LIMIT}. */
    static void await(String what, Callable<Boolean> condition) throws Exception {
        long end = System.nanoTime() + LIMIT.toNanos();
        while (!condition.call()) {
            if (end - System.nanoTime() < 0) {
                throw new AssertionError("waited " + LIMIT.toSeconds() + " s in vain for " + what);
            }
            LockSupport.parkNanos(PAUSE.toNanos());
            if (Thread.interrupted()) {
                throw new InterruptedException("while waiting for " + what);
            }
        }
    }
}
