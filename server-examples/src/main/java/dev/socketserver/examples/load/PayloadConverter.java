package dev.socketserver.examples.load;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a number of bytes, such as {@code 512}, {@code 64K} or {@code 1M}, as a payload of that size. Thread-safe. */
final class PayloadConverter implements ITypeConverter<Payload> {
    private static final Pattern SIZE = Pattern.compile("(\\d{1,9})([kKmM]?)");

    @Override
    public Payload convert(String value) {
        Matcher size = SIZE.matcher(value);
        if (!size.matches()) {
            throw new TypeConversionException("must be a number of bytes, such as 64 or 16K: " + value);
        }
        int shift = switch (size.group(2)) {
            case "k", "K" -> 10;
            case "m", "M" -> 20;
            default -> 0;
        };
        long bytes = Long.parseLong(size.group(1)) << shift;
        try {
            return Payload.ofSize((int) Math.min(bytes, Integer.MAX_VALUE));
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }
}
