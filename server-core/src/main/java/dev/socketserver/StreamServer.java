package dev.socketserver;

import dev.socketserver.internal.run.Endpoint;
import dev.socketserver.internal.stream.StreamEndpoint;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A server of stream connections: the common base of {@link TcpServer} and {@link UnixServer}. */
public abstract sealed class StreamServer extends BaseServer<StreamConnection> permits TcpServer, UnixServer {
    private final Connections connections = new Connections(this::openRequests);
    private volatile @Nullable ServerSocketChannel channel; // written by the thread that binds

    StreamServer(ServerConfig config, Supplier<? extends StreamRequestHandler> handlers) {
        super(config, handlers);
        Sockets.checkNotSet(
                "socketOption is for UDP only", !config.socketOptions().isEmpty(), config);
    }

    /** Returns a live view of the connections that are open; the same object, whether the server runs or not. */
    public final Connections connections() {
        return connections;
    }

    /** Opens a listening socket of the transport, not bound unless it was inherited. */
    abstract ServerSocketChannel openChannel() throws IOException;

    /** Returns which options the server has. */
    abstract UnusedOptions.Kind kind();

    /** Returns what is special about the transport. */
    abstract StreamEndpoint.Setup setup();

    @Override
    final void open() throws IOException {
        channel = openChannel();
    }

    @Override
    protected void serverBind() throws IOException {
        if (channel().getLocalAddress() == null) { // else it was inherited
            bindTo(addressToBind());
        }
    }

    /** Binds the socket to that address and listens. */
    final void bindTo(SocketAddress address) throws IOException {
        ServerSocketChannel opened = channel();
        Sockets.setReceiveBuffer(opened, config());
        try {
            opened.bind(address, config().backlog());
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
            throw Sockets.bindFailure(addressToBind(), e); // which a Unix server binds under another name
        }
    }

    /**
     * Returns the listening socket, to set options that the configuration does not cover; open when {@link #serverBind}
     * runs.
     *
     * @throws IllegalStateException if it is not open yet
     */
    protected final ServerSocketChannel channel() {
        return opened(channel);
    }

    @Override
    final @Nullable ServerSocketChannel channelOrNull() {
        return channel;
    }

    @Override
    final Endpoint newEndpoint() throws IOException {
        UnusedOptions.warn(this, config(), kind());
        return new StreamEndpoint(channel(), config(), setup());
    }
}
