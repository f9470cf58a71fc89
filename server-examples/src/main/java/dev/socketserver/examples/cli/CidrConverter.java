package dev.socketserver.examples.cli;

import dev.socketserver.net.Cidr;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a range of addresses, such as {@code 10.0.0.0/8}. Thread-safe. */
public final class CidrConverter implements ITypeConverter<Cidr> {
    /** For picocli. */
    public CidrConverter() {}

    @Override
    public Cidr convert(String value) {
        try {
            return Cidr.parse(value);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }
}
