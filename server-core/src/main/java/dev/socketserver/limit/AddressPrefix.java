package dev.socketserver.limit;

import dev.socketserver.internal.util.Check;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * The first bits of an IP address: the unit in which sources are counted, since a host may have a whole block of IPv6
 * addresses. Immutable and thread-safe.
 */
public final class AddressPrefix {
    private static final int IPV4_BITS = 32;
    private static final int IPV6_BITS = 128;

    /**
     * The prefix of IPv4-mapped IPv6 addresses: {@code ::ffff:0:0/96} (RFC 4291). The JDK never creates such IPv6
     * addresses.
     */
    private static final long MAPPED = 0xFFFF_0000_0000L;

    private final long high;
    private final long low;
    private final int length;
    private final boolean isIpv4;

    private AddressPrefix(long high, long low, int length, boolean isIpv4) {
        this.high = high;
        this.low = low;
        this.length = length;
        this.isIpv4 = isIpv4;
    }

    /**
     * Returns the first bits of an address.
     *
     * @param length the number of bits: 0 to 32 for IPv4, 0 to 128 for IPv6
     * @throws IllegalArgumentException if the address does not have that many bits
     */
    public static AddressPrefix of(InetAddress address, int length) {
        byte[] bytes = address.getAddress();
        int bits = bytes.length * Byte.SIZE;
        Check.between("prefix length", 0, bits, length);
        ByteBuffer in = ByteBuffer.wrap(bytes);
        return bits == IPV4_BITS ? ofIpv4(in.getInt(), length) : ofIpv6(in.getLong(), in.getLong(), length);
    }

    private static AddressPrefix ofIpv4(int address, int length) {
        int masked = address & (int) (-1L << (IPV4_BITS - length));
        return new AddressPrefix(0, MAPPED | Integer.toUnsignedLong(masked), length, true);
    }

    private static AddressPrefix ofIpv6(long high, long low, int length) {
        return new AddressPrefix(
                high & mask(Math.min(length, Long.SIZE)), low & mask(length - Long.SIZE), length, false);
    }

    /** Returns a long whose highest bits are set; none if the number is not positive. */
    private static long mask(int bits) {
        return bits <= 0 ? 0 : -1L << (Long.SIZE - bits);
    }

    /** Returns the first half, of an IPv6 address or of an IPv4 address mapped to one. */
    long high() {
        return high;
    }

    /** Returns the second half. */
    long low() {
        return low;
    }

    /** Returns whether this is a prefix of IPv4 addresses. */
    public boolean isIpv4() {
        return isIpv4;
    }

    /** Returns the number of bits. */
    public int length() {
        return length;
    }

    /** Returns the first address with this prefix. */
    public InetAddress network() {
        byte[] bytes = isIpv4
                ? ByteBuffer.allocate(IPV4_BITS / Byte.SIZE).putInt((int) low).array()
                : ByteBuffer.allocate(IPV6_BITS / Byte.SIZE)
                        .putLong(high)
                        .putLong(low)
                        .array();
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("4 and 16 bytes are an address", e);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof AddressPrefix prefix
                && high == prefix.high
                && low == prefix.low
                && length == prefix.length
                && isIpv4 == prefix.isIpv4;
    }

    @Override
    public int hashCode() {
        return Objects.hash(high, low, length, isIpv4);
    }

    /** Returns the prefix in CIDR notation, such as {@code 192.0.2.1/32}. */
    @Override
    public String toString() {
        return network().getHostAddress() + "/" + length;
    }
}
