package dev.socketserver.peer;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/** Waiting for what no latch can tell, because it happens in the kernel or in the JDK. */
public final class Polling {
    /** How long anything that must happen may take; far more than it takes. */
    public static final Duration PATIENCE = Duration.ofSeconds(20);

    private static final Duration PAUSE = Duration.ofMillis(2);

    private Polling() {}

    /** Returns when the condition holds, or false when it does not for {@link #PATIENCE}. */
    public static boolean await(Callable<Boolean> condition) throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.call()) {
            if (end - System.nanoTime() < 0) {
                return false;
            }
            LockSupport.parkNanos(PAUSE.toNanos());
            if (Thread.interrupted()) {
                throw new InterruptedException("while waiting for a condition");
            }
        }
        return true;
    }
}
