package dev.socketserver.internal.buffer;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The connection of an input and an output, as seen by them. */
public interface StreamOwner {
    /**
     * Called before each use that neither reads nor writes; throws an {@code IllegalStateException} if it is not
     * allowed.
     */
    void beforeUse();

    /** Called before each read; throws an {@code IllegalStateException} if it is not allowed now. */
    void beforeRead();

    /**
     * Called before a read of one kind, as {@link #beforeRead()}.
     *
     * @param mark tells where the message ends: the delimiter or the length prefix, if there is one
     * @param bytes how many bytes are read, or may be
     */
    default void beforeRead(Reading reading, @Nullable Object mark, int bytes) {
        beforeRead();
    }

    /** Called before each write; throws an {@code IllegalStateException} if it is not allowed now. */
    void beforeWrite();

    /** Sets what has begun and has not ended when reads wait from here on. */
    void inside(Inside what);

    /**
     * Waits for the peer's next message, as {@link dev.socketserver.buffer.ByteInput#awaitMessage()}.
     *
     * @param seen how many bytes had been received when the handler said "not yet" to those that are unread; 0 if it
     *     has not
     */
    boolean awaitMessage(long seen) throws IOException;

    /** Called before the output accepts bytes; sends the rest of another thread's partly sent message. */
    default void beforeCollect() throws IOException {}

    /**
     * Called before the input reads from the socket because it needs more bytes. In a handler that was called before
     * the first byte has arrived, the first call waits for that byte, and serves other threads' calls in the meantime.
     */
    default void beforeFill() throws IOException {}

    /** Records that a failure, about to be thrown, is the peer's fault; returns it. */
    <E extends IOException> E fault(E failure);
}
