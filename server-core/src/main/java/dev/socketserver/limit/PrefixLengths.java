package dev.socketserver.limit;

import java.net.Inet4Address;
import java.net.InetAddress;

/**
 * The number of bits of an address that identify its source. Immutable and thread-safe.
 *
 * @param ipv4 bits of an IPv4 address, 1 to 32
 * @param ipv6 bits of an IPv6 address, 1 to 128
 */
public record PrefixLengths(int ipv4, int ipv6) {
    /** Single IPv4 addresses (/32), and IPv6 networks of the minimum size that a host or home is assigned (/64). */
    public static final PrefixLengths DEFAULT = new PrefixLengths(32, 64);

    /** Checks both. */
    public PrefixLengths {
        check("ipv4", ipv4, 32);
        check("ipv6", ipv6, 128);
    }

    private static void check(String name, int length, int most) {
        if (length < 1 || length > most) {
            throw new IllegalArgumentException(name + " must be 1 to " + most + ": " + length);
        }
    }

    /** Returns the source of an address. */
    public AddressPrefix prefixOf(InetAddress address) {
        return AddressPrefix.of(address, address instanceof Inet4Address ? ipv4 : ipv6);
    }

    /** Returns whether the prefix has the length of its address family. */
    boolean match(AddressPrefix prefix) {
        return prefix.length() == (prefix.isIpv4() ? ipv4 : ipv6);
    }
}
