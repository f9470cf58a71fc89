package dev.socketserver;

import dev.socketserver.internal.stream.StreamEndpoint;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.function.Supplier;

/**
 * A server of connections to a Unix-domain socket. It replaces a stale socket file, refuses to start if another server
 * listens or is starting on the path, and removes its own file when it stops. The file is created with its final
 * permissions.
 *
 * <p>See {@link BaseServer} for the methods to call and to override.
 */
public non-sealed class UnixServer extends StreamServer {
    private final SocketFile file;

    /**
     * Creates a server on the socket file {@code path}.
     *
     * @param handlers creates a new handler for each connection
     */
    public UnixServer(Path path, Supplier<? extends StreamRequestHandler> handlers) {
        this(ServerConfig.builder().address(UnixDomainSocketAddress.of(path)).build(), handlers);
    }

    /**
     * Creates a server.
     *
     * @param handlers creates a new handler for each connection
     * @throws IllegalArgumentException if the address is not a {@link UnixDomainSocketAddress}, or an option is set
     *     that only TCP servers have
     */
    public UnixServer(ServerConfig config, Supplier<? extends StreamRequestHandler> handlers) {
        super(config, handlers);
        Sockets.checkAddress(config, UnixDomainSocketAddress.class);
        Sockets.checkNotSet("sourceLimits is for peers that have IP addresses", config.sourceLimits() != null, config);
        Sockets.checkNotSet("accessList is for peers that have IP addresses", config.accessList() != null, config);
        Sockets.checkNotSet("proxyProtocol is for TCP only", config.proxyProtocol() != null, config);
        Sockets.checkNotInherited(config);
        file = new SocketFile(((UnixDomainSocketAddress) config.address()).getPath());
    }

    @Override
    protected void serverBind() throws IOException {
        file.create(config().socketPermissions(), this::bindTo);
    }

    /**
     * Removes the file and closes the socket, in this order: while the socket is open, no other server replaces the
     * file, and no other file can get its inode number.
     */
    @Override
    protected void serverClose() {
        file.remove();
        super.serverClose();
    }

    @Override
    final ServerSocketChannel openChannel() throws IOException {
        return ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    }

    @Override
    final UnusedOptions.Kind kind() {
        return UnusedOptions.Kind.UNIX;
    }

    @Override
    final StreamEndpoint.Setup setup() {
        return new StreamEndpoint.Setup() {
            @Override
            public void apply(SocketChannel connection) {}

            @Override
            public SocketAddress address(SocketAddress bound) {
                return config().address(); // the socket was bound under another name of the file
            }

            @Override
            public void beforeLastCall() {
                file.remove();
            }
        };
    }
}
