package dev.socketserver.internal.buffer;

import java.io.IOException;

/** The connection that an input and an output belong to, as they see it. */
public interface StreamOwner {
    /**
     * Is called before each use that neither reads nor writes; throws an {@code IllegalStateException} unless allowed.
     */
    void beforeUse();

    /** Is called before each read; throws an {@code IllegalStateException} unless it is allowed now. */
    void beforeRead();

    /** Is called before each write; throws an {@code IllegalStateException} unless it is allowed now. */
    void beforeWrite();

    /**
     * Tells whether what is waited for from here on is the rest of a message that has begun. One that has ended is not
     * gone on with.
     */
    void insideMessage(boolean now);

    /**
     * Waits for the peer's next message, as {@link dev.socketserver.buffer.ByteInput#awaitMessage()}; nothing is
     * unread.
     */
    boolean awaitMessage() throws IOException;

    /** Is called before the output takes bytes; sends the rest of a message of another thread that was sent in part. */
    default void beforeCollect() throws IOException {}

    /**
     * Is called before the input is read for want of bytes. In a handler that was called before the first byte came,
     * the first call waits for that byte, and lets other threads' calls be served meanwhile.
     */
    default void beforeFill() throws IOException {}

    /** Notes that the failure, about to be thrown, is the peer's fault; returns it. */
    <E extends IOException> E fault(E failure);
}
