package dev.socketserver.net;

import java.time.Duration;
import java.util.Objects;

/** Checks of how long a peer may take. Thread-safe. */
final class Timeouts {
    private static final Duration LONGEST = Duration.ofNanos(Long.MAX_VALUE);

    private Timeouts() {}

    /** Throws an {@link IllegalArgumentException} unless the time is positive and a clock can show its end. */
    static void checkPositive(String option, Duration timeout) {
        Objects.requireNonNull(timeout, option);
        if (timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException(option + " must be positive: " + timeout);
        }
        if (timeout.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(option + " must be at most 292 years: " + timeout);
        }
    }
}
