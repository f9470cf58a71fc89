package dev.socketserver.internal.udp;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/** What can be sent in one datagram, and what that makes on the wire. Stateless. */
final class Sendable {
    private static final int HEADERS_IPV4 = 20 + 8; // of IP without options, and of UDP
    private static final int HEADERS_IPV6 = 40 + 8;
    private static final int LONGEST_IPV4 = 65_507; // 65,535 without the headers of IP and UDP
    private static final int LONGEST_IPV6 = 65_527; // likewise; the length of its packets is without the header of IP

    private Sendable() {}

    /** Throws if no datagram to that peer can be that long: which is not the peer's fault. */
    static void check(int length, SocketAddress peer) throws IOException {
        int longest = longest(peer);
        if (length > longest) {
            throw new IOException("a datagram of " + length + " bytes is longer than the " + longest
                    + " that can be sent to " + peer);
        }
    }

    /** Returns how many bytes a datagram to that peer can have. */
    static int longest(SocketAddress peer) {
        return isIpv6(peer) ? LONGEST_IPV6 : LONGEST_IPV4;
    }

    /** Returns how many bytes a datagram of that length makes, with the headers of IP and UDP. */
    static int onTheWire(int length, SocketAddress peer) {
        return length + (isIpv6(peer) ? HEADERS_IPV6 : HEADERS_IPV4);
    }

    private static boolean isIpv6(SocketAddress peer) {
        return peer instanceof InetSocketAddress inet && inet.getAddress() instanceof Inet6Address;
    }
}
