package dev.socketserver.internal.udp;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The address of a peer, with the bytes that the system has for it: a {@code sockaddr_in} or {@code sockaddr_in6} of
 * Linux. Immutable.
 */
final class Source extends InetSocketAddress {
    /** How many bytes the system has for an address at most. */
    static final int LENGTH = 28;

    private static final long serialVersionUID = 1;
    private static final int AF_INET6 = 10;
    private static final int IPV4_LENGTH = 4;
    private static final int IPV6_LENGTH = 16;
    private static final int SHORT_LENGTH = 16; // of a sockaddr_in
    private static final int PORT = 2; // where it is, big-endian
    private static final int IPV4_ADDRESS = 4;
    private static final int IPV6_ADDRESS = 8;
    private static final int SCOPE = 24;
    private static final int SECOND = 8;
    private static final int THIRD = 16;

    private final long first;
    private final long second;
    private final long third;
    private final int scope;
    private final transient @Nullable Destination destination;

    private Source(InetAddress address, int port, ByteBuffer memory, int at, @Nullable Destination destination) {
        super(address, port);
        this.destination = destination;
        boolean isLong = isLong(memory, at);
        first = memory.getLong(at);
        second = isLong ? memory.getLong(at + SECOND) : 0;
        third = isLong ? memory.getLong(at + THIRD) : 0;
        scope = isLong ? memory.getInt(at + SCOPE) : 0;
    }

    /** Reads an address from memory in the machine's order of bytes. */
    static Source read(ByteBuffer memory, int at, @Nullable Destination destination) {
        boolean isLong = isLong(memory, at);
        byte[] address = new byte[isLong ? IPV6_LENGTH : IPV4_LENGTH];
        memory.get(at + (isLong ? IPV6_ADDRESS : IPV4_ADDRESS), address);
        int port = Short.toUnsignedInt(Short.reverseBytes(memory.getShort(at + PORT)));
        try {
            InetAddress host = InetAddress.getByAddress(address); // of IPv4, if it is one mapped to IPv6
            int scope = isLong ? memory.getInt(at + SCOPE) : 0;
            if (host instanceof Inet6Address && scope != 0) {
                host = Inet6Address.getByAddress(null, address, scope);
            }
            return new Source(host, port, memory, at, destination);
        } catch (UnknownHostException e) {
            throw new AssertionError(e); // of a length that there is not
        }
    }

    private static boolean isLong(ByteBuffer memory, int at) {
        return memory.getShort(at) == AF_INET6;
    }

    /** Returns a number that is the same for the same address in memory. */
    static int hash(ByteBuffer memory, int at) {
        long bits = memory.getLong(at);
        if (isLong(memory, at)) {
            bits = (bits * 31 + memory.getLong(at + SECOND)) * 31 + memory.getLong(at + THIRD);
        }
        bits *= 0x9E3779B97F4A7C15L; // the golden ratio: spreads what differs in few bits
        return (int) (bits >>> Integer.SIZE);
    }

    /** Returns the address of this machine that the peer has sent to; null if that is not known. */
    @Nullable
    Destination destination() {
        return destination;
    }

    /** Returns whether the memory has this address. */
    boolean isAt(ByteBuffer memory, int at) {
        return memory.getLong(at) == first
                && (!isLong(memory, at)
                        || (memory.getLong(at + SECOND) == second
                                && memory.getLong(at + THIRD) == third
                                && memory.getInt(at + SCOPE) == scope));
    }

    /** Writes the address to memory; returns its length there. */
    int write(ByteBuffer memory, int at) {
        memory.putLong(at, first);
        memory.putLong(at + SECOND, second);
        if (memory.getShort(at) != AF_INET6) {
            return SHORT_LENGTH;
        }
        memory.putLong(at + THIRD, third);
        memory.putInt(at + SCOPE, scope);
        return LENGTH;
    }
}
