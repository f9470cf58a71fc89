package dev.socketserver.examples.load;

import dev.socketserver.net.Cidr;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The local addresses to connect from. Immutable and thread-safe.
 *
 * @param addresses at least one
 */
public record SourceAddresses(List<InetAddress> addresses) {
    /**
     * The maximum number of addresses taken from a network, {@value}: with 28,000 ports each, they suffice at any rate.
     */
    public static final int MAX_OF_NETWORK = 100;

    private static final int IPV4_BITS = 32;
    private static final int LONGEST_PREFIX = 30;

    /** Copies the list. */
    public SourceAddresses {
        addresses = List.copyOf(addresses);
        if (addresses.isEmpty()) {
            throw new IllegalArgumentException("source must name an address");
        }
    }

    /**
     * Parses a list of addresses and IPv4 networks, such as {@code 127.0.0.1,127.0.8.0/24}. Of each network, the first
     * {@value #MAX_OF_NETWORK} addresses are used.
     */
    public static SourceAddresses parse(String text) {
        List<InetAddress> addresses = new ArrayList<>();
        for (String part : text.split(",", -1)) {
            int slash = part.indexOf('/');
            if (slash < 0) {
                addresses.add(address(part));
            } else {
                addNetwork(address(part.substring(0, slash)), part.substring(slash + 1), addresses);
            }
        }
        return new SourceAddresses(addresses);
    }

    /** Returns whether one may connect from all of them to an address: whether they are of its family. */
    public boolean reach(SocketAddress target) {
        return target instanceof InetSocketAddress inet
                && addresses.stream()
                        .allMatch(
                                source -> source.getClass() == inet.getAddress().getClass());
    }

    /** Returns enough addresses for any load on a local server: 127.0.1.1 and the following ones. */
    static SourceAddresses loopback() {
        return parse("127.0.1.0/24");
    }

    private static InetAddress address(String text) {
        try {
            return Cidr.parse(text).network();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("source must be an IP address or network: " + text, e);
        }
    }

    private static void addNetwork(InetAddress base, String prefix, List<InetAddress> addresses) {
        int bits = prefix.matches("\\d{1,2}") ? Integer.parseInt(prefix) : IPV4_BITS;
        if (!(base instanceof Inet4Address) || bits > LONGEST_PREFIX) {
            throw new IllegalArgumentException("source network must be IPv4 with a prefix of 0 to " + LONGEST_PREFIX
                    + ": " + base.getHostAddress() + "/" + prefix);
        }
        long size = 1L << (IPV4_BITS - bits);
        int first = toInt(base.getAddress()) & (int) -size;
        for (int host = 1; host <= Math.min(MAX_OF_NETWORK, size - 2); host++) {
            addresses.add(fromInt(first + host));
        }
    }

    /** Returns the addresses as they are given. */
    @Override
    public String toString() {
        return addresses.stream().map(InetAddress::getHostAddress).collect(Collectors.joining(","));
    }

    private static int toInt(byte[] bytes) {
        int value = 0;
        for (byte each : bytes) {
            value = (value << 8) | (each & 0xff);
        }
        return value;
    }

    private static InetAddress fromInt(int value) {
        byte[] bytes = {(byte) (value >>> 24), (byte) (value >>> 16), (byte) (value >>> 8), (byte) value};
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("four bytes are an address", e);
        }
    }
}
