package dev.socketserver.examples.mqtt;

import dev.socketserver.StreamConnection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What the clients of a broker share: their sessions and the messages that are retained. Thread-safe. */
public final class Broker {
    private final ConcurrentHashMap<String, Session> sessions = new ConcurrentHashMap<>();
    private final Map<String, Message> retained = new HashMap<>(); // guarded by itself
    private final TopicTree subscriptions = new TopicTree();

    /** Creates a broker without clients. */
    public Broker() {}

    /**
     * Lets a client go on with its session, or begin one. Its connection takes over from another with the same id,
     * which is closed.
     */
    Session connect(String id, boolean clean, StreamConnection connection) {
        return sessions.compute(id, (name, known) -> {
            boolean goesOn = known != null && !clean && !known.isClean();
            if (known != null && !goesOn) {
                known.end(subscriptions);
            }
            Session session = goesOn ? known : new Session(clean);
            session.attach(connection, goesOn);
            return session;
        });
    }

    /** Ends a connection, and with it a clean session. */
    void disconnect(String id, StreamConnection connection) {
        sessions.computeIfPresent(id, (name, session) -> {
            if (session.detach(connection) && session.isClean()) {
                session.end(subscriptions);
                return null;
            }
            return session;
        });
    }

    /** Sends a message to all who have subscribed to its topic. */
    void publish(Message message, boolean retain) {
        if (retain) {
            retain(message);
        } else {
            deliver(message);
        }
    }

    private void retain(Message message) {
        synchronized (retained) { // who subscribes meanwhile gets it once
            if (message.isEmpty()) {
                retained.remove(message.topic());
            } else {
                retained.put(message.topic(), message);
            }
            deliver(message);
        }
    }

    private void deliver(Message message) {
        subscriptions.forEach(message.levels(), (session, granted) -> session.deliver(message, granted, false));
    }

    /** Returns whether the subscription was accepted; what is retained is sent, as far as the client can take it. */
    boolean subscribe(Session session, List<String> filter, int qos) {
        synchronized (retained) {
            if (!session.subscribe(subscriptions, filter, qos)) {
                return false;
            }
            boolean taken = true;
            for (Iterator<Message> all = retained.values().iterator(); taken && all.hasNext(); ) {
                Message message = all.next();
                taken = !TopicTree.matches(filter, message.levels()) || session.deliver(message, qos, true);
            }
            return true;
        }
    }

    void unsubscribe(Session session, List<String> filter) {
        session.unsubscribe(subscriptions, filter);
    }
}
