package dev.socketserver;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.function.Supplier;

/**
 * A server of connections to a Unix-domain socket, which is a file: a dead server's is replaced, a live one's is
 * refused, and its own is removed when the server stops.
 *
 * <p>See {@link BaseServer} for what to call and what to override.
 */
public non-sealed class UnixServer extends StreamServer {
    private final SocketFile file;

    /**
     * Makes a server on the socket file {@code path}.
     *
     * @param handlers makes a new handler for each connection
     */
    public UnixServer(Path path, Supplier<? extends StreamRequestHandler> handlers) {
        this(ServerConfig.builder().address(UnixDomainSocketAddress.of(path)).build(), handlers);
    }

    /**
     * Makes a server.
     *
     * @param handlers makes a new handler for each connection
     * @throws IllegalArgumentException if the address is not a {@link UnixDomainSocketAddress}, or a PROXY header is
     *     expected
     */
    public UnixServer(ServerConfig config, Supplier<? extends StreamRequestHandler> handlers) {
        super(config, handlers);
        Options.checkAddress(config, UnixDomainSocketAddress.class);
        Options.checkNotSet("proxyProtocol is for TCP only", config.proxyProtocol(), config);
        file = new SocketFile(((UnixDomainSocketAddress) config.address()).getPath());
    }

    @Override
    protected void serverBind() throws IOException {
        file.create(config().socketPermissions(), this::bindTo);
    }

    /** Returns the configured address: the socket itself was bound to another name of the file. */
    @Override
    SocketAddress boundAddress() {
        return config().address();
    }

    /** Removes the file, so that nobody comes after the last one. */
    @Override
    final void lastCall() {
        file.remove();
        super.lastCall();
    }

    /**
     * Removes the file and closes the socket, in this order: as long as the socket is open, no other server replaces
     * the file, and no other file can get the same key.
     */
    @Override
    protected void serverClose() {
        file.remove();
        super.serverClose();
    }

    @Override
    ServerSocketChannel open() throws IOException {
        return ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    }

    @Override
    void configure(SocketChannel connection) {}
}
