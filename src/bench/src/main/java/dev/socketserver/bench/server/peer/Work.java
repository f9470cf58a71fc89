package dev.socketserver.bench.server.peer;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** What a handler does before it answers. Thread-safe. */
public enum Work {
    /** Nothing: an echo. */
    NONE,
    /** Sleeps, as one that asks a database does. */
    SLEEP,
    /** Sleeps for every hundredth request, at random. */
    SLEEP_SOMETIMES;

    /** How long a sleep takes. */
    public static final Duration NAP = Duration.ofMillis(10);

    /** The share of requests that sleep, with {@link #SLEEP_SOMETIMES}. */
    public static final double SLEEPERS = 0.01;

    /** Whether a thread that runs this may block. */
    public boolean blocks() {
        return this != NONE;
    }

    void run() {
        if (this == SLEEP || isSleeper()) {
            nap();
        }
    }

    private boolean isSleeper() {
        return this == SLEEP_SOMETIMES && ThreadLocalRandom.current().nextDouble() < SLEEPERS;
    }

    private static void nap() {
        try {
            TimeUnit.NANOSECONDS.sleep(NAP.toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
