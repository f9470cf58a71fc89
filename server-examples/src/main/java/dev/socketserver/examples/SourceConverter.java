package dev.socketserver.examples;

import dev.socketserver.examples.load.SourceAddresses;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads {@link SourceAddresses}. Thread-safe. */
final class SourceConverter implements ITypeConverter<SourceAddresses> {
    @Override
    public SourceAddresses convert(String value) {
        try {
            return SourceAddresses.parse(value);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }
}
