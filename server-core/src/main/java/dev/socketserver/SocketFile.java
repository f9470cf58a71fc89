package dev.socketserver;

import dev.socketserver.internal.util.Log;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The file of a listening Unix-domain socket. It appears with its permissions, never replaces a live server's file, and
 * is removed only by the server that created it.
 *
 * <pre>
 *   PATH.lock   locked by the one server that is starting there; gone when it has started
 *   PATH~/s     where the socket is bound: a directory that only the owner can enter
 *      │ permissions are set
 *      │ link, which fails if PATH exists
 *   PATH        where peers connect; PATH~ is removed
 * </pre>
 *
 * <p>A process that dies on the way leaves some of these behind: an unlocked lock file, the private directory, a socket
 * file at which nobody answers. The next server that starts there removes them. Thread-safe.
 */
final class SocketFile {
    private static final Log LOG = Log.of(SocketFile.class);

    /** The type bits of a Unix file mode, and their value for a socket. */
    private static final int FILE_TYPE = 0170000;

    private static final int SOCKET = 0140000;

    /** Held while a server of this JVM starts, since file locks are held on behalf of the whole JVM. */
    private static final Object STARTING = new Object();

    private final Path path;
    private final Path directory;
    private final Path bound;
    private @Nullable Object key; // guarded by this: identifies our file

    SocketFile(Path path) {
        this.path = path;
        directory = sibling("~");
        bound = directory.resolve("s");
    }

    private Path sibling(String suffix) {
        return path.resolveSibling(path.getFileName() + suffix);
    }

    /** Binds a socket to an address and listens. */
    interface Binding {
        /** Binds and listens. */
        void bind(UnixDomainSocketAddress address) throws IOException;
    }

    /**
     * Creates the file by binding a socket.
     *
     * @throws BindException if another server listens or starts there, another file is in the way, or the directory is
     *     missing or not writable
     */
    void create(Set<PosixFilePermission> permissions, Binding binding) throws IOException {
        try {
            synchronized (STARTING) {
                checkVacant(); // before anything is written to the directory
                try (StartLock lock = StartLock.take(sibling(".lock"))) {
                    if (lock == null) {
                        throw refusal("another server is starting there");
                    }
                    checkVacant();
                    if (Files.deleteIfExists(path)) {
                        LOG.info("replacing {}, a stale socket file whose server no longer runs", path);
                    }
                    bind(permissions, binding);
                }
            }
        } catch (BindException e) {
            throw e;
        } catch (IOException e) {
            BindException failure = refusal(reason(e));
            failure.initCause(e);
            throw failure;
        }
    }

    private BindException refusal(@Nullable String reason) {
        return new BindException("cannot listen on " + path + ": " + reason);
    }

    private static @Nullable String reason(IOException e) {
        if (e instanceof NoSuchFileException) {
            return "its directory does not exist";
        }
        if (e instanceof AccessDeniedException denied) {
            return "permission denied: " + denied.getFile();
        }
        if (e instanceof FileAlreadyExistsException || e instanceof DirectoryNotEmptyException) {
            return ((FileSystemException) e).getFile() + " is in the way";
        }
        return e.getMessage();
    }

    /** Checks that there is no file, or the socket file of a server that is gone. */
    private void checkVacant() throws IOException {
        try {
            if (!isSocket(path)) {
                throw refusal("there is a file that is not a socket");
            }
        } catch (NoSuchFileException e) {
            return;
        }
        if (isAnswered()) {
            throw refusal("another server listens there");
        }
    }

    private static boolean isSocket(Path file) throws IOException {
        if (file.getFileSystem().supportedFileAttributeViews().contains("unix")) {
            Object mode = Files.getAttribute(file, "unix:mode", LinkOption.NOFOLLOW_LINKS);
            return ((int) mode & FILE_TYPE) == SOCKET;
        }
        return attributes(file).isOther();
    }

    private static BasicFileAttributes attributes(Path file) throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    }

    /** Returns whether anything but a refusal comes: a server that is busy, or out of our reach, is not gone. */
    private boolean isAnswered() throws IOException {
        try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            probe.configureBlocking(false); // a live server's full backlog would block for ever
            probe.connect(UnixDomainSocketAddress.of(path));
            return true;
        } catch (ConnectException e) {
            return false;
        } catch (SocketException e) {
            return Files.exists(path, LinkOption.NOFOLLOW_LINKS);
        }
    }

    private void bind(Set<PosixFilePermission> permissions, Binding binding) throws IOException {
        if (path.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            removeDirectory();
            Files.createDirectory(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            try {
                binding.bind(UnixDomainSocketAddress.of(bound));
                Files.setPosixFilePermissions(bound, permissions);
                publish();
            } finally {
                removeDirectory();
            }
        } else {
            binding.bind(UnixDomainSocketAddress.of(path));
            made(path);
        }
    }

    private void publish() throws IOException {
        made(bound);
        try {
            Files.createLink(path, bound);
        } catch (FileAlreadyExistsException e) {
            throw e;
        } catch (UnsupportedOperationException | FileSystemException e) {
            LOG.debug("cannot link {}, renaming it instead: {}", bound, e);
            Files.move(bound, path);
        }
    }

    private void removeDirectory() throws IOException {
        if (Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
            if (Files.exists(bound, LinkOption.NOFOLLOW_LINKS) && isSocket(bound)) {
                Files.delete(bound);
            }
            Files.delete(directory);
        }
    }

    private synchronized void made(Path file) throws IOException {
        key = attributes(file).fileKey();
    }

    /**
     * Removes the file if it is the one that was created here. While its socket is open, no other server replaces it,
     * and no other file can get the same key.
     */
    synchronized void remove() {
        Object ours = key;
        key = null;
        try {
            if (ours != null && ours.equals(attributes(path).fileKey())) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            LOG.debug("cannot remove the socket file {}: {}", path, e);
        }
    }
}
