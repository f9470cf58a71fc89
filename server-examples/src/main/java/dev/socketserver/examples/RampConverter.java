package dev.socketserver.examples;

import dev.socketserver.examples.cli.SecondsConverter;
import dev.socketserver.examples.load.Rate;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a ramp such as {@code 0:50000:30}: from none to 50,000 per second in 30 s. Thread-safe. */
final class RampConverter implements ITypeConverter<Rate> {
    private static final int PARTS = 3;

    @Override
    public Rate convert(String value) {
        String[] parts = value.split(":", -1);
        try {
            if (parts.length == PARTS) {
                return new Rate(
                        Double.parseDouble(parts[0]),
                        Double.parseDouble(parts[1]),
                        new SecondsConverter().convert(parts[2]));
            }
        } catch (NumberFormatException ignored) {
            // Told below.
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(e.getMessage());
        }
        throw new TypeConversionException("must be FROM:TO:SECONDS, such as 0:50000:30: " + value);
    }
}
