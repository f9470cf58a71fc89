package dev.socketserver;

import java.net.BindException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.net.SocketException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Checks shared by all servers when they are created and bound. Stateless. */
final class Sockets {
    private Sockets() {}

    /** Returns whether the address is a non-wildcard IPv4 address, which no IPv6 peer can reach. */
    static boolean isIpv4Only(SocketAddress address) {
        return address instanceof InetSocketAddress inet
                && inet.getAddress() instanceof Inet4Address one
                && !one.isAnyLocalAddress();
    }

    /**
     * Returns whether the address is the wildcard of a machine on which a network interface has several addresses of a
     * kind, IPv4 or global IPv6. Where each interface has one, an answer usually leaves through the interface that the
     * peer is behind, from the address that it knows.
     */
    static boolean isAmbiguous(InetAddress address) {
        try {
            return address.isAnyLocalAddress()
                    && NetworkInterface.networkInterfaces().anyMatch(Sockets::hasSeveralOfAKind);
        } catch (SocketException e) {
            return false; // the system does not tell
        }
    }

    private static boolean hasSeveralOfAKind(NetworkInterface network) {
        List<InetAddress> reachable = network.inetAddresses()
                .filter(one -> !one.isLoopbackAddress() && !one.isLinkLocalAddress())
                .toList();
        long ipv4 = reachable.stream().filter(Inet4Address.class::isInstance).count();
        return ipv4 > 1 || reachable.size() - ipv4 > 1;
    }

    /** Returns a failure that names the address. */
    static BindException bindFailure(SocketAddress address, Exception cause) {
        String why = cause.getMessage() == null ? "this machine has no such kind of address" : cause.getMessage();
        var failure = new BindException("cannot listen on " + address + ": " + why);
        failure.initCause(cause);
        return failure;
    }

    /** Throws unless the address is of the kind that a server can bind. */
    static void checkAddress(ServerConfig config, Class<? extends SocketAddress> kind) {
        SocketAddress address = config.address();
        if (!kind.isInstance(address)) {
            throw new IllegalArgumentException("address must be of type " + kind.getSimpleName() + ": " + address);
        }
    }

    /** Throws if an option is set that only other servers have. */
    static void checkNotSet(String optionAndWhereItBelongs, @Nullable Object value, ServerConfig config) {
        if (value != null) {
            throw new IllegalArgumentException(optionAndWhereItBelongs + ": " + config.address());
        }
    }
}
