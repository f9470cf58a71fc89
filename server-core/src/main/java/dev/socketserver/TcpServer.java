package dev.socketserver;

import dev.socketserver.internal.stream.StreamEndpoint;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.util.function.Supplier;

/**
 * A server of TCP connections.
 *
 * <pre>{@code
 * try (var server = new TcpServer(7007, EchoHandler::new)) {
 *     server.serveForever();
 * }
 * }</pre>
 *
 * <p>See {@link BaseServer} for the methods to call and to override.
 */
public non-sealed class TcpServer extends StreamServer {
    /**
     * Creates a server on a port of all addresses, IPv4 and IPv6; 0 selects a free port.
     *
     * @param handlers creates a new handler for each connection
     * @throws IllegalArgumentException if the port is not 0 to 65535
     */
    public TcpServer(int port, Supplier<? extends StreamRequestHandler> handlers) {
        this(ServerConfig.ofPort(port), handlers);
    }

    /**
     * Creates a server.
     *
     * @param handlers creates a new handler for each connection
     * @throws IllegalArgumentException if the address is not an {@link InetSocketAddress}
     */
    public TcpServer(ServerConfig config, Supplier<? extends StreamRequestHandler> handlers) {
        super(config, handlers);
        Sockets.checkAddress(config, InetSocketAddress.class);
    }

    @Override
    final ServerSocketChannel openChannel() throws IOException {
        return config().inheritedSocket() ? inherited() : newChannel();
    }

    /** Returns the socket that systemd or inetd listens on and has started this process with. */
    private static ServerSocketChannel inherited() throws IOException {
        if (System.inheritedChannel() instanceof ServerSocketChannel socket
                && socket.isOpen()
                && socket.getLocalAddress() instanceof InetSocketAddress) {
            return socket;
        }
        throw new BindException("cannot listen on descriptor 0: it is not a listening TCP socket");
    }

    private ServerSocketChannel newChannel() throws IOException {
        ServerSocketChannel opened = Sockets.isIpv4Only(config().address())
                ? ServerSocketChannel.open(StandardProtocolFamily.INET)
                : ServerSocketChannel.open();
        try {
            opened.setOption(StandardSocketOptions.SO_REUSEADDR, config().reuseAddress());
            if (config().reusePort()) {
                opened.setOption(StandardSocketOptions.SO_REUSEPORT, true);
            }
            return opened;
        } catch (Throwable e) {
            opened.close();
            throw e;
        }
    }

    @Override
    final UnusedOptions.Kind kind() {
        return config().inheritedSocket() ? UnusedOptions.Kind.INHERITED_TCP : UnusedOptions.Kind.TCP;
    }

    @Override
    final StreamEndpoint.Setup setup() {
        return connection -> {
            if (config().tcpNoDelay()) {
                connection.setOption(StandardSocketOptions.TCP_NODELAY, true);
            }
        };
    }
}
