package dev.socketserver.net;

import java.net.InetAddress;
import java.util.Objects;

/**
 * A range of addresses: those that begin with the same bits, IPv4 or IPv6, written {@code 10.0.0.0/8} (RFC 4632, RFC
 * 4291). Immutable, so thread-safe.
 *
 * @param network the first address of the range
 * @param prefixLength how many bits the addresses have in common
 */
public record Cidr(InetAddress network, int prefixLength) {
    /** Checks that the prefix fits the address, and that the address is the range's first. */
    public Cidr {
        Objects.requireNonNull(network, "network");
        int bits = network.getAddress().length * Byte.SIZE;
        if (prefixLength < 0 || prefixLength > bits) {
            throw new IllegalArgumentException(
                    "the prefix of " + network.getHostAddress() + " must be 0 to " + bits + " bits: " + prefixLength);
        }
        if (hasBitsAfter(network.getAddress(), prefixLength)) {
            throw new IllegalArgumentException(
                    network.getHostAddress() + " has bits set after the first " + prefixLength);
        }
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
     * Reads {@code ADDRESS/BITS}, or an address alone, which is a range of one. Asks no name server.
     *
     * @throws IllegalArgumentException if it is not written so
     */
    public static Cidr parse(String text) {
        int slash = text.indexOf('/');
        InetAddress network = IpLiteral.parse(slash < 0 ? text : text.substring(0, slash));
        if (network == null) {
            throw new IllegalArgumentException("must be ADDRESS/BITS, such as 10.0.0.0/8 or fd00::/8: " + text);
        }
        int bits = network.getAddress().length * Byte.SIZE;
        try {
            return new Cidr(network, slash < 0 ? bits : Integer.parseInt(text.substring(slash + 1)));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("must be ADDRESS/BITS, such as 10.0.0.0/8 or fd00::/8: " + text, e);
        }
    }

    /** Tells whether the address is in the range; one of the other family never is. */
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

    @Override
    public String toString() {
        return network.getHostAddress() + "/" + prefixLength;
    }
}
