package dev.socketserver;

import dev.socketserver.buffer.SpareBuffers;
import dev.socketserver.pool.ElasticThreadPool;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A server of connections: what {@link TcpServer} and {@link UnixServer} have in common. */
public abstract sealed class StreamServer extends BaseServer<StreamConnection> permits TcpServer, UnixServer {
    private static final Logger LOG = LoggerFactory.getLogger(StreamServer.class);

    private volatile @Nullable ServerSocketChannel channel; // written by the thread that binds
    private volatile @Nullable Entrance entrance; // written by the thread that binds
    private volatile @Nullable SpareBuffers inputs; // written by the thread that binds
    private volatile @Nullable SpareBuffers outputs; // written by the thread that binds

    StreamServer(ServerConfig config, Supplier<? extends StreamRequestHandler> handlers) {
        super(config, handlers);
    }

    /** Opens a listening channel of the transport, not yet bound. */
    abstract ServerSocketChannel open() throws IOException;

    /** Sets what the transport wants set on an accepted connection. */
    abstract void configure(SocketChannel connection) throws IOException;

    @Override
    protected void serverBind() throws IOException {
        bindTo(addressToBind());
    }

    /** Opens a channel, binds it to that address and listens. */
    final void bindTo(SocketAddress address) throws IOException {
        ServerSocketChannel opened = open();
        channel = opened;
        if (config().receiveBufferSize() > 0) {
            opened.setOption(StandardSocketOptions.SO_RCVBUF, config().receiveBufferSize());
        }
        try {
            opened.bind(address, config().backlog());
        } catch (IOException e) {
            throw Sockets.bindFailure(addressToBind(), e);
        }
        listenOn(opened);
    }

    /** Listens on a socket that is bound already. */
    final void listenOn(ServerSocketChannel bound) throws IOException {
        channel = bound;
        inputs = new SpareBuffers(ByteBufAllocator.DEFAULT, config().readBufferSize());
        outputs = new SpareBuffers(ByteBufAllocator.DEFAULT, config().writeBufferSize());
        entrance = new Entrance(this, bound);
    }

    @Override
    SocketAddress boundAddress() throws IOException {
        return channel().getLocalAddress();
    }

    @Override
    final void closeChannel() {
        Entrance current = entrance;
        if (current == null) {
            Sockets.closeQuietly(channel);
        } else {
            current.close();
        }
    }

    @Override
    void lastCall() {
        entrance().lastCall();
    }

    @Override
    final boolean isAccepting() {
        Entrance current = entrance;
        return current != null && current.isOpen();
    }

    @Override
    final void abandon() {
        entrance().abandon();
    }

    @Override
    final void drained() {
        Entrance current = entrance;
        if (current != null) {
            current.release();
            entrance = null;
            opened(inputs).close();
            opened(outputs).close();
        }
    }

    private Entrance entrance() {
        return opened(entrance);
    }

    @Override
    final ServerSocketChannel channel() {
        return opened(channel);
    }

    @Override
    final Intake<StreamConnection> newIntake(RequestRunner<StreamConnection> runner, ElasticThreadPool pool)
            throws IOException {
        return config().isSelecting() ? new Leaders(runner, pool, config()) : super.newIntake(runner, pool);
    }

    @Override
    final @Nullable StreamConnection accept() throws IOException {
        return accept(System.nanoTime() + Long.MAX_VALUE);
    }

    @Override
    final @Nullable StreamConnection accept(long deadline) throws IOException {
        Entrance current = entrance;
        if (current == null) {
            throw new ClosedChannelException();
        }
        return current.next(deadline);
    }

    /** Takes a connection that the system has queued; null if there is none. */
    final @Nullable StreamConnection acceptNow() throws IOException {
        SocketChannel accepted = channel().accept();
        while (accepted != null) {
            StreamConnection connection = setUp(accepted);
            if (connection != null) {
                return connection;
            }
            accepted = channel().accept();
        }
        return null;
    }

    private @Nullable StreamConnection setUp(SocketChannel accepted) throws IOException {
        try {
            configure(accepted);
            var connection = new StreamConnection(accepted, config(), opened(inputs), opened(outputs));
            running().intake().accepted(connection);
            return connection;
        } catch (IOException e) {
            LOG.debug("a connection was gone before it was set up: {}", e.toString());
            accepted.close();
            return null;
        } catch (Throwable e) {
            accepted.close();
            throw e;
        }
    }
}
