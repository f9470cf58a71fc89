package dev.socketserver;

import dev.socketserver.pool.ElasticThreadPool;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A server of UDP datagrams.
 *
 * <p>A datagram longer than {@link ServerConfig#maxDatagramSize()} is served cut off, marked as
 * {@linkplain Datagram#isTruncated() truncated}, and told to the {@link ServerListener}; it is never cut silently.
 *
 * <p>See {@link BaseServer} for what to call and what to override.
 */
public non-sealed class UdpServer extends BaseServer<Datagram> {
    private volatile @Nullable DatagramChannel channel; // written by the thread that binds
    /** Confined to the receiving thread, one after another; the datagram holds it too while it is served. */
    private ByteBuf received;

    /**
     * Makes a server on that port of all addresses, IPv4 and IPv6; 0 for a free port.
     *
     * @param handlers makes a new handler for each datagram
     * @throws IllegalArgumentException if the port is not 0 to 65535
     */
    public UdpServer(int port, Supplier<? extends DatagramRequestHandler> handlers) {
        this(ServerConfig.ofPort(port), handlers);
    }

    /**
     * Makes a server.
     *
     * @param handlers makes a new handler for each datagram
     * @throws IllegalArgumentException if the address is not an {@link InetSocketAddress}
     */
    public UdpServer(ServerConfig config, Supplier<? extends DatagramRequestHandler> handlers) {
        super(config, handlers);
        config.requireAddress(InetSocketAddress.class);
        received = newBuffer(config);
    }

    @Override
    protected void serverBind() throws IOException {
        DatagramChannel opened = DatagramChannel.open();
        channel = opened;
        opened.setOption(StandardSocketOptions.SO_REUSEADDR, false);
        if (config().reusePort()) {
            opened.setOption(StandardSocketOptions.SO_REUSEPORT, true);
        }
        if (config().receiveBufferSize() > 0) {
            opened.setOption(StandardSocketOptions.SO_RCVBUF, config().receiveBufferSize());
        }
        try {
            opened.bind(addressToBind());
        } catch (IOException e) {
            throw bindFailure(addressToBind(), e);
        }
    }

    @Override
    final void closeChannel() {
        closeQuietly(channel);
    }

    @Override
    final DatagramChannel channel() {
        return opened(channel);
    }

    @Override
    final SocketAddress boundAddress() throws IOException {
        return channel().getLocalAddress();
    }

    @Override
    final Intake<Datagram> newIntake(RequestRunner<Datagram> runner, ElasticThreadPool pool) throws IOException {
        return config().isSelecting() ? new Receivers(runner, pool, config()) : super.newIntake(runner, pool);
    }

    @Override
    final @Nullable Datagram accept() throws IOException {
        if (received.refCnt() > 1) {
            received = newBuffer(config()); // a handler still has the last one
        }
        ByteBuffer target = received.internalNioBuffer(0, received.capacity());
        SocketAddress source = channel().receive(target);
        if (source == null) {
            return null;
        }
        int length = target.position();
        int max = config().maxDatagramSize();
        received.setIndex(0, Math.min(length, max));
        return new Datagram(channel(), source, received.retain(), length > max);
    }

    private static ByteBuf newBuffer(ServerConfig config) {
        int oneMore = config.maxDatagramSize() + 1; // to see what is too long
        return Unpooled.wrappedBuffer(ByteBuffer.allocateDirect(oneMore));
    }
}
