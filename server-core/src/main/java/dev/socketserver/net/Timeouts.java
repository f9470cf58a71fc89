package dev.socketserver.net;

import java.time.Duration;
import java.util.Objects;

/** Checks timeouts. Stateless. */
final class Timeouts {
    private static final Duration LONGEST = Duration.ofNanos(Long.MAX_VALUE);

    private Timeouts() {}

    /**
     * Checks that a timeout is positive and fits a nanosecond clock.
     *
     * @throws IllegalArgumentException that names the option and the timeout, if not
     */
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
