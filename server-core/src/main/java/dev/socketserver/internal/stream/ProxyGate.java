package dev.socketserver.internal.stream;

import dev.socketserver.Rejection;
import dev.socketserver.internal.run.RequestRunner;
import dev.socketserver.net.ProxyHeader;
import dev.socketserver.net.ProxyProtocol;
import dev.socketserver.net.ProxyProtocolException;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Holds a proxy's connections in the acceptor's selector until their PROXY header has arrived. Only then are they
 * passed on, so a slow header holds no worker, and every hook sees the real peer. Thread-safe; used by the acceptor
 * until the server has stopped.
 */
final class ProxyGate {
    private final RequestRunner runner;
    private final ProxyProtocol rules;
    private final Selector selector;

    /** The connections and their deadlines on the nanoTime clock, the oldest first; guarded by this. */
    private final Map<Connection, Long> waiting = new LinkedHashMap<>();

    private final Queue<Connection> admitted = new ArrayDeque<>(); // guarded by this

    ProxyGate(RequestRunner runner, ProxyProtocol rules, Selector selector) {
        this.runner = runner;
        this.rules = rules;
        this.selector = selector;
    }

    /** Adds a connection that was just accepted. Its header has often already arrived. */
    synchronized void enter(Connection connection) {
        if (!rules.trusts(connection.remoteAddress())) {
            refuse(
                    connection,
                    Rejection.PROXY_SENDER,
                    new ProxyProtocolException("not a trusted proxy: " + connection.remoteAddress()));
            return;
        }
        try {
            waiting.put(connection, System.nanoTime() + rules.headerTimeout().toNanos());
            connection.awaitHeader();
            if (!receive(connection)) {
                connection.transport().register(selector, SelectionKey.OP_READ, connection);
            }
        } catch (Throwable e) {
            refuseHeader(connection, e);
        }
    }

    /** Reads the input of a selected connection. */
    synchronized void ready(SelectionKey key) {
        if (key.attachment() instanceof Connection connection && waiting.containsKey(connection)) {
            try {
                receive(connection);
            } catch (Throwable e) {
                refuseHeader(connection, e);
            }
        }
    }

    /** Reads input; returns whether the header is complete and the connection admitted. */
    private boolean receive(Connection connection) throws IOException {
        ByteBuf received = connection.receiveHeader();
        ProxyHeader header = received == null || !received.isReadable() ? null : ProxyHeader.read(received);
        if (header != null) {
            waitsNoMore(connection);
            connection.proxied(header);
            admitted.add(connection);
            return true;
        } else if (received == null) {
            throw new ProxyProtocolException("the connection ended inside its PROXY header");
        }
        return false;
    }

    /** Deregisters a connection: else its socket could be closed only when something wakes the selector. */
    private void waitsNoMore(Connection connection) {
        waiting.remove(connection);
        connection.transport().deregister(selector);
    }

    /** Returns the next connection whose header is complete, if any. */
    synchronized @Nullable Connection next() {
        refuseOverdue();
        return admitted.poll();
    }

    private void refuseOverdue() {
        long now = System.nanoTime();
        while (!waiting.isEmpty()) {
            Map.Entry<Connection, Long> oldest = waiting.entrySet().iterator().next();
            if (oldest.getValue() - now > 0) {
                return;
            }
            refuseHeader(
                    oldest.getKey(),
                    new ProxyProtocolException("no complete PROXY header arrived within " + rules.headerTimeout()));
        }
    }

    /** Returns how long the oldest connection may still wait, or {@code otherwise} if that is less. */
    synchronized long nanosToWait(long otherwise) {
        if (waiting.isEmpty()) {
            return otherwise;
        }
        long deadline = waiting.values().iterator().next();
        return Math.min(otherwise, Math.max(0, deadline - System.nanoTime()));
    }

    synchronized boolean isEmpty() {
        return waiting.isEmpty() && admitted.isEmpty();
    }

    /** Rejects all connections that are still waiting. */
    synchronized void close() {
        admitted.addAll(waiting.keySet());
        waiting.clear();
        for (Connection next = admitted.poll(); next != null; next = admitted.poll()) {
            refuse(next, Rejection.PROXY_HEADER, new ProxyProtocolException("the server is stopping"));
        }
    }

    private void refuseHeader(Connection connection, Throwable why) {
        waitsNoMore(connection);
        refuse(connection, Rejection.PROXY_HEADER, why);
    }

    private void refuse(Connection connection, Rejection reason, Throwable why) {
        runner.refuse(connection, reason, why);
    }
}
