package dev.socketserver;

import dev.socketserver.net.ProxyProtocol;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where connections come in. The acceptor waits in a selector: unlike a blocking accept it can be woken without closing
 * the socket, so that what the system has queued is still taken when the server stops.
 *
 * <pre>
 *   OPEN ──lastCall()──▶ LAST CALL ──queue empty, or as many taken as it can hold──▶ CLOSED
 *    └───────────────────────────────── close() ─────────────────────────────────────▶
 * </pre>
 *
 * <p>{@link #next} is for the acceptor, the rest thread-safe.
 */
final class Entrance {
    private static final Logger LOG = LoggerFactory.getLogger(Entrance.class);

    private final StreamServer server;
    private final ServerSocketChannel channel;
    private final Selector selector;
    private final ReentrantLock selecting = new ReentrantLock(); // held while the selector is used
    private final @Nullable ProxyGate gate;
    private volatile boolean lastCall;
    private volatile boolean abandoned;
    private final Consumer<SelectionKey> onReady = this::ready; // made once: selecting allocates nothing
    private int taken; // the acceptor's: since the last call

    /**
     * Makes the entrance of a server.
     *
     * @param channel listens, and does not block from here on
     */
    Entrance(StreamServer server, ServerSocketChannel channel) throws IOException {
        this.server = server;
        this.channel = channel;
        selector = Selector.open();
        ProxyProtocol rules = server.config().proxyProtocol();
        gate = rules == null ? null : new ProxyGate(server, rules, selector);
        try {
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_ACCEPT);
        } catch (Throwable e) {
            selector.close();
            throw e;
        }
    }

    /**
     * Waits for the next connection, until the deadline on the {@code nanoTime} clock. After the last call it waits for
     * nothing, and stops the server's listening when there is no more to take.
     *
     * @return null if none came in time
     * @throws InterruptedIOException if the thread is interrupted while it waits; the flag stays set
     * @throws ClosedChannelException if the socket is closed, or was closed since there is no more to take
     * @throws IOException if accepting failed
     */
    @Nullable
    StreamConnection next(long deadline) throws IOException {
        while (true) {
            StreamConnection connection = gate == null ? take() : takeThrough(gate);
            if (connection != null) {
                return connection;
            }
            if (!isOpen()) {
                select(true, 0); // forgets the socket, if whoever closed it could not
                throw new ClosedChannelException();
            }
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                return null;
            }
            await(gate == null ? left : gate.nanosToWait(left));
        }
    }

    /** Takes what the system has queued; after the last call, closes the socket when there is no more. */
    private @Nullable StreamConnection take() throws IOException {
        if (!lastCall) {
            return server.acceptNow();
        }
        taken++; // newcomers must not hold the end up: no more than the system can have queued
        StreamConnection connection = taken <= server.config().backlog() + 1 ? server.acceptNow() : null;
        if (connection == null) {
            server.stopAccepting();
        }
        return connection;
    }

    /** Takes a connection through the gate, in which those wait that were taken before. */
    private @Nullable StreamConnection takeThrough(ProxyGate proxies) throws IOException {
        StreamConnection connection = channel.isOpen() ? take() : null;
        if (connection != null) {
            proxies.enter(connection);
        }
        if (!proxies.isEmpty()) {
            select(true, 0);
        }
        return proxies.next();
    }

    private void await(long nanos) throws IOException {
        select(false, nanos / 1_000_000 + 1);
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedIOException("interrupted while waiting for a request");
        }
    }

    private void select(boolean atOnce, long millis) throws IOException {
        selecting.lock();
        try {
            if (atOnce) {
                selector.selectNow(onReady);
            } else {
                selector.select(onReady, millis);
            }
        } catch (ClosedSelectorException e) {
            throw new ClosedChannelException();
        } finally {
            selecting.unlock();
        }
    }

    private void ready(SelectionKey key) {
        if (gate != null) {
            gate.ready(key);
        }
    }

    /** Tells whether a connection may still come: from the socket, or from behind the gate. */
    boolean isOpen() {
        return !abandoned && (channel.isOpen() || (gate != null && !gate.isEmpty()));
    }

    /** Gives up what waits behind the gate. */
    void abandon() {
        abandoned = true;
        selector.wakeup();
    }

    /** Lets the acceptor take what the system has queued by now, and then stop. */
    void lastCall() {
        lastCall = true;
        selector.wakeup();
    }

    /** Closes the listening socket, for the system too, which keeps it open for as long as a selector knows it. */
    void close() {
        Sockets.closeQuietly(channel);
        selector.wakeup();
        if (selecting.tryLock()) { // or else the acceptor, which is awake, forgets the socket
            try {
                selector.selectNow(key -> {});
            } catch (IOException | ClosedSelectorException e) {
                LOG.debug("the selector did not forget {}: {}", channel, e.toString());
            } finally {
                selecting.unlock();
            }
        }
        selector.wakeup(); // the acceptor may have been about to wait
    }

    /** Gives the selector back; after {@link #close}. */
    void release() {
        if (gate != null) {
            gate.close();
        }
        Sockets.closeQuietly(selector);
    }
}
