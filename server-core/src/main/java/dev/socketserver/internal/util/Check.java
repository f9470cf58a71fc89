package dev.socketserver.internal.util;

import java.time.Duration;
import java.util.Objects;

/** Checks the values that users set; the messages name the option and the value. Stateless. */
public final class Check {
    private static final Duration LONGEST = Duration.ofNanos(Long.MAX_VALUE);

    private Check() {}

    /** Returns the text if there is more than white space in it. */
    public static String notBlank(String option, String text) {
        Objects.requireNonNull(text, option);
        if (text.isBlank()) {
            throw new IllegalArgumentException(option + " must not be blank: " + text);
        }
        return text;
    }

    /** Returns the value if it is at least that much. */
    public static int atLeast(String option, int least, int value) {
        atLeast(option, (long) least, (long) value);
        return value;
    }

    /** Returns the value if it is at least that much. */
    public static long atLeast(String option, long least, long value) {
        if (value < least) {
            throw new IllegalArgumentException(option + " must be at least " + least + ": " + value);
        }
        return value;
    }

    /** Returns the value if it is in that range, including both ends. */
    public static int between(String option, int least, int most, int value) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(option + " must be " + least + " to " + most + ": " + value);
        }
        return value;
    }

    /** Returns the time if it is zero or more, and can be shown by a clock of nanoseconds. */
    public static Duration notNegative(String option, Duration time) {
        Objects.requireNonNull(time, option);
        if (time.isNegative()) {
            throw new IllegalArgumentException(option + " must not be negative: " + time);
        }
        return measurable(option, time);
    }

    /** Returns the time if it is more than zero, and can be shown by a clock of nanoseconds. */
    public static Duration positive(String option, Duration time) {
        Objects.requireNonNull(time, option);
        if (time.isNegative() || time.isZero()) {
            throw new IllegalArgumentException(option + " must be positive: " + time);
        }
        return measurable(option, time);
    }

    private static Duration measurable(String option, Duration time) {
        if (time.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(option + " must be at most 292 years: " + time);
        }
        return time;
    }
}
