package dev.socketserver.internal.stream;

import io.netty.buffer.ByteBuf;
import io.netty.util.IllegalReferenceCountException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.GatheringByteChannel;
import java.util.ArrayDeque;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Messages for a peer that were queued from any thread, in their order, bounded in bytes. They are sent in the
 * connection's turn; a message of which a part was sent is never dropped. A short message that waits counts as
 * {@link #LEAST_COST} bytes, about what its buffer takes, so that a flood of them is bounded, too.
 *
 * <pre>
 *              add()             send(): the peer takes no more
 *   ┌───────┐ ──────▶ ┌────────┐ ──────────▶ ┌─────────┐
 *   │ EMPTY │         │ UNSENT │             │ BLOCKED │   the turn waits until the peer takes more
 *   └───────┘ ◀────── └────────┘             └─────────┘
 *       ▲      send()                             │ send()
 *       └─────────────────────────────────────────┘          end(), close() from any, for good
 * </pre>
 *
 * <p>Adding and closing are thread-safe, the rest is of the turn.
 */
public final class Outbound {
    /** What {@link #add} returns when there is no room. */
    public static final int FULL = -1;

    /** What {@link #add} returns when the connection takes no more messages. */
    public static final int CLOSED = -2;

    /** How many bytes a message counts as at least that waits behind another. */
    static final int LEAST_COST = 64;

    private static final int MOST_AT_ONCE = 16;

    /** How many bytes of one message a system call is asked to take at most: the JDK copies what is on the heap. */
    private static final int MOST_BYTES = 128 * 1024;

    private final ArrayDeque<ByteBuf> messages = new ArrayDeque<>(2); // guarded by this
    private long cost; // guarded by this: of all that wait
    private boolean begun; // guarded by this: a part of the first was sent
    private boolean free; // guarded by this: the first, which is no message, costs nothing
    private boolean closed; // guarded by this: no message is taken any more
    private volatile boolean blocked; // written under this
    private volatile boolean unsent; // written under this: a message waits

    Outbound() {}

    /**
     * Adds a message, which is the queue's from here on if it is taken. An empty one is taken and has no more to wait
     * for.
     *
     * @param limit how many bytes may wait
     * @param dropsOldest whether the oldest messages make room
     * @return how many messages were dropped to make room, {@link #FULL}, or {@link #CLOSED}
     */
    public synchronized int add(ByteBuf message, int limit, boolean dropsOldest) {
        if (closed) {
            return CLOSED;
        }
        if (!message.isReadable()) {
            message.release(); // in the queue, it would look like one of which the peer takes nothing
            return 0;
        }
        long kept = !dropsOldest ? cost : begun ? costOfFirst() : 0;
        if (!fits(message, kept, limit)) {
            return FULL;
        }
        int dropped = 0;
        while (!fits(message, cost, limit)) {
            dropOldest();
            dropped++;
        }
        messages.add(message);
        cost += cost(message);
        unsent = true;
        return dropped;
    }

    /**
     * Adds what is to be sent before all messages, is never dropped, and does not count as they do. Of the turn, in
     * which no part of a message is left to send.
     *
     * @param part is retained until it is sent
     * @throws ClosedChannelException if the queue takes nothing more
     */
    synchronized void addFirst(ByteBuf part) throws ClosedChannelException {
        if (closed) {
            throw new ClosedChannelException();
        }
        messages.addFirst(part.retain());
        free = true;
        begun = true; // like a message of which a part was sent
        unsent = true;
    }

    private static boolean fits(ByteBuf message, long others, int limit) {
        return others == 0 ? message.readableBytes() <= limit : others + cost(message) <= limit;
    }

    private static long cost(ByteBuf message) {
        return Math.max(LEAST_COST, message.readableBytes());
    }

    private long costOfFirst() {
        return free ? 0 : cost(messages.element());
    }

    /** Drops the first message, or the second if a part of the first was sent. */
    private void dropOldest() {
        ByteBuf first = messages.remove();
        ByteBuf oldest = begun ? messages.remove() : first;
        if (begun) {
            messages.addFirst(first);
        }
        cost -= cost(oldest);
        oldest.release();
    }

    /** Returns whether messages wait for the peer, of which the turn knows. Thread-safe. */
    public boolean isBlocked() {
        return blocked;
    }

    /** Returns whether a message waits. Thread-safe. */
    public boolean isUnsent() {
        return unsent;
    }

    /** Sends what the channel takes, whose writes do not wait; returns how many bytes that was. */
    public synchronized long send(GatheringByteChannel sink) throws IOException {
        long sum = 0;
        long count = -1;
        while (count != 0 && !messages.isEmpty()) {
            count = messages.size() == 1 ? sink.write(part(messages.element())) : sendSeveral(sink);
            sent(count);
            sum += count;
        }
        blocked = !messages.isEmpty();
        return sum;
    }

    private long sendSeveral(GatheringByteChannel sink) throws IOException {
        ByteBuffer[] parts = parts();
        return sink.write(parts, 0, parts.length);
    }

    /** Returns the beginning of a message, as much as a system call is asked to take. */
    private static ByteBuffer part(ByteBuf message) {
        return message.nioBuffer(message.readerIndex(), Math.min(MOST_BYTES, message.readableBytes()));
    }

    private ByteBuffer[] parts() {
        var parts = new ByteBuffer[Math.min(MOST_AT_ONCE, messages.size())];
        int count = 0;
        int sum = 0;
        for (ByteBuf next : messages) {
            if (count == parts.length || sum >= MOST_BYTES) {
                break;
            }
            ByteBuffer part = part(next);
            parts[count] = part;
            count++;
            sum += part.remaining();
            if (part.remaining() < next.readableBytes()) {
                break; // the rest of it has to come before the next
            }
        }
        return count == parts.length ? parts : Arrays.copyOf(parts, count);
    }

    /** Takes out what was sent. */
    private void sent(long count) {
        long left = count;
        while (left > 0) {
            ByteBuf first = messages.element();
            int of = (int) Math.min(left, first.readableBytes());
            cost -= costOfFirst();
            first.skipBytes(of);
            left -= of;
            begun = first.isReadable();
            if (begun) {
                cost += costOfFirst();
            } else {
                free = false;
                messages.remove();
                first.release();
            }
        }
        unsent = !messages.isEmpty();
    }

    /** Returns what is left of a message of which a part was sent; null if there is none. */
    @Nullable
    ByteBuffer begun() {
        synchronized (this) {
            ByteBuf first = begun ? messages.peek() : null;
            return first == null ? null : part(first);
        }
    }

    /** Notes that so many bytes of what {@link #begun} returned were sent. */
    synchronized void sentOfBegun(int count) {
        sent(count);
        blocked = blocked && !messages.isEmpty();
    }

    /** What waits is not tried for now: something that comes before it is not sent yet. */
    synchronized void block() {
        blocked = !messages.isEmpty();
    }

    /** What waits is to be tried again, since the peer is reached in another way. */
    synchronized void unblock() {
        blocked = false;
    }

    /** Takes no message from here on; those that wait are still sent. */
    public synchronized void end() {
        closed = true;
    }

    /**
     * Drops all messages, and takes none from here on.
     *
     * @throws IllegalReferenceCountException if one was released by somebody else; all are dropped
     */
    public synchronized void close() {
        closed = true;
        cost = 0;
        begun = false;
        free = false;
        blocked = false;
        unsent = false;
        IllegalReferenceCountException gone = null;
        for (ByteBuf message = messages.poll(); message != null; message = messages.poll()) {
            try {
                message.release();
            } catch (IllegalReferenceCountException e) {
                gone = e;
            }
        }
        if (gone != null) {
            throw gone;
        }
    }
}
