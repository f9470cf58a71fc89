package dev.socketserver.net;

import java.net.InetAddress;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A range of IPv4 or IPv6 addresses that share their first bits, in CIDR notation such as {@code 10.0.0.0/8} (RFC 4632,
 * RFC 4291). Immutable and thread-safe.
 *
 * @param network the first address of the range
 * @param prefixLength the number of bits that the addresses share
 */
public record Cidr(InetAddress network, int prefixLength) {
    private static final Pattern NOTATION = Pattern.compile("([^/]+)(?:/(\\d{1,3}))?");

    /**
     * Creates a range.
     *
     * @throws IllegalArgumentException if the prefix is longer than the address, or the address has bits set after it
     */
    public Cidr {
        Objects.requireNonNull(network, "network");
        int bits = network.getAddress().length * Byte.SIZE;
        if (prefixLength < 0 || prefixLength > bits) {
            throw new IllegalArgumentException(
                    "prefixLength of " + network.getHostAddress() + " must be 0 to " + bits + ": " + prefixLength);
        }
        if (hasBitsAfter(network.getAddress(), prefixLength)) {
            throw new IllegalArgumentException(
                    network.getHostAddress() + " has bits set after the first " + prefixLength);
        }
        network = IpLiteral.of(network.getAddress()); // a range has no scope, and its text none that cannot be parsed
    }

    private static boolean hasBitsAfter(byte[] address, int prefixLength) {
        for (int bit = prefixLength; bit < address.length * Byte.SIZE; bit++) {
            if ((address[bit / Byte.SIZE] & (0x80 >> (bit % Byte.SIZE))) != 0) {
                return true;
            }
        }
        return false;
    }

    /**
     * Parses {@code ADDRESS/BITS}, or a single address, which is a range of one. Never performs a DNS lookup.
     *
     * @throws IllegalArgumentException if the text is not a range
     */
    public static Cidr parse(String text) {
        Matcher parts = NOTATION.matcher(text);
        InetAddress network = parts.matches() ? IpLiteral.parse(parts.group(1)) : null;
        if (network == null) {
            throw new IllegalArgumentException("must be ADDRESS/BITS, such as 10.0.0.0/8 or fd00::/8: " + text);
        }
        String bits = parts.group(2);
        return new Cidr(network, bits == null ? network.getAddress().length * Byte.SIZE : Integer.parseInt(bits));
    }

    /** Returns whether the range contains the address. Always false if one is IPv4 and the other IPv6. */
    public boolean contains(InetAddress address) {
        byte[] ours = network.getAddress();
        byte[] theirs = address.getAddress();
        if (ours.length != theirs.length) {
            return false;
        }
        int whole = prefixLength / Byte.SIZE;
        for (int i = 0; i < whole; i++) {
            if (ours[i] != theirs[i]) {
                return false;
            }
        }
        int rest = prefixLength % Byte.SIZE;
        return rest == 0 || ((ours[whole] ^ theirs[whole]) & 0xFF) >> (Byte.SIZE - rest) == 0;
    }

    /** Returns the range in CIDR notation. */
    @Override
    public String toString() {
        return network.getHostAddress() + "/" + prefixLength;
    }
}
