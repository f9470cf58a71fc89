package dev.socketserver;

import dev.socketserver.net.ProxyHeader;
import dev.socketserver.net.ProxyProtocol;
import dev.socketserver.net.ProxyProtocolException;
import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Where a proxy's connections wait, in the acceptor's selector, until the header of the PROXY protocol has come; only
 * then are they handed on, so a slow header holds no worker, and every hook sees the real peer. Thread-safe; used by
 * the acceptor, until the server has stopped.
 */
final class ProxyGate {
    private final StreamServer server;
    private final ProxyProtocol rules;
    private final Selector selector;

    /** The connections and their deadlines on the nanoTime clock, the oldest first; guarded by this. */
    private final Map<StreamConnection, Long> waiting = new LinkedHashMap<>();

    private final Queue<StreamConnection> admitted = new ArrayDeque<>(); // guarded by this

    ProxyGate(StreamServer server, ProxyProtocol rules, Selector selector) {
        this.server = server;
        this.rules = rules;
        this.selector = selector;
    }

    /** Takes in a connection that was just accepted. Its header has often come with it. */
    synchronized void enter(StreamConnection connection) {
        if (!rules.trusts(connection.remoteAddress())) {
            refuse(
                    connection,
                    Rejection.PROXY_SENDER,
                    new ProxyProtocolException("not one of the trusted proxies: " + connection.remoteAddress()));
            return;
        }
        waiting.put(connection, System.nanoTime() + rules.headerTimeout().toNanos());
        try {
            connection.awaitHeader(selector);
            receive(connection);
        } catch (IOException e) {
            refuseHeader(connection, e);
        }
    }

    /** Reads what has come for a connection that was selected. */
    synchronized void ready(SelectionKey key) {
        if (key.attachment() instanceof StreamConnection connection && waiting.containsKey(connection)) {
            try {
                receive(connection);
            } catch (IOException e) {
                refuseHeader(connection, e);
            }
        }
    }

    private void receive(StreamConnection connection) throws IOException {
        boolean ended = connection.receive() < 0;
        ProxyHeader header =
                connection.hasMore() ? ProxyHeader.read(connection.in().buffer()) : null;
        if (header != null) {
            waiting.remove(connection);
            connection.headerIsHere(selector);
            connection.proxied(header);
            admitted.add(connection);
        } else if (ended) {
            throw new ProxyProtocolException("the connection ended before its PROXY header did");
        }
    }

    /** Returns the next connection whose header has come, if there is one. */
    synchronized @Nullable StreamConnection next() {
        refuseOverdue();
        return admitted.poll();
    }

    private void refuseOverdue() {
        long now = System.nanoTime();
        while (!waiting.isEmpty()) {
            Map.Entry<StreamConnection, Long> oldest =
                    waiting.entrySet().iterator().next();
            if (oldest.getValue() - now > 0) {
                return;
            }
            refuseHeader(
                    oldest.getKey(),
                    new ProxyProtocolException("the PROXY header did not come within " + rules.headerTimeout()));
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

    /** Refuses all that are here still. */
    synchronized void close() {
        admitted.addAll(waiting.keySet());
        waiting.clear();
        for (StreamConnection next = admitted.poll(); next != null; next = admitted.poll()) {
            refuse(next, Rejection.PROXY_HEADER, new ProxyProtocolException("the server stops"));
        }
    }

    private void refuseHeader(StreamConnection connection, IOException why) {
        waiting.remove(connection);
        refuse(connection, Rejection.PROXY_HEADER, why);
    }

    private void refuse(StreamConnection connection, Rejection reason, IOException why) {
        server.running().runner().refuse(connection, reason, why);
    }
}
