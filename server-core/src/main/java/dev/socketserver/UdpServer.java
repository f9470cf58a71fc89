package dev.socketserver;

import dev.socketserver.internal.run.Endpoint;
import dev.socketserver.internal.udp.DatagramEndpoint;
import dev.socketserver.internal.util.Log;
import dev.socketserver.limit.SourceLimits;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;
import java.nio.channels.MembershipKey;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A server of UDP datagrams.
 *
 * <p>A datagram longer than {@link ServerConfig#maxDatagramSize()} is served truncated, marked as
 * {@linkplain Datagram#isTruncated() truncated}, and reported to the {@link ServerListener}; it is never truncated
 * silently. One that claims to come from the server's own address, or from port 0, is dropped and reported.
 *
 * <p>On Linux with JDK 22 or newer, and where native access ({@code --enable-native-access}) is enabled, a server
 * receives datagrams in batches, and one that is bound to the wildcard address knows which of the machine's addresses a
 * datagram was sent to: {@link Datagram#localAddress()} returns it, and answers come from it. Elsewhere the system
 * chooses the address that the answer comes from, by its routes, and a client that sent to another one may not receive
 * it; {@link Datagram#localAddress()} is the wildcard address then. If clients use several addresses of the machine,
 * start one server for each there; where one network interface has several, a server logs a warning when it is bound.
 *
 * <p>See {@link BaseServer} for what to call and what to override.
 */
public non-sealed class UdpServer extends BaseServer<Datagram> {
    private static final Log LOG = Log.of(UdpServer.class);

    private volatile @Nullable DatagramChannel channel; // written by the thread that binds
    private volatile @Nullable DatagramEndpoint endpoint; // written by the thread that binds

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
     * @throws IllegalArgumentException if the address is not an {@link InetSocketAddress}, or an option is set that
     *     only servers of connections have
     */
    public UdpServer(ServerConfig config, Supplier<? extends DatagramRequestHandler> handlers) {
        super(config, handlers);
        Sockets.checkAddress(config, InetSocketAddress.class);
        SourceLimits sources = config.sourceLimits();
        boolean limitsPerSource = sources != null && sources.maxConnections() < Integer.MAX_VALUE;
        Sockets.checkNotSet("proxyProtocol is for TCP only", config.proxyProtocol() != null, config);
        Sockets.checkNotSet("maxConnections is not supported for UDP", config.maxConnections() != 0, config);
        Sockets.checkNotSet("sourceLimits.maxConnections is not supported for UDP", limitsPerSource, config);
        Sockets.checkNotSet(
                "maxConnectionAge is not supported for UDP",
                !config.maxConnectionAge().isZero(),
                config);
        Sockets.checkNotInherited(config);
        Sockets.checkNotSet("acceptRate is not supported for UDP", config.acceptRate() != null, config);
        Sockets.checkNotSet("framing is not supported for UDP", config.framing() != null, config);
        Sockets.checkNotSet("tls is not supported for UDP", config.tls() != null, config);
    }

    /**
     * Sends a datagram from the server's address to a peer, who need not have sent anything. To send to a broadcast
     * address, set the {@linkplain ServerConfig#socketOptions() option} {@code SO_BROADCAST}. Works from {@link #bind}
     * on, and in a drain until the last request has ended. Waits up to a second while the system has no room.
     * Thread-safe.
     *
     * @param message stays the caller's, with its indices, and must not change meanwhile
     * @throws IOException if the message is too long for a datagram, the system refuses it, or the server has stopped
     * @throws IllegalArgumentException if the address is not one that the server's socket can send to
     * @throws IllegalStateException if the server was not bound yet
     */
    public final void send(ByteBuf message, SocketAddress peer) throws IOException {
        Objects.requireNonNull(peer, "peer");
        opened(endpoint).send(message, peer);
    }

    /**
     * Joins a multicast group: what is sent to it, and to the server's port, reaches the server from here on. The
     * server has to be bound to all addresses, or to the group's. Drop the key to leave; a server that stops leaves all
     * groups. Thread-safe.
     *
     * @param network where the group's senders are
     * @throws IOException if the system refuses, or the server has stopped
     * @throws IllegalArgumentException if the address is not a multicast one
     * @throws IllegalStateException if the server was not bound yet
     */
    public final MembershipKey join(InetAddress group, NetworkInterface network) throws IOException {
        return channel().join(group, network);
    }

    /**
     * Returns how many datagrams the system has dropped since the server was bound, and until it stopped, mostly
     * because its receive buffer was full: a larger {@link ServerConfig#receiveBufferSize()} or quicker handlers help.
     * With {@code reusePort}, it is the sum of all sockets at the address. Empty before the server is bound, and where
     * the system does not tell, as only Linux does. Reads a file, so ask once in a while and not for each datagram.
     * Thread-safe.
     */
    public final OptionalLong systemDrops() {
        DatagramEndpoint present = endpoint;
        return present == null ? OptionalLong.empty() : present.systemDrops();
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
        for (Map.Entry<SocketOption<?>, Object> option :
                config().socketOptions().entrySet()) {
            Sockets.setOption(opened, option.getKey(), option.getValue());
        }
    }

    @Override
    protected void serverBind() throws IOException {
        Sockets.setReceiveBuffer(channel(), config());
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
        var opened = new DatagramEndpoint(channel(), config());
        endpoint = opened;
        UnusedOptions.warn(this, config(), UnusedOptions.Kind.UDP);
        if (!opened.answersFromDestination()
                && Sockets.isAmbiguous(opened.address().getAddress())) {
            LOG.warn(
                    "{} listens on all addresses of a network interface with several: the system chooses the address"
                            + " that an answer comes from, and a client that sent to another may not receive it; to be"
                            + " sure, start one server for each address",
                    this);
        }
        return opened;
    }
}
