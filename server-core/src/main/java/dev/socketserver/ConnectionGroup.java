package dev.socketserver;

import dev.socketserver.internal.stream.Called;
import dev.socketserver.internal.stream.Calls;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.Charset;
import java.util.Comparator;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A set of connections that receive the same messages, such as a chat room, the subscribers of a topic, or the devices
 * of one user.
 *
 * <p>A connection may be in any number of groups, and a group may contain connections of several servers. A connection
 * leaves its groups when it ends: after its handler's {@code finish()}, and before the listener's {@code closed} is
 * called.
 *
 * <p>Messages are sent to each member as by {@link StreamConnection#send(ByteBuf)}, without blocking. Each member
 * receives the messages of one thread in order; different members may receive the messages of two threads in different
 * orders. Methods that traverse the members do so in the order in which they connected, and are weakly consistent: they
 * visit each connection that is a member throughout exactly once, and each connection that joins or leaves meanwhile at
 * most once. Thread-safe.
 */
public final class ConnectionGroup {
    // Modified with the member's calls locked. Sorted by number, so that a traversal ends even if members leave and
    // join faster than it advances; in a ConcurrentHashMap it would visit the same ones again and again.
    private final Set<StreamConnection> members =
            new ConcurrentSkipListSet<>(Comparator.comparingLong(StreamConnection::id));

    /** Creates a group without members. */
    public ConnectionGroup() {}

    /**
     * Adds a connection, which stays a member until it leaves or ends.
     *
     * @return false if it is already a member or has ended
     * @throws IllegalArgumentException if the connection is not one of a server or of the test kit
     */
    public boolean join(StreamConnection connection) {
        return calls(connection).join(members, connection);
    }

    /** Removes a connection; returns false if it is not a member. */
    public boolean leave(StreamConnection connection) {
        return members.contains(connection) && calls(connection).leave(members, connection);
    }

    private static Calls calls(StreamConnection connection) {
        if (Objects.requireNonNull(connection, "connection") instanceof Called called) {
            return called.calls();
        }
        throw new IllegalArgumentException("not a connection of a server: " + connection);
    }

    /** Returns whether a connection is a member. */
    public boolean contains(StreamConnection connection) {
        return members.contains(connection);
    }

    /** Returns the number of members. */
    public int size() {
        return members.size();
    }

    /** Runs the action for each member. An exception ends the traversal and is thrown to the caller. */
    public void forEach(Consumer<? super StreamConnection> action) {
        members.forEach(action);
    }

    /**
     * Sends one message to all members.
     *
     * @param message is not copied, and stays the caller's to release
     * @return how many members took it
     */
    public int send(ByteBuf message) {
        return sendTo(null, message);
    }

    /**
     * Sends text, encoded once, to all members.
     *
     * @return how many members took it
     */
    public int send(CharSequence message, Charset charset) {
        return sendTo(null, message, charset);
    }

    /**
     * Sends one message to all members except one, such as its author.
     *
     * @param except may be a member or not
     * @param message is not copied, and stays the caller's to release
     * @return how many members took it
     */
    public int sendExcept(StreamConnection except, ByteBuf message) {
        return sendTo(Objects.requireNonNull(except, "except"), message);
    }

    /**
     * Sends text, encoded once, to all members except one.
     *
     * @param except may be a member or not
     * @return how many members took it
     */
    public int sendExcept(StreamConnection except, CharSequence message, Charset charset) {
        return sendTo(Objects.requireNonNull(except, "except"), message, charset);
    }

    private int sendTo(@Nullable StreamConnection except, CharSequence message, Charset charset) {
        ByteBuf encoded = Unpooled.wrappedBuffer(message.toString().getBytes(charset));
        try {
            return sendTo(except, encoded);
        } finally {
            encoded.release();
        }
    }

    private int sendTo(@Nullable StreamConnection except, ByteBuf message) {
        Objects.requireNonNull(message, "message");
        int taken = 0;
        for (StreamConnection member : members) {
            if (member != except && member.send(message)) {
                taken++;
            }
        }
        return taken;
    }

    @Override
    public String toString() {
        return "ConnectionGroup[" + size() + "]";
    }
}
