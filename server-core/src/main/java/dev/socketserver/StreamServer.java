package dev.socketserver;

import dev.socketserver.pool.ElasticThreadPool;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
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

    StreamServer(ServerConfig config, Supplier<? extends StreamRequestHandler> handlers) {
        super(config, handlers);
    }

    /** Opens a listening channel of the transport, not yet bound. */
    abstract ServerSocketChannel open() throws IOException;

    /** Sets what the transport wants set on an accepted connection. */
    abstract void configure(SocketChannel connection) throws IOException;

    @Override
    protected void serverBind() throws IOException {
        ServerSocketChannel opened = open();
        channel = opened;
        if (config().receiveBufferSize() > 0) {
            opened.setOption(StandardSocketOptions.SO_RCVBUF, config().receiveBufferSize());
        }
        try {
            opened.bind(addressToBind(), config().backlog());
        } catch (IOException e) {
            throw bindFailure(addressToBind(), e);
        }
    }

    @Override
    SocketAddress boundAddress() throws IOException {
        return channel().getLocalAddress();
    }

    @Override
    final void closeChannel() {
        closeQuietly(channel);
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
    @Nullable
    StreamConnection accept() throws IOException {
        SocketChannel accepted = channel().accept();
        if (accepted == null) {
            return null;
        }
        try {
            configure(accepted);
            var connection = new StreamConnection(accepted, config());
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
