package dev.socketserver.limit;

import dev.socketserver.internal.util.Check;
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
        Check.between("ipv4", 1, 32, ipv4);
        Check.between("ipv6", 1, 128, ipv6);
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
