package dev.socketserver.examples.load;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/** Makes the channels of stream clients. Confined to one client loop. */
final class Connector {
    private final ProtocolFamily family;
    /** Null where the system's own choice of a port is good enough. */
    private final @Nullable SourcePorts sourcePorts;

    private Connector(ProtocolFamily family, @Nullable SourcePorts sourcePorts) {
        this.family = family;
        this.sourcePorts = sourcePorts;
    }

    /** For loop number {@code loop} towards {@code target}. */
    static Connector to(SocketAddress target, int loop) throws IOException {
        if (!(target instanceof InetSocketAddress inet)) {
            throw new IllegalArgumentException("target must be an internet address: " + target);
        }
        if (inet.getAddress() instanceof Inet6Address) {
            return new Connector(StandardProtocolFamily.INET6, null);
        }
        boolean local =
                inet.getAddress() instanceof Inet4Address && inet.getAddress().isLoopbackAddress();
        return new Connector(StandardProtocolFamily.INET, local ? SourcePorts.loopback(loop + 1) : null);
    }

    /** A new channel, not blocking and not connected. */
    SocketChannel open() throws IOException {
        SocketChannel channel = SocketChannel.open(family);
        try {
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            if (sourcePorts != null) {
                sourcePorts.bind(channel);
            }
            return channel;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }
}
