package dev.socketserver.internal.udp;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/** What can be sent in one datagram. Stateless. */
final class Sendable {
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

    private static int longest(SocketAddress peer) {
        boolean longer = peer instanceof InetSocketAddress inet && inet.getAddress() instanceof Inet6Address;
        return longer ? LONGEST_IPV6 : LONGEST_IPV4;
    }
}
