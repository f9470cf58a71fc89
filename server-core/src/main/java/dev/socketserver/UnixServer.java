package dev.socketserver;

import dev.socketserver.internal.stream.StreamEndpoint;
import dev.socketserver.internal.util.Log;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A server of connections to a Unix-domain socket, which is a file: a dead server's is replaced, a live one's is
 * refused, and its own is removed when the server stops.
 *
 * <p>See {@link BaseServer} for what to call and what to override.
 */
public non-sealed class UnixServer extends StreamServer {
    private static final Log LOG = Log.of(UnixServer.class);

    /** The bits of a Unix file mode that tell the type, and the type of a socket. */
    private static final int FILE_TYPE = 0170000;

    private static final int SOCKET = 0140000;

    private volatile @Nullable Object fileKey; // which file is ours; written by the thread that binds or closes

    /**
     * Creates a server for the socket file {@code path}.
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
     * @throws IllegalArgumentException if the address is not a {@link UnixDomainSocketAddress}, or a PROXY header is
     *     expected
     */
    public UnixServer(ServerConfig config, Supplier<? extends StreamRequestHandler> handlers) {
        super(config, handlers);
        Sockets.checkAddress(config, UnixDomainSocketAddress.class);
        Sockets.checkNotSet("proxyProtocol is for TCP only", config.proxyProtocol(), config);
    }

    private Path path() {
        return ((UnixDomainSocketAddress) config().address()).getPath();
    }

    @Override
    protected void serverBind() throws IOException {
        removeStaleFile();
        super.serverBind();
        fileKey = attributes().fileKey();
        var permissions = Files.getFileAttributeView(path(), PosixFileAttributeView.class);
        if (permissions != null) {
            permissions.setPermissions(config().socketPermissions());
        }
    }

    private void removeStaleFile() throws IOException {
        if (!Files.exists(path(), LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        if (!isSocket()) {
            throw new BindException("cannot listen on " + path() + ": there is a file that is not a socket");
        }
        if (isAnswered()) {
            throw new BindException("cannot listen on " + path() + ": another server listens there");
        }
        LOG.info("{} replaces the socket file of a server that is gone", this);
        Files.deleteIfExists(path());
    }

    private BasicFileAttributes attributes() throws IOException {
        return Files.readAttributes(path(), BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    }

    private boolean isSocket() throws IOException {
        if (path().getFileSystem().supportedFileAttributeViews().contains("unix")) {
            Object mode = Files.getAttribute(path(), "unix:mode", LinkOption.NOFOLLOW_LINKS);
            return ((int) mode & FILE_TYPE) == SOCKET;
        }
        return attributes().isOther();
    }

    /** Tells whether anything but a refusal comes: a server that is busy, or not for us to reach, is not gone. */
    private boolean isAnswered() throws IOException {
        try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            probe.configureBlocking(false); // a live server's full backlog would block for ever
            probe.connect(config().address());
            return true;
        } catch (ConnectException e) {
            return false;
        } catch (SocketException e) {
            return true;
        }
    }

    /**
     * Removes the file and closes the socket, in this order: as long as the socket is open, no other server replaces
     * the file, and no other file can get the same key.
     */
    @Override
    protected void serverClose() {
        removeFile();
        super.serverClose();
    }

    private void removeFile() {
        Object ours = fileKey;
        fileKey = null;
        try {
            if (ours != null && ours.equals(attributes().fileKey())) {
                Files.deleteIfExists(path());
            }
        } catch (IOException e) {
            LOG.debug("{} could not remove its socket file: {}", this, e.toString());
        }
    }

    @Override
    final ServerSocketChannel openChannel() throws IOException {
        return ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    }

    @Override
    final StreamEndpoint.Setup setup() {
        return new StreamEndpoint.Setup() {
            @Override
            public void apply(SocketChannel connection) {}

            @Override
            public void beforeLastCall() {
                removeFile();
            }
        };
    }
}
