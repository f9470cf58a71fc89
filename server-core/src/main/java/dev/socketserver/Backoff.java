package dev.socketserver;

import java.time.Duration;

/** Pauses that double from {@link #FIRST} to {@link #LONGEST} while failures follow each other. Not thread-safe. */
final class Backoff {
    static final Duration FIRST = Duration.ofMillis(5);
    static final Duration LONGEST = Duration.ofSeconds(1);

    private Duration next = FIRST;

    /** Returns the pause to make after one more failure. */
    Duration next() {
        Duration pause = next;
        Duration doubled = pause.multipliedBy(2);
        next = doubled.compareTo(LONGEST) < 0 ? doubled : LONGEST;
        return pause;
    }

    /** Takes note of a success. */
    void reset() {
        next = FIRST;
    }
}
