package dev.socketserver;

import dev.socketserver.internal.run.Endpoint;
import dev.socketserver.internal.udp.DatagramEndpoint;
import dev.socketserver.internal.util.Log;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A server of UDP datagrams.
 *
 * <p>A datagram longer than {@link ServerConfig#maxDatagramSize()} is served truncated, marked as
 * {@linkplain Datagram#isTruncated() truncated}, and reported to the {@link ServerListener}; it is never truncated
 * silently. One that claims to come from the server's own address, or from port 0, is dropped and reported.
 *
 * <p>A server that is bound to the wildcard address cannot know which of the machine's addresses a datagram was sent
 * to: the system chooses the address that the answer comes from, by its routes, and a client that sent to another one
 * may not receive it. {@link Datagram#localAddress()} is the wildcard address then. If clients use several addresses of
 * the machine, start one server for each; where one network interface has several, a server logs a warning when it is
 * bound.
 *
 * <p>See {@link BaseServer} for what to call and what to override.
 */
public non-sealed class UdpServer extends BaseServer<Datagram> {
    private static final Log LOG = Log.of(UdpServer.class);

    private volatile @Nullable DatagramChannel channel; // written by the thread that binds

    /**
     * Creates a server on a port of all addresses, IPv4 and IPv6; 0 selects a free port.
     *
     * @param handlers creates a new handler for each datagram
     * @throws IllegalArgumentException if the port is not 0 to 65535
     */
    public UdpServer(int port, Supplier<? extends DatagramRequestHandler> handlers) {
        this(ServerConfig.ofPort(port), handlers);
    }

    /**
     * Creates a server.
     *
     * @param handlers creates a new handler for each datagram
     * @throws IllegalArgumentException if the address is not an {@link InetSocketAddress}, or the PROXY protocol, a
     *     framing or TLS is configured
     */
    public UdpServer(ServerConfig config, Supplier<? extends DatagramRequestHandler> handlers) {
        super(config, handlers);
        Sockets.checkAddress(config, InetSocketAddress.class);
        Sockets.checkNotSet("proxyProtocol is for TCP only", config.proxyProtocol(), config);
        Integer limit = config.maxConnections() == 0 ? null : config.maxConnections();
        Sockets.checkNotSet("maxConnections is not supported for UDP", limit, config);
        Sockets.checkNotSet("framing is not supported for UDP", config.framing(), config);
        Sockets.checkNotSet("tls is not supported for UDP", config.tls(), config);
    }

    @Override
    final void open() throws IOException {
        DatagramChannel opened = Sockets.isIpv4Only(config().address())
                ? DatagramChannel.open(StandardProtocolFamily.INET)
                : DatagramChannel.open();
        channel = opened;
        opened.setOption(StandardSocketOptions.SO_REUSEADDR, false);
        if (config().reusePort()) {
            opened.setOption(StandardSocketOptions.SO_REUSEPORT, true);
        }
    }

    @Override
    protected void serverBind() throws IOException {
        if (config().receiveBufferSize() > 0) {
            channel().setOption(StandardSocketOptions.SO_RCVBUF, config().receiveBufferSize());
        }
        try {
            channel().bind(addressToBind());
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
            throw Sockets.bindFailure(addressToBind(), e);
        }
    }

    /**
     * Returns the socket, to set options that the configuration does not cover; open when {@link #serverBind} runs.
     *
     * @throws IllegalStateException if it is not open yet
     */
    protected final DatagramChannel channel() {
        return opened(channel);
    }

    @Override
    final @Nullable DatagramChannel channelOrNull() {
        return channel;
    }

    @Override
    final Endpoint newEndpoint() throws IOException {
        var endpoint = new DatagramEndpoint(channel(), config());
        if (Sockets.isAmbiguous(endpoint.address().getAddress())) {
            LOG.warn(
                    "{} listens on all addresses of a network interface with several: the system chooses the address"
                            + " that an answer comes from, and a client that sent to another may not receive it; to be"
                            + " sure, start one server for each address",
                    this);
        }
        return endpoint;
    }
}
