package dev.socketserver;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import org.jspecify.annotations.Nullable;

/**
 * Receives one datagram with a time limit, for {@link BaseServer#handleRequest}. Confined to the receiving thread, but
 * for {@link #wake}.
 */
final class TimedReceive {
    private volatile @Nullable Selector waiting; // written by the receiving thread

    /**
     * Returns the first datagram that comes to the server before the deadline on the {@code nanoTime} clock, or null.
     */
    @Nullable
    Datagram before(UdpServer server, long deadline) throws IOException {
        DatagramChannel channel = server.channel();
        channel.configureBlocking(false);
        try (Selector selector = Selector.open()) {
            waiting = selector;
            channel.register(selector, SelectionKey.OP_READ);
            return before(server, deadline, selector);
        } finally {
            waiting = null;
            blockAgain(channel);
        }
    }

    private @Nullable Datagram before(UdpServer server, long deadline, Selector selector) throws IOException {
        Datagram request = server.accept();
        for (long left = deadline - System.nanoTime();
                request == null && left > 0;
                left = deadline - System.nanoTime()) {
            selector.select(Math.max(1, left / 1_000_000));
            selector.selectedKeys().clear();
            if (Thread.currentThread().isInterrupted()) {
                throw new InterruptedIOException("interrupted while waiting for a request");
            }
            request = server.accept();
        }
        return request;
    }

    private static void blockAgain(DatagramChannel channel) throws IOException {
        try {
            channel.configureBlocking(true);
        } catch (ClosedChannelException ignored) {
            // The server was stopped meanwhile; that must not cost the request just accepted.
        }
    }

    /** Ends the wait, which then sees that the channel is closed. Thread-safe. */
    void wake() {
        Selector selector = waiting;
        if (selector != null) {
            selector.wakeup();
        }
    }
}
