package dev.socketserver;

import java.net.BindException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/** What all servers check when they are created and bound. Stateless. */
final class Sockets {
    private Sockets() {}

    /** Returns whether the address is one of IPv4 and not the wildcard, so that no IPv6 peer can reach it. */
    static boolean isIpv4Only(SocketAddress address) {
        return address instanceof InetSocketAddress inet
                && inet.getAddress() instanceof Inet4Address one
                && !one.isAnyLocalAddress();
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
