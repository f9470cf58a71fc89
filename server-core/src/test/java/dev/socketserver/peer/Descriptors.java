package dev.socketserver.peer;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The file descriptors of this process, where {@code /proc} tells them; elsewhere it seems to have none. */
public final class Descriptors {
    private static final Path OPEN = Path.of("/proc/self/fd");

    /** The sockets with a path, one a line. */
    private static final Path WITH_PATHS = Path.of("/proc/self/net/unix");

    /** The JVM's own socket, which it opens when an agent is attached, as fuzz tests do, and keeps; with its inode. */
    private static final Pattern FOR_AGENTS = Pattern.compile(".* (\\d+) \\S*/\\.java_pid\\S*");

    private Descriptors() {}

    /** Returns the sockets that are open, each by its inode, without the JVM's own. */
    public static Set<String> sockets() throws IOException {
        Set<String> sockets = allSockets();
        if (Files.isReadable(WITH_PATHS)) {
            for (String line : Files.readAllLines(WITH_PATHS, StandardCharsets.ISO_8859_1)) {
                Matcher own = FOR_AGENTS.matcher(line);
                if (own.matches()) {
                    sockets.remove("socket:[" + own.group(1) + "]");
                }
            }
        }
        return sockets;
    }

    private static Set<String> allSockets() throws IOException {
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
    public static void warmUp() throws IOException {
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
