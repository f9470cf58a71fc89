package dev.socketserver.examples.cli;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/** Formats addresses such that they can be used as a target. */
public final class AddressText {
    private AddressText() {}

    /** Returns HOST:PORT, [IPV6]:PORT or the path of a Unix socket. */
    public static String of(SocketAddress address) {
        if (!(address instanceof InetSocketAddress inet)) {
            return address.toString();
        }
        InetAddress ip = inet.getAddress();
        if (ip instanceof Inet6Address) {
            return "[" + (ip.isAnyLocalAddress() ? "::" : ip.getHostAddress()) + "]:" + inet.getPort();
        }
        return inet.getHostString() + ":" + inet.getPort();
    }
}
