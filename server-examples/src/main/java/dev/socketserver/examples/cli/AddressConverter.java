package dev.socketserver.examples.cli;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads HOST:PORT or [IPV6]:PORT, and resolves the host, or unix:PATH. Thread-safe. */
public final class AddressConverter implements ITypeConverter<SocketAddress> {
    private static final int MAX_PORT = 65_535;
    private static final String UNIX = "unix:";

    /** For picocli. */
    public AddressConverter() {}

    @Override
    public SocketAddress convert(String value) {
        if (value.startsWith(UNIX)) {
            return unix(value.substring(UNIX.length()));
        }
        int colon = value.lastIndexOf(':');
        String host = colon < 0 ? "" : value.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        } else if (host.contains(":")) {
            throw new TypeConversionException("an IPv6 address must be in brackets, [::1]:7007: " + value);
        }
        if (host.isEmpty()) {
            throw new TypeConversionException("must be HOST:PORT: " + value);
        }
        var address = new InetSocketAddress(host, port(value.substring(colon + 1), value));
        if (address.isUnresolved()) {
            throw new TypeConversionException("unknown host: " + host);
        }
        return address;
    }

    private static SocketAddress unix(String path) {
        try {
            return UnixDomainSocketAddress.of(path);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException("must be unix:PATH: " + e.getMessage());
        }
    }

    private static int port(String text, String value) {
        try {
            int port = Integer.parseInt(text);
            if (port >= 1 && port <= MAX_PORT) {
                return port;
            }
        } catch (NumberFormatException ignored) {
            // Told below, as is a number out of range.
        }
        throw new TypeConversionException("port must be 1 to " + MAX_PORT + ": " + value);
    }
}
