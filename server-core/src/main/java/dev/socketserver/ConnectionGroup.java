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
 * Connections that the same messages are for: a chat's room, the subscribers of a topic, or one user's devices.
 *
 * <p>A connection may be in any number of groups, of one server or several. It leaves them when it ends: after its
 * handler's {@code finish()}, and before the listener is told that it is closed.
 *
 * <p>A message is sent to each member as by {@link StreamConnection#send(ByteBuf)}: nobody is waited for. Messages of
 * one thread reach each member in their order; of two threads, different members may receive the messages in different
 * orders. What goes through the members does so in the order in which they connected, and is weakly consistent: it
 * meets each connection once that is a member all the while, and once at most one that joins or leaves meanwhile.
 * Thread-safe.
 */
public final class ConnectionGroup {
    // Written with a member's calls locked. In the order of their numbers, so that a walk ends though members leave and
    // join faster than it goes on; in a ConcurrentHashMap it meets the same ones again and again then.
    private final Set<StreamConnection> members =
            new ConcurrentSkipListSet<>(Comparator.comparingLong(StreamConnection::id));

    /** Creates a group without members. */
    public ConnectionGroup() {}

    /**
     * Makes a connection a member until it leaves or ends.
     *
     * @return false if it is a member already, or has ended
     * @throws IllegalArgumentException if the connection is not one of a server or of the test kit
     */
    public boolean join(StreamConnection connection) {
        return calls(connection).join(members, connection);
    }

    /** Ends the membership of a connection; returns false if it is no member. */
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

    /** Returns how many members there are. */
    public int size() {
        return members.size();
    }

    /** Runs the action for each member; what it throws ends the loop. */
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
     * Sends text to all members, encoded once.
     *
     * @return how many members took it
     */
    public int send(CharSequence message, Charset charset) {
        return sendTo(null, message, charset);
    }

    /**
     * Sends one message to all members but one, whose message it is, for example.
     *
     * @param except may be a member or not
     * @param message is not copied, and stays the caller's to release
     * @return how many members took it
     */
    public int sendExcept(StreamConnection except, ByteBuf message) {
        return sendTo(Objects.requireNonNull(except, "except"), message);
    }

    /**
     * Sends text to all members but one, encoded once.
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
