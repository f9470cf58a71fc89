package dev.socketserver;

import java.io.Closeable;
import java.io.IOException;
import java.net.BindException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opening and closing, for all servers alike. Thread-safe. */
final class Sockets {
    private static final Logger LOG = LoggerFactory.getLogger(Sockets.class);

    private Sockets() {}

    /** Tells whether the address is one of IPv4 and not all addresses, so that no IPv6 peer can reach it. */
    static boolean isIpv4Only(SocketAddress address) {
        return address instanceof InetSocketAddress inet
                && inet.getAddress() instanceof Inet4Address one
                && !one.isAnyLocalAddress();
    }

    /** Returns a failure that names the address. */
    static BindException bindFailure(SocketAddress address, IOException cause) {
        var failure = new BindException("cannot listen on " + address + ": " + cause.getMessage());
        failure.initCause(cause);
        return failure;
    }

    /** Closes what may be there, and may be closed already. */
    static void closeQuietly(@Nullable Closeable channel) {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            LOG.debug("closing {} failed: {}", channel, e.toString());
        }
    }
}
