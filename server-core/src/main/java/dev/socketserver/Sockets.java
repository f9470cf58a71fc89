package dev.socketserver;

import dev.socketserver.internal.util.Log;
import java.io.IOException;
import java.net.BindException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.NetworkChannel;
import java.util.List;

/** Checks shared by all servers when they are created and bound. Stateless. */
final class Sockets {
    private static final Log LOG = Log.of(Sockets.class);

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

    /** Gives a socket the receive buffer that is configured, and says so if the system gives less. */
    static void setReceiveBuffer(NetworkChannel socket, ServerConfig config) throws IOException {
        int wanted = config.receiveBufferSize();
        if (wanted == 0) {
            return;
        }
        socket.setOption(StandardSocketOptions.SO_RCVBUF, wanted);
        int got = socket.getOption(StandardSocketOptions.SO_RCVBUF);
        if (got < wanted) {
            LOG.warn(
                    "{} asked for a receiveBufferSize of {} and got {}, which is the system's limit"
                            + " (on Linux net.core.rmem_max)",
                    config.name(),
                    wanted,
                    got);
        }
    }

    /** Returns a failure that names the address. */
    static BindException bindFailure(SocketAddress address, Exception cause) {
        String why = cause.getMessage() == null ? "this machine has no such kind of address" : cause.getMessage();
        var failure = new BindException("cannot listen on " + address + ": " + why);
        failure.initCause(cause);
        return failure;
    }

    /**
     * Sets an option of a socket.
     *
     * @throws IOException that names the option and its value, if the socket has no such option or the system refuses
     */
    static <T> void setOption(NetworkChannel socket, SocketOption<T> name, Object value) throws IOException {
        try {
            socket.setOption(name, name.type().cast(value));
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
            throw new IOException("socketOption " + name + " cannot be set to " + value + ": " + e.getMessage(), e);
        }
    }

    /** Throws unless the address is of the kind that a server can bind. */
    static void checkAddress(ServerConfig config, Class<? extends SocketAddress> kind) {
        SocketAddress address = config.address();
        if (!kind.isInstance(address)) {
            throw new IllegalArgumentException("address must be of type " + kind.getSimpleName() + ": " + address);
        }
    }

    /** Throws if the socket is to be the one that the process inherited. */
    static void checkNotInherited(ServerConfig config) {
        checkNotSet("inheritedSocket is for TCP only", config.inheritedSocket(), config);
    }

    /** Throws if an option is set that only other servers have. */
    static void checkNotSet(String optionAndWhereItBelongs, boolean isSet, ServerConfig config) {
        if (isSet) {
            throw new IllegalArgumentException(optionAndWhereItBelongs + ": " + config.address());
        }
    }
}
