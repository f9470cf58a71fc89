package dev.socketserver.peer;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/** The file descriptors of this process, where {@code /proc} tells them; elsewhere it seems to have none. */
public final class Descriptors {
    private static final Path OPEN = Path.of("/proc/self/fd");

    private Descriptors() {}

    /** Returns the sockets that are open, each by its inode. */
    public static Set<String> sockets() throws IOException {
        Set<String> sockets = new HashSet<>();
        for (String target : targets()) {
            if (target.startsWith("socket:")) {
                sockets.add(target);
            }
        }
        return sockets;
    }

    /** Returns how many descriptors of any kind are open. */
    public static int count() throws IOException {
        int count = 0;
        if (Files.isDirectory(OPEN)) {
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(OPEN)) {
                for (Path ignored : entries) {
                    count++;
                }
            }
        }
        return count;
    }

    private static Set<String> targets() throws IOException {
        Set<String> targets = new HashSet<>();
        if (Files.isDirectory(OPEN)) {
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(OPEN)) {
                for (Path entry : entries) {
                    try {
                        targets.add(Files.readSymbolicLink(entry).toString());
                    } catch (NoSuchFileException ignored) {
                        // Closed since it was listed.
                    }
                }
            }
        }
        return targets;
    }

    /** Opens what the JDK opens once, on first use, and keeps. */
    static void warmUp() throws IOException {
        var anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        try (ServerSocketChannel server = ServerSocketChannel.open().bind(anyPort);
                SocketChannel client = SocketChannel.open(server.getLocalAddress());
                SocketChannel accepted = server.accept();
                Selector selector = Selector.open();
                DatagramChannel datagrams = DatagramChannel.open().bind(anyPort)) {
            assert client.isConnected() && accepted.isConnected() && selector.isOpen() && datagrams.isOpen();
        }
    }
}
