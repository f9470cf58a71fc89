package dev.socketserver.examples;

import dev.socketserver.examples.load.Payload;
import java.io.IOException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Reads a payload: a size such as {@code 512}, {@code 64K} or {@code 1M}, {@code random:SIZE}, {@code text:TEXT} with
 * Java's escapes, or {@code file:PATH}. Thread-safe.
 */
final class PayloadConverter implements ITypeConverter<Payload> {
    private static final Pattern SIZE = Pattern.compile("(\\d{1,9})([kKmM]?)");

    @Override
    public Payload convert(String value) {
        int colon = value.indexOf(':');
        String kind = value.substring(0, Math.max(0, colon));
        String rest = value.substring(colon + 1);
        try {
            return switch (kind) {
                case "" -> Payload.ofSize(size(value));
                case "random" -> Payload.random(size(rest));
                case "text" -> Payload.ofText(rest.translateEscapes());
                case "file" -> Payload.ofFile(Path.of(rest));
                default ->
                    throw new TypeConversionException("must be BYTES, random:, text: or file:, not " + kind + ":");
            };
        } catch (IOException e) {
            throw new TypeConversionException("cannot read the file " + rest);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }

    private static long size(String value) {
        Matcher size = SIZE.matcher(value);
        if (!size.matches()) {
            throw new TypeConversionException("must be a number of bytes, such as 64 or 16K: " + value);
        }
        int shift = switch (size.group(2)) {
            case "k", "K" -> 10;
            case "m", "M" -> 20;
            default -> 0;
        };
        return Long.parseLong(size.group(1)) << shift;
    }
}
