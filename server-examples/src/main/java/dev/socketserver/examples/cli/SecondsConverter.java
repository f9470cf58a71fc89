package dev.socketserver.examples.cli;

import java.math.BigDecimal;
import java.time.Duration;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a number of seconds, such as {@code 10} or {@code 0.5}. Thread-safe. */
public final class SecondsConverter implements ITypeConverter<Duration> {
    private static final BigDecimal LONGEST =
            BigDecimal.valueOf(Duration.ofDays(365).toSeconds());
    private static final int NANO_DIGITS = 9;

    /** For picocli. */
    public SecondsConverter() {}

    @Override
    public Duration convert(String value) {
        try {
            var seconds = new BigDecimal(value);
            if (seconds.abs().compareTo(LONGEST) <= 0) {
                return Duration.ofNanos(seconds.movePointRight(NANO_DIGITS).longValue());
            }
        } catch (NumberFormatException ignored) {
            // Told below, as is a number too large.
        }
        throw new TypeConversionException("must be a number of seconds, such as 10 or 0.5: " + value);
    }
}
