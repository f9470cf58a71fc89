package dev.socketserver;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import org.jspecify.annotations.Nullable;

/**
 * Accepts one request with a time limit, for {@link BaseServer#handleRequest}. Confined to the accepting thread, but
 * for {@link #wake}.
 */
final class TimedAccept<R extends Request> {
    private final BaseServer<R> server;
    private volatile @Nullable Selector waiting; // written by the accepting thread

    TimedAccept(BaseServer<R> server) {
        this.server = server;
    }

    /** Returns the first request that comes before the deadline on the {@code nanoTime} clock, or null. */
    @Nullable
    R before(long deadline) throws IOException {
        SelectableChannel channel = server.channel();
        channel.configureBlocking(false);
        try (Selector selector = Selector.open()) {
            waiting = selector;
            channel.register(selector, channel.validOps() & (SelectionKey.OP_ACCEPT | SelectionKey.OP_READ));
            return before(deadline, selector);
        } finally {
            waiting = null;
            blockAgain(channel);
        }
    }

    private @Nullable R before(long deadline, Selector selector) throws IOException {
        R request = server.accept();
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

    private static void blockAgain(SelectableChannel channel) throws IOException {
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
