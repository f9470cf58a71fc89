package dev.socketserver.examples.load;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/** Creates the wires of stream clients. Confined to one client loop. */
final class Connector {
    private final ProtocolFamily family;
    /** Null if the system may choose the port. */
    private final @Nullable SourcePorts sourcePorts;

    private final @Nullable ClientTls tls;

    private Connector(ProtocolFamily family, @Nullable SourcePorts sourcePorts, @Nullable ClientTls tls) {
        this.family = family;
        this.sourcePorts = sourcePorts;
        this.tls = tls;
    }

    /** Creates the connector of loop number {@code loop} of {@code plan}. */
    static Connector of(LoadPlan plan, int loop) throws IOException {
        if (!(plan.target() instanceof InetSocketAddress inet)) {
            return new Connector(StandardProtocolFamily.UNIX, null, plan.tls());
        }
        boolean ipv4 = inet.getAddress() instanceof Inet4Address;
        SourceAddresses sources = plan.sources();
        if (sources == null
                && plan.mode() == Mode.CONNECT
                && ipv4
                && inet.getAddress().isLoopbackAddress()) {
            sources = SourceAddresses.loopback();
        }
        return new Connector(
                ipv4 ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6,
                sources == null ? null : SourcePorts.of(sources, loop, plan.loops()),
                plan.tls());
    }

    /** Returns a new wire that is not connected yet. */
    Wire open() throws IOException {
        SocketChannel channel = SocketChannel.open(family);
        try {
            channel.configureBlocking(false);
            if (family != StandardProtocolFamily.UNIX) {
                channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            }
            if (sourcePorts != null) {
                sourcePorts.bind(channel);
            }
            return tls == null ? new Wire(channel) : new TlsWire(channel, tls.newEngine());
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }
}
