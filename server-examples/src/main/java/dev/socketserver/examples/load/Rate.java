package dev.socketserver.examples.load;

import dev.socketserver.examples.cli.Parsers;
import dev.socketserver.examples.cli.Text;
import java.time.Duration;

/**
 * The number of operations scheduled per second, independent of the server: constant, or changing linearly from one
 * rate to another and then constant. Immutable and thread-safe.
 *
 * @param from operations per second at the beginning, and while warming up
 * @param to operations per second after {@code over}
 * @param over the duration of the change, from the beginning of the measurement; zero for a constant rate
 */
public record Rate(double from, double to, Duration over) {
    /** The highest rate, {@value} per second: beyond it the schedule's nanoseconds would be too coarse. */
    public static final double MAX = 10_000_000;

    private static final double NANOS = 1e9;
    private static final int PARTS_OF_RAMP = 3;

    /** Checks the values. */
    public Rate {
        check(from);
        check(to);
        if (from == 0 && to == 0) {
            throw new IllegalArgumentException("rate must be positive: 0");
        }
        if (over.isNegative() || (over.isZero() && from != to)) {
            throw new IllegalArgumentException("ramp must take some time: " + over.toSeconds() + " s");
        }
    }

    private static void check(double rate) {
        if (!(rate >= 0 && rate <= MAX)) {
            throw new IllegalArgumentException("rate must be 0 to " + (long) MAX + " per second: " + rate);
        }
    }

    /** Parses a ramp such as {@code 0:50000:30}: from 0 to 50,000 per second in 30 s. */
    public static Rate parseRamp(String text) {
        String[] parts = text.split(":", -1);
        if (parts.length == PARTS_OF_RAMP) {
            try {
                double from = Double.parseDouble(parts[0]);
                return new Rate(from, Double.parseDouble(parts[1]), Parsers.time(parts[2]));
            } catch (NumberFormatException ignored) {
                // The message is the same as for too few parts.
            }
        }
        throw new IllegalArgumentException("must be FROM:TO:SECONDS, such as 0:50000:30: " + text);
    }

    /** Returns a constant rate. */
    public static Rate constant(double perSecond) {
        return new Rate(perSecond, perSecond, Duration.ZERO);
    }

    /**
     * Returns when operation {@code index}, counted from 0, is scheduled, in nanoseconds from the beginning;
     * {@link Long#MAX_VALUE} if never.
     *
     * <p>The number of operations begun by time t of the ramp is from·t + (to − from)·t²/(2·over); this is its inverse.
     */
    long offsetNanos(long index, Duration warmup) {
        double warmSeconds = warmup.toNanos() / NANOS;
        double warmOperations = from * warmSeconds;
        if (index < warmOperations) {
            return nanos(index / from);
        }
        double rampSeconds = over.toNanos() / NANOS;
        double rampOperations = (from + to) / 2 * rampSeconds;
        double measured = index - warmOperations;
        if (measured < rampOperations) {
            double acceleration = (to - from) / rampSeconds;
            double root = Math.sqrt(from * from + 2 * acceleration * measured);
            return nanos(warmSeconds + (measured == 0 ? 0 : 2 * measured / (from + root)));
        }
        return to == 0 ? Long.MAX_VALUE : nanos(warmSeconds + rampSeconds + (measured - rampOperations) / to);
    }

    private static long nanos(double seconds) {
        return Math.round(seconds * NANOS);
    }

    @Override
    public String toString() {
        String begin = Text.number(from);
        return from == to ? begin + "/s" : begin + " to " + Text.number(to) + "/s in " + over.toSeconds() + " s";
    }
}
