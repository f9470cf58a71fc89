package dev.socketserver.internal.stream;

import dev.socketserver.Framing;
import dev.socketserver.buffer.LengthPrefix;
import dev.socketserver.internal.buffer.Reading;
import dev.socketserver.internal.pool.ServicePool;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Knows how the handlers of a server begin when they are called with input: with a read of one kind of message, if all
 * of them have begun in this way so far. Half of the workers at most run such handlers that were called before this
 * read finds its message; others are called once it does. So peers that send slowly do not hold all workers.
 *
 * <pre>
 *             a message is read first             something else is done first
 *   ┌─────────┐ ─────────────────────▶ ┌───────┐ ─────────────────────────────▶ ┌────────┐
 *   │ UNKNOWN │                        │ ALIKE │                                │ VARIED │
 *   └─────────┘                        └───────┘                                └────────┘
 *        └──────────────── something else is done first ────────────────────────────▲
 * </pre>
 *
 * <p>There is no way back: what peers can have a handler do makes it at most VARIED, and it is called at once then.
 *
 * <p>Thread-safe.
 */
final class FirstRead {
    /** After what time a part of a message is looked at again, since a worker may be free for it by then. */
    static final Duration PATIENCE = Duration.ofSeconds(1);

    /** How handlers begin; with {@link Reading#ANYTHING} if they do so in various ways. */
    private record Beginning(Reading reading, @Nullable Object mark, int bytes, Framing framing) {
        boolean isVaried() {
            return reading == Reading.ANYTHING;
        }

        boolean isLike(Reading other, @Nullable Object otherMark, int otherBytes) {
            return reading == other && bytes == otherBytes && Objects.deepEquals(mark, otherMark);
        }
    }

    private static final Beginning VARIED = new Beginning(Reading.ANYTHING, null, 0, (received, before) -> true);

    private final @Nullable ServicePool pool;
    private final int mostUnread;
    private volatile @Nullable Beginning known; // written under this; null while it is UNKNOWN

    /**
     * Creates one that knows nothing yet.
     *
     * @param pool runs the handlers; null if a connection holds a thread in any case
     * @param mostUnread how many bytes of a message may wait for its rest
     */
    FirstRead(@Nullable ServicePool pool, int mostUnread) {
        this.pool = pool;
        this.mostUnread = mostUnread;
        known = pool == null ? VARIED : null;
    }

    /**
     * A handler that was called begins with a read.
     *
     * @param mark tells where the message ends: the delimiter or the {@link LengthPrefix}, if there is one
     * @param bytes how many bytes are read, or may be
     */
    void begins(Reading reading, @Nullable Object mark, int bytes) {
        Beginning before = known;
        if (before == null || !(before.isVaried() || before.isLike(reading, mark, bytes))) {
            learn(reading, mark, bytes);
        }
    }

    /** A handler that was called begins with something else. */
    void varies() {
        begins(Reading.ANYTHING, null, 0);
    }

    private synchronized void learn(Reading reading, @Nullable Object mark, int bytes) {
        Beginning before = known;
        if (before == null && reading != Reading.ANYTHING && bytes >= 0) {
            Object kept = mark instanceof byte[] delimiter ? delimiter.clone() : mark;
            known = new Beginning(reading, kept, bytes, framing(reading, kept, bytes));
        } else if (before == null || !before.isLike(reading, mark, bytes)) {
            known = VARIED;
        }
    }

    private Framing framing(Reading reading, @Nullable Object mark, int bytes) {
        Framing message = switch (reading) {
            case LINE -> Framing.lines(bytes);
            case DELIMITED -> Framing.until((byte[]) Objects.requireNonNull(mark), bytes);
            case FRAME -> Framing.frames((LengthPrefix) Objects.requireNonNull(mark), bytes);
            case BYTES -> (received, before) -> received.readableBytes() >= bytes;
            case ANYTHING -> VARIED.framing;
        };
        return (received, before) -> received.readableBytes() >= mostUnread || message.hasMessage(received, before);
    }

    /** Returns where the message ends that handlers read first; null if that is not known. */
    @Nullable
    Framing framing() {
        Beginning now = known;
        return now == null || now.isVaried() ? null : now.framing;
    }

    /** Counts a handler that is called before its message is there; returns false if there are as many as may be. */
    boolean beginWait() {
        return pool == null || pool.beginWait();
    }

    /** A handler that was counted has returned. */
    void endWait() {
        if (pool != null) {
            pool.endWait();
        }
    }
}
