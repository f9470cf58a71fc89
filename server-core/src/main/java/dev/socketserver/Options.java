package dev.socketserver;

import java.net.SocketAddress;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Checks of what users set; the messages name option and value. Thread-safe. */
final class Options {
    private static final Duration LONGEST_TIMEOUT = Duration.ofNanos(Long.MAX_VALUE);

    private Options() {}

    static void checkAtLeast(String option, int least, int value) {
        if (value < least) {
            throw new IllegalArgumentException(option + " must be at least " + least + ": " + value);
        }
    }

    static void checkAtMost(String option, int most, int value) {
        if (value > most) {
            throw new IllegalArgumentException(option + " must be at most " + most + ": " + value);
        }
    }

    static Duration checkTimeout(String option, Duration timeout) {
        Objects.requireNonNull(timeout, option);
        if (timeout.isNegative()) {
            throw new IllegalArgumentException(option + " must not be negative: " + timeout);
        }
        if (timeout.compareTo(LONGEST_TIMEOUT) > 0) {
            throw new IllegalArgumentException(option + " must be at most 292 years: " + timeout);
        }
        return timeout;
    }

    /** Checks that the address is of the kind that a server can bind. */
    static void checkAddress(ServerConfig config, Class<? extends SocketAddress> kind) {
        SocketAddress address = config.address();
        if (!kind.isInstance(address)) {
            throw new IllegalArgumentException("address must be of type " + kind.getSimpleName() + ": " + address);
        }
    }

    /** Checks that an option is not set, which only other servers can have. */
    static void checkNotSet(String optionAndWhereItBelongs, @Nullable Object value, ServerConfig config) {
        if (value != null) {
            throw new IllegalArgumentException(optionAndWhereItBelongs + ": " + config.address());
        }
    }
}
