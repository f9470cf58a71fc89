package dev.socketserver.examples.redis;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.socketserver.ConnectionGroup;
import dev.socketserver.StreamConnection;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Who listens to which channel. A channel exists while somebody listens. Its entry in the map is locked while a message
 * is queued for its listeners: so all hear the messages in the same order, and nobody hears one after leaving.
 * Thread-safe.
 */
final class Channels {
    private final ConcurrentHashMap<String, ConnectionGroup> listeners = new ConcurrentHashMap<>();

    void join(String channel, StreamConnection connection) {
        listeners.compute(channel, (name, known) -> {
            ConnectionGroup group = known == null ? new ConnectionGroup() : known;
            group.join(connection);
            return group;
        });
    }

    void leave(String channel, StreamConnection connection) {
        listeners.computeIfPresent(channel, (name, group) -> {
            group.leave(connection);
            return group.size() == 0 ? null : group;
        });
    }

    /** Sends to all who listen; returns how many have taken it. */
    int publish(String channel, String message) {
        var taken = new AtomicInteger();
        listeners.computeIfPresent(channel, (name, group) -> {
            taken.setPlain(group.send(Resp.push("message", name, Resp.string(message)), ISO_8859_1));
            return group;
        });
        return taken.getPlain();
    }
}
