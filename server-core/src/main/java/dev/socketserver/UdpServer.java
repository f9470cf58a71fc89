package dev.socketserver;

import dev.socketserver.internal.pool.ServicePool;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
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
    private static final int BIND_ATTEMPTS = 100;
    private static final Duration BIND_PAUSE = Duration.ofMillis(1);

    private volatile @Nullable DatagramChannel channel; // written by the thread that binds
    /** Confined to the receiving thread, one after another; the datagram holds it too while it is served. */
    private ByteBuf received;

    private final TimedReceive timedReceive = new TimedReceive();

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
     * @throws IllegalArgumentException if the address is not an {@link InetSocketAddress}, or a PROXY header or TLS is
     *     expected
     */
    public UdpServer(ServerConfig config, Supplier<? extends DatagramRequestHandler> handlers) {
        super(config, handlers);
        Options.checkAddress(config, InetSocketAddress.class);
        Options.checkNotSet("proxyProtocol is for TCP only", config.proxyProtocol(), config);
        Options.checkNotSet("tls is for connections, not for datagrams", config.tls(), config);
        received = newBuffer(config);
    }

    @Override
    protected void serverBind() throws IOException {
        DatagramChannel opened = openChannel();
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
            throw Sockets.bindFailure(addressToBind(), e);
        }
    }

    private DatagramChannel openChannel() throws IOException {
        return Sockets.isIpv4Only(config().address())
                ? DatagramChannel.open(StandardProtocolFamily.INET)
                : DatagramChannel.open();
    }

    @Override
    final void closeChannel() {
        Sockets.closeQuietly(channel);
        timedReceive.wake();
    }

    @Override
    final void lastCall() {
        stopAccepting();
    }

    @Override
    final @Nullable Datagram accept(long deadline) throws IOException {
        return timedReceive.before(this, deadline);
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
    final Intake<Datagram> newIntake(RequestRunner<Datagram> runner, ServicePool pool) throws IOException {
        return config().isSelecting() ? new Receivers(runner, pool, config()) : super.newIntake(runner, pool);
    }

    @Override
    final @Nullable Datagram accept() throws IOException {
        if (received.refCnt() != 1) {
            received = newBuffer(config()); // a handler still has the last one, or released what was not its own
        }
        ByteBuffer target = received.internalNioBuffer(0, received.capacity());
        SocketAddress source = channel().receive(target);
        if (source == null) {
            return null;
        }
        int length = target.position();
        int max = config().maxDatagramSize();
        received.setIndex(0, Math.min(length, max));
        return new Datagram(this, source, received.retain(), length > max);
    }

    private static ByteBuf newBuffer(ServerConfig config) {
        int oneMore = config.maxDatagramSize() + 1; // to see what is too long
        return Unpooled.wrappedBuffer(ByteBuffer.allocateDirect(oneMore));
    }

    /**
     * Sends a datagram. Whoever serves one while the server drains answers from another socket on the same port, since
     * the first had to be closed to end the receiving. Thread-safe.
     */
    void send(ByteBuffer bytes, SocketAddress target) throws IOException {
        boolean interrupted = Thread.interrupted(); // an interrupted send would close the server's socket
        try {
            sendUninterrupted(bytes, target);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void sendUninterrupted(ByteBuffer bytes, SocketAddress target) throws IOException {
        try {
            channel().send(bytes, target);
        } catch (ClosedChannelException e) {
            if (state() != ServerState.DRAINING) {
                throw e;
            }
            sendLate(bytes, target);
        }
    }

    /**
     * Sends from a socket of its own, connected to the peer: it takes nothing that others send to the port, which may
     * be another server's by now, and is gone right after.
     */
    private synchronized void sendLate(ByteBuffer bytes, SocketAddress target) throws IOException {
        try (DatagramChannel opened = openChannel()) {
            if (config().reusePort()) {
                opened.setOption(StandardSocketOptions.SO_REUSEPORT, true);
            }
            bindLate(opened);
            opened.connect(target);
            opened.write(bytes);
        }
    }

    /** Binds to the port that was just closed, which is free as soon as the receiver has left its system call. */
    private void bindLate(DatagramChannel opened) throws IOException {
        for (int attempt = 1; opened.getLocalAddress() == null; attempt++) {
            try {
                opened.bind(address());
            } catch (BindException e) {
                if (attempt == BIND_ATTEMPTS) {
                    throw e;
                }
                LockSupport.parkNanos(BIND_PAUSE.toNanos());
            }
        }
    }
}
