package dev.socketserver;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A lock that one process at a time can hold, on a file that exists only while it is held. The system releases the lock
 * of a process that dies.
 *
 * <p>The holder removes the file. Another process that has just opened it can then lock a file without a name, while a
 * third one locks a new file of that name. So a lock counts only if the file, opened once more by name, turns out to be
 * locked by this JVM already. Confined to one thread; a JVM must not take two at a time.
 */
final class StartLock implements Closeable {
    private final Path file;
    private final FileChannel locked;
    private final FileChannel named;

    private StartLock(Path file, FileChannel locked, FileChannel named) {
        this.file = file;
        this.locked = locked;
        this.named = named;
    }

    /** Locks the file; returns null if another process has locked it. */
    static @Nullable StartLock take(Path file) throws IOException {
        FileChannel locked = open(file);
        try {
            boolean isLocked = locked.tryLock() != null;
            while (isLocked) {
                FileChannel named = open(file);
                try {
                    isLocked = named.tryLock() != null;
                } catch (OverlappingFileLockException e) {
                    return new StartLock(file, locked, named); // both are the same file
                } catch (Throwable e) {
                    named.close();
                    throw e;
                }
                locked.close();
                locked = named;
            }
            locked.close();
            return null;
        } catch (Throwable e) {
            locked.close();
            throw e;
        }
    }

    private static FileChannel open(Path file) throws IOException {
        var options = Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
        if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            return FileChannel.open(
                    file, options, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        }
        return FileChannel.open(file, options);
    }

    /** Removes the file and releases the lock, in this order. */
    @Override
    public void close() throws IOException {
        try (locked;
                named) {
            Files.deleteIfExists(file);
        }
    }
}
