package dev.socketserver.examples.mqtt;

import dev.socketserver.StreamConnection;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * What the broker knows of a client: its subscriptions and the messages that it has yet to acknowledge. Outlives the
 * connection, unless the session is clean, and gets messages from the turns of others: so it has a lock of its own, and
 * nothing that it does waits. Thread-safe.
 *
 * <pre>
 *              attach()              end()
 *   ┌─────────┐ ──────▶ ┌──────────┐ ─────▶ ┌───────┐
 *   │ OFFLINE │         │ ATTACHED │        │ ENDED │
 *   └─────────┘ ◀────── └──────────┘        └───────┘
 *        │      detach()                        ▲ end()
 *        └──────────────────────────────────────┘
 * </pre>
 */
final class Session {
    private static final int MOST_IN_FLIGHT = 20;
    private static final int MOST_WAITING = 1_000;
    private static final int MOST_FILTERS = 1_000;
    private static final int MOST_IDS = 65_535;

    /** A message for a client that is to acknowledge it. */
    private record Delivery(Message message, boolean retained) {}

    private final boolean clean;
    private final Map<List<String>, Integer> filters = new HashMap<>(); // guarded by this
    private final Map<Integer, Delivery> inFlight = new LinkedHashMap<>(); // guarded by this: sent, by their numbers
    private final Queue<Delivery> waiting = new ArrayDeque<>(); // guarded by this
    private @Nullable StreamConnection connection; // guarded by this
    private int lastId; // guarded by this
    private boolean ended; // guarded by this

    Session(boolean clean) {
        this.clean = clean;
    }

    boolean isClean() {
        return clean;
    }

    /** Takes a new connection, instead of the one before; what was not acknowledged there is sent again. */
    synchronized void attach(StreamConnection next, boolean known) {
        if (connection != null) {
            connection.close();
        }
        connection = next;
        next.send(Unpooled.wrappedBuffer(new byte[] {0x20, 2, (byte) (known ? 1 : 0), 0}));
        inFlight.forEach((id, delivery) -> send(id, delivery, true));
        sendWaiting();
    }

    /** Returns whether the connection was the one that it had. */
    synchronized boolean detach(StreamConnection from) {
        boolean had = connection == from;
        if (had) {
            connection = null;
        }
        return had;
    }

    /** Ends the session, whose connection is closed. */
    synchronized void end(TopicTree subscriptions) {
        ended = true;
        filters.keySet().forEach(filter -> subscriptions.remove(filter, this));
        filters.clear();
        waiting.clear();
        inFlight.clear();
        if (connection != null) {
            connection.close();
            connection = null;
        }
    }

    /** Returns whether the filter was accepted. */
    synchronized boolean subscribe(TopicTree subscriptions, List<String> filter, int qos) {
        if (ended || (filters.size() == MOST_FILTERS && !filters.containsKey(filter))) {
            return false;
        }
        filters.put(filter, qos);
        subscriptions.add(filter, this, qos);
        return true;
    }

    synchronized void unsubscribe(TopicTree subscriptions, List<String> filter) {
        if (filters.remove(filter) != null) {
            subscriptions.remove(filter, this);
        }
    }

    /** Sends a message, or keeps it until the client can take it; returns false if it is one too many, and dropped. */
    synchronized boolean deliver(Message message, int granted, boolean retained) {
        if (Math.min(message.qos(), granted) == 0) {
            return connection != null && connection.send(retained ? message.retained() : message.plain());
        } else if (ended || waiting.size() >= MOST_WAITING) {
            return false;
        }
        waiting.add(new Delivery(message, retained));
        sendWaiting();
        return true;
    }

    synchronized void acknowledged(int id) {
        if (inFlight.remove(id) != null) {
            sendWaiting();
        }
    }

    private void sendWaiting() {
        while (connection != null && inFlight.size() < MOST_IN_FLIGHT && !waiting.isEmpty()) {
            do {
                lastId = lastId % MOST_IDS + 1;
            } while (inFlight.containsKey(lastId));
            Delivery next = waiting.remove();
            inFlight.put(lastId, next);
            send(lastId, next, false);
        }
    }

    private void send(int id, Delivery delivery, boolean again) {
        ByteBuf packet = delivery.message.numbered(id, delivery.retained, again);
        if (connection != null && !connection.send(packet)) {
            connection.close(); // so that the client comes back for it
        }
    }
}
