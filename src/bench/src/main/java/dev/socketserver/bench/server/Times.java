package dev.socketserver.bench.server;

import java.time.Duration;

/**
 * How long a server is loaded. Immutable.
 *
 * @param warmup before it is measured
 * @param duration while it is measured
 */
record Times(Duration warmup, Duration duration) {
    /** Checks both; the message of the exception names the bad one. */
    Times {
        require("warmup", warmup);
        require("seconds", duration);
    }

    private static void require(String name, Duration value) {
        if (value.isZero() || value.isNegative()) {
            throw new IllegalArgumentException(name + " must be positive: " + value.toNanos() / 1e9);
        }
    }

    /** The times in seconds. */
    static Times ofSeconds(double warmup, double duration) {
        return new Times(duration(warmup), duration(duration));
    }

    private static Duration duration(double seconds) {
        return Duration.ofNanos(Math.round(seconds * 1e9));
    }
}
